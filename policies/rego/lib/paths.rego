# METADATA
# title: Paths touched
# description: |
#   Which globs the change's paths match. `*` stays within one folder, `**` crosses folders, and `**/` in front matches
#   at the top as well. A path with `.`, `..` or an empty part could be read as another one than it looks, so it is not
#   plain, and whoever decides by paths must not go by it.
package gate.lib.paths

# More paths than this are not looked at one by one, so that a judgement stays quick; who asks must treat that as the
# worst case.
_most := 300

# METADATA
# description: Whether the paths can be gone by - there are some, not too many, all plain, and none was left out.
known if {
	count(input.change.paths) > 0
	count(input.change.paths) <= _most
	count(input.change.paths) == input.change.files
	plain(concat("\n", input.change.paths))
}

# METADATA
# description: Whether paths, a line each, mean what they look like.
plain(lines) if not regex.match(`(^|[/\n])\.{0,2}([/\n]|$)`, lines)

# METADATA
# description: Whether any of the paths matches a glob.
any_matches(pattern) if {
	anchored := _anchored(pattern)
	some path in _rooted
	glob.match(anchored, ["/"], path)
}

# METADATA
# description: Whether each of the paths matches one of the globs; not so where there are no paths.
all_match(patterns) if {
	count(_rooted) > 0
	anchored := [_anchored(pattern) | some pattern in patterns]
	every path in _rooted {
		some pattern in anchored
		glob.match(pattern, ["/"], path)
	}
}

# A glob matches a path as a whole and from the top of the repository.
_rooted := [concat("", ["/", path]) | some path in input.change.paths]

_anchored(pattern) := pattern if startswith(pattern, "**")

_anchored(pattern) := concat("", ["/", pattern]) if not startswith(pattern, "**")

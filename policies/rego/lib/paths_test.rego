package gate.lib.paths_test

import data.gate.lib.paths
import data.gate.testing

# Whether a glob matches a path, asked both ways, which must agree.
matches(pattern, path) if {
	paths.any_matches(pattern) with input as testing.change_with({"paths": [path]})
	paths.all_match([pattern]) with input as testing.change_with({"paths": [path]})
}

differs(pattern, path) if {
	not paths.any_matches(pattern) with input as testing.change_with({"paths": [path]})
	not paths.all_match([pattern]) with input as testing.change_with({"paths": [path]})
}

test_one_star_stays_within_a_folder if {
	matches("flags/*", "flags/a.json")
	differs("flags/*", "flags/deep/a.json")
}

test_two_stars_cross_folders if {
	matches("flags/**", "flags/a.json")
	matches("flags/**", "flags/deep/a.json")
	matches("**", "src/a.py")
}

test_two_stars_in_front_match_at_the_top_as_well if {
	matches("**/migrations/**", "migrations/1.sql")
	matches("**/migrations/**", "db/migrations/1.sql")
	matches("**/*.md", "README.md")
}

test_a_glob_matches_from_the_top_and_to_the_end if {
	differs("flags/**", "src/flags/a.json")
	differs("**/*.md", "README.md/run.sh")
	differs("docs/**", "docs2/a")
}

test_all_match_only_if_each_does if {
	all := ["flags/a.json", "README.md"]
	paths.all_match(["flags/**", "**/*.md"]) with input as testing.change_with({"paths": all})
	not paths.all_match(["flags/**"]) with input as testing.change_with({"paths": all})
}

test_no_paths_match_nothing if {
	not paths.all_match(["**"]) with input as testing.change_with({"paths": []})
	not paths.any_matches("**") with input as testing.change_with({"paths": []})
}

test_a_path_that_means_what_it_looks_like_is_plain if {
	every path in ["a", "a/b.c", ".github/x.yml", "a/..b/c", "a/b..", "a/...", "flags/ü.json"] {
		paths.plain(path)
	}
}

test_a_path_that_could_lead_elsewhere_is_not_plain if {
	every path in ["", "/", "/etc/passwd", "../a", "a/../b", "a/..", "./a", "a/./b", "a//b", "a/", "a\n../b"] {
		not paths.plain(path)
	}
}

test_paths_are_known_when_all_of_them_are_listed if {
	paths.known with input as testing.facts
	paths.known with input as testing.change_with({"paths": numbered(300), "files": 300})
}

test_no_paths_are_not_known if {
	not paths.known with input as testing.change_with({"paths": [], "files": 0})
}

test_paths_are_not_known_when_more_files_were_touched_than_are_listed if {
	not paths.known with input as testing.change_with({"files": 3})
}

test_paths_are_not_known_when_there_are_too_many_to_look_at if {
	not paths.known with input as testing.change_with({"paths": numbered(301), "files": 301})
}

test_paths_are_not_known_when_one_is_not_plain if {
	not paths.known with input as testing.change_with({"paths": ["flags/a", "flags/../src/a"]})
}

numbered(many) := [sprintf("src/%d.py", [number]) | some number in numbers.range(1, many)]

# METADATA
# title: Matching
# description: |
#   How many approvals can be filled if everybody counts for one of them. Two people who are both in two groups can fill
#   one place in each, whoever of them answered first; so nobody is given a place before all have been looked at.
#   By Hall's theorem and König's: places stay empty only because some of the needs, together, have fewer people than
#   places. So each choice of needs sets a bound, the people they have and all places of the others, and the lowest
#   bound is reached. There are two to the power of `count(needs)` choices.
package gate.lib.matching

# METADATA
# description: Needs beyond these are not matched, because it would take too long.
most_needs := 10

# METADATA
# description: The number of places filled at most; each need has `approvals`, a number, and `people`, a set.
filled([]) := 0

filled([need]) := min([need.approvals, count(need.people)])

filled(needs) := min([bound(needs, choice) | some choice in numbers.range(0, bits.lsh(1, count(needs)) - 1)]) if {
	count(needs) > 1
	count(needs) <= most_needs
}

bound(needs, choice) := count(people) + sum(others) if {
	people := union({need.people | some place, need in needs; _chosen(choice, place)})
	others := [need.approvals | some place, need in needs; not _chosen(choice, place)]
}

_chosen(choice, place) if bits.and(choice, bits.lsh(1, place)) > 0

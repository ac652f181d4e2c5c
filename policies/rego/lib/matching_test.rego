package gate.lib.matching_test

import data.gate.lib.matching

need(approvals, people) := {"approvals": approvals, "people": people}

test_without_needs_nothing_is_filled if matching.filled([]) == 0

test_a_need_is_filled_by_as_many_as_it_asks_for_and_no_more if {
	matching.filled([need(2, set())]) == 0
	matching.filled([need(2, {"ann"})]) == 1
	matching.filled([need(2, {"ann", "ben", "cem"})]) == 2
}

test_one_person_fills_one_place if {
	matching.filled([need(1, {"ann"}), need(1, {"ann"})]) == 1
	matching.filled([need(1, {"ann"}), need(1, {"ann", "ben"})]) == 2
}

test_nobody_is_given_a_place_before_all_have_been_looked_at if {
	matching.filled([need(1, {"ann", "ben"}), need(1, {"ann"})]) == 2
	matching.filled([need(2, {"ann", "ben", "cem"}), need(1, {"ann"}), need(1, {"ben", "ann"})]) == 3
}

test_a_chain_of_people_is_followed_to_its_end if {
	chain := [need(1, {"ann", "ben"}), need(1, {"ben", "cem"}), need(1, {"cem", "dag"}), need(1, {"ann"})]
	matching.filled(chain) == 4
	matching.filled(array.concat(chain, [need(1, {"ann", "dag"})])) == 4
}

test_the_order_of_the_needs_makes_no_difference if {
	needs := [need(1, {"ann", "ben"}), need(2, {"ann", "cem"}), need(1, {"ann"})]
	matching.filled(needs) == matching.filled(array.reverse(needs))
}

test_more_needs_than_can_be_told_apart_are_not_counted_at_all if {
	not matching.filled([need(1, {"ann"}) | some _ in numbers.range(0, matching.most_needs)])
}

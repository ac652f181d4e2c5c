package gate.steps.architecture_review_test

import data.gate.steps.architecture_review
import data.gate.testing

verdict(approvals) := judged if {
	judged := architecture_review.verdict with input as testing.facts_with({"approvals": approvals})
		with data.policy as testing.policy
}

test_without_an_approval_it_is_pending_and_says_whose_is_needed if {
	judged := verdict([])
	judged.status == "pending"
	judged.needs[0].group == "managers"
}

test_an_approval_of_the_group_satisfies if {
	verdict([testing.approval("architecture_review", "samir")]).status == "satisfied"
}

test_an_approval_of_another_group_does_not if {
	verdict([testing.approval("architecture_review", "piet")]).status == "pending"
}

test_a_veto_of_the_group_fails if {
	verdict([testing.answer("architecture_review", "samir", "veto", 0)]).status == "failed"
}

test_a_process_that_does_not_say_who_approves_allows_nothing if {
	given := [testing.approval("architecture_review", "samir")]
	judged := architecture_review.verdict with input as testing.facts_with({"approvals": given})
		with data.policy as testing.policy_with({"process": {"steps": {"architecture_review": {"needs": null}}}})
	judged.status == "failed"
	testing.codes(judged) == ["no_rule"]
}

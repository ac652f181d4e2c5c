package gate.steps.segregation_of_duties_test

import data.gate.steps.segregation_of_duties
import data.gate.testing

verdict(parts) := judged if {
	judged := segregation_of_duties.verdict with input as testing.facts_with(parts)
		with data.policy as testing.policy
}

test_with_a_named_author_and_no_approvals_yet_duties_are_segregated if {
	judged := verdict({})
	judged.status == "satisfied"
	judged.reasons[0].message == "nobody who made the change (maria, pipeline) approved it"
}

test_an_approval_of_somebody_else_keeps_duties_segregated if {
	verdict({"approvals": [testing.approval("peer_review", "piet")]}).status == "satisfied"
}

test_an_approval_of_the_author_is_refused_and_named if {
	judged := verdict({"approvals": [testing.approval("peer_review", "maria")]})
	judged.status == "failed"
	testing.codes(judged) == ["own_approval"]
	startswith(judged.reasons[0].message, "maria asked for this change or wrote it, and approved peer_review")
}

test_an_approval_of_the_requester_is_refused if {
	judged := verdict({"change": {"requester": "piet"}, "approvals": [testing.approval("peer_review", "piet")]})
	testing.codes(judged) == ["own_approval"]
}

test_an_approval_of_the_author_refuses_whatever_step_it_was_for if {
	judged := verdict({"approvals": [testing.approval("one_time_step", "maria")]})
	testing.codes(judged) == ["own_approval"]
}

test_an_approval_of_another_commit_says_nothing if {
	stale := object.union(testing.approval("peer_review", "maria"), {"commit": "3333333333333333333333333333333333333333"})
	verdict({"approvals": [stale]}).status == "satisfied"
}

test_an_approval_of_another_artifact_says_nothing if {
	stale := object.union(testing.approval("peer_review", "maria"), {"artifact": "sha256:aa"})
	verdict({"approvals": [stale]}).status == "satisfied"
}

test_a_veto_of_the_author_is_no_approval if {
	verdict({"approvals": [testing.answer("peer_review", "maria", "veto", 0)]}).status == "satisfied"
}

test_a_robot_that_asks_without_naming_the_author_is_refused if {
	judged := verdict({"change": {"author": null}})
	judged.status == "failed"
	testing.codes(judged) == ["author_unknown"]
}

test_a_robot_in_the_services_group_does_not_stand_for_the_author_either if {
	verdict({"change": {"author": null, "requester": "robot"}}).status == "failed"
}

test_somebody_outside_of_the_team_does_not_stand_for_the_author if {
	verdict({"change": {"author": null, "requester": "ruth"}}).status == "failed"
}

test_a_person_of_the_team_who_asks_stands_for_the_author if {
	verdict({"change": {"author": null, "requester": "joris"}}).status == "satisfied"
	verdict({"change": {"author": null, "requester": "piet"}}).status == "satisfied"
}

test_whoever_stands_for_the_author_may_not_approve if {
	judged := verdict({
		"change": {"author": null, "requester": "piet"},
		"approvals": [testing.approval("peer_review", "piet")],
	})
	testing.codes(judged) == ["own_approval"]
}

test_facts_without_approvals_at_all_allow_nothing if {
	judged := segregation_of_duties.verdict with input as object.remove(testing.facts, ["approvals"])
		with data.policy as testing.policy
	testing.codes(judged) == ["no_rule"]
}

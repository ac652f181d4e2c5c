package gate.lib.people_test

import data.gate.lib.people
import data.gate.testing

of_reviewers := [{"group": "reviewers", "approvals": 1}]

verdict(approvals, needed) := judged if {
	judged := people.verdict("peer_review", needed) with input as testing.facts_with({"approvals": approvals})
		with data.policy as testing.policy
}

approval(person) := testing.approval("peer_review", person)

test_without_an_answer_the_step_is_pending_and_names_who_can_give_one if {
	judged := verdict([], of_reviewers)
	judged.status == "pending"
	judged.needs == [{
		"group": "reviewers", "or": [], "escalated_to": "",
		"approvals": 1, "given": 0, "people": ["piet"],
		"expected_wait_ns": null,
	}]
	judged.reasons[0].message == "1 approval of reviewers needed, 0 given; can be given by piet"
}

test_an_approval_of_a_member_satisfies_and_says_whose if {
	judged := verdict([approval("piet")], of_reviewers)
	judged.status == "satisfied"
	judged.reasons == [{"code": "approved", "message": "approved by piet for reviewers"}]
}

test_an_approval_of_somebody_outside_of_the_group_does_not_count if {
	verdict([approval("mei")], of_reviewers).status == "pending"
}

test_an_approval_of_the_author_does_not_count if {
	verdict([approval("maria")], of_reviewers).status == "pending"
}

test_an_approval_of_the_requester_does_not_count if {
	judged := people.verdict("peer_review", of_reviewers) with data.policy as testing.policy
		with input as testing.facts_with({
			"change": {"requester": "piet", "author": "joris"},
			"approvals": [approval("piet")],
		})
	judged.status == "pending"
	judged.needs[0].people == ["maria"]
}

test_an_approval_of_a_robot_does_not_count if {
	verdict([approval("robot")], of_reviewers).status == "pending"
}

test_an_approval_of_another_commit_does_not_count if {
	stale := object.union(approval("piet"), {"commit": "3333333333333333333333333333333333333333"})
	verdict([stale], of_reviewers).status == "pending"
}

test_an_approval_of_another_artifact_does_not_count if {
	built := object.union(approval("piet"), {"artifact": "sha256:aa"})
	verdict([built], of_reviewers).status == "pending"
	judged := people.verdict("peer_review", of_reviewers) with data.policy as testing.policy
		with input as testing.facts_with({"change": {"artifact": "sha256:aa"}, "approvals": [built]})
	judged.status == "satisfied"
}

test_an_approval_without_the_artifact_that_is_asked_for_does_not_count if {
	judged := people.verdict("peer_review", of_reviewers) with data.policy as testing.policy
		with input as testing.facts_with({"change": {"artifact": "sha256:aa"}, "approvals": [approval("piet")]})
	judged.status == "pending"
}

test_an_approval_expires_when_the_process_says_so if {
	lasting := [{"group": "reviewers", "approvals": 1, "expires_ns": 25 * testing.hour_ns}]
	brief := [{"group": "reviewers", "approvals": 1, "expires_ns": 24 * testing.hour_ns}]
	verdict([approval("piet")], brief).status == "pending"
	verdict([approval("piet")], brief).needs[0].people == ["piet"]
	verdict([approval("piet")], lasting).status == "satisfied"
}

test_a_satisfied_step_says_until_when_if_an_approval_expires if {
	lasting := [{"group": "owners", "approvals": 2, "expires_ns": 48 * testing.hour_ns}]
	judged := verdict([approval("mei"), testing.answer("peer_review", "joris", "approve", -12)], lasting)
	judged.until_ns == testing.at_ns + (12 * testing.hour_ns)
	not verdict([approval("piet")], of_reviewers).until_ns
}

test_a_veto_does_not_expire if {
	brief := [{"group": "reviewers", "approvals": 1, "expires_ns": 1}]
	verdict([testing.answer("peer_review", "piet", "veto", 0)], brief).status == "failed"
}

test_a_veto_says_why_where_its_author_did if {
	told := object.union(testing.answer("peer_review", "piet", "veto", 0), {"comment": "the index is missing"})
	judged := verdict([told], of_reviewers)
	contains(judged.reasons[0].message, "piet of reviewers vetoed commit 111111111111: the index is missing; piet can")
}

test_an_approval_of_another_step_does_not_count if {
	verdict([testing.approval("owner_approval", "piet")], of_reviewers).status == "pending"
}

test_one_person_counts_once if {
	two := [{"group": "owners", "approvals": 2}]
	judged := verdict([approval("mei"), testing.answer("peer_review", "mei", "approve", 1)], two)
	judged.status == "pending"
	judged.needs == [{
		"group": "owners", "or": [], "escalated_to": "",
		"approvals": 2, "given": 1, "people": ["joris"],
		"expected_wait_ns": null,
	}]
	verdict([approval("mei"), approval("joris")], two).status == "satisfied"
}

test_a_veto_of_a_member_fails_the_step_even_beside_an_approval if {
	judged := verdict([approval("mei"), testing.answer("peer_review", "joris", "veto", 0)], [{
		"group": "owners",
		"approvals": 1,
	}])
	judged.status == "failed"
	testing.codes(judged) == ["vetoed"]
}

test_a_veto_can_be_taken_back_by_whoever_gave_it if {
	veto := testing.answer("peer_review", "piet", "veto", 0)
	verdict([veto, testing.answer("peer_review", "piet", "approve", 1)], of_reviewers).status == "satisfied"
	verdict([veto, testing.answer("peer_review", "piet", "approve", -1)], of_reviewers).status == "failed"
}

test_a_veto_at_the_same_instant_as_an_approval_wins if {
	both := [testing.answer("peer_review", "piet", "veto", 0), testing.answer("peer_review", "piet", "approve", 0)]
	verdict(both, of_reviewers).status == "failed"
}

test_a_veto_of_somebody_outside_of_the_group_does_not_count if {
	verdict([testing.answer("peer_review", "mei", "veto", 0)], of_reviewers).status == "pending"
}

test_a_group_with_too_few_people_fails_at_once_and_says_so if {
	judged := verdict([approval("piet")], [{"group": "reviewers", "approvals": 2}])
	judged.status == "failed"
	testing.codes(judged) == ["too_few_people"]
}

test_every_need_must_be_met if {
	both := array.concat(of_reviewers, [{"group": "managers", "approvals": 1}])
	verdict([approval("piet")], both).status == "pending"
	verdict([approval("piet"), approval("samir")], both).status == "satisfied"
}

test_within_a_step_too_each_person_fills_one_place if {
	needed := [{"group": "owners", "approvals": 1}, {"group": "family", "approvals": 2}]
	policy := testing.policy_with({"groups": {"family": {"members": ["mei", "joris", "ruth"]}}})
	two := [approval("mei"), approval("ruth")]
	judged := people.verdict("peer_review", needed) with input as testing.facts_with({"approvals": two})
		with data.policy as policy
	judged.status == "pending"
	[need.given | some need in judged.needs] == [0, 1]
	three := array.concat(two, [approval("joris")])
	enough := people.verdict("peer_review", needed) with input as testing.facts_with({"approvals": three})
		with data.policy as policy
	enough.status == "satisfied"
}

test_where_nothing_is_needed_there_is_no_verdict if not verdict([approval("piet")], [])

test_a_group_that_nobody_defined_has_too_few_people if {
	ghosts := [{"group": "ghosts", "approvals": 1}]
	testing.codes(verdict([approval("piet")], array.concat(of_reviewers, ghosts))) == ["too_few_people"]
}

test_a_reference_to_the_services_own_groups_is_resolved if {
	people.group("$service.owners") == "owners" with input as testing.facts
	people.group("$service.reviewers") == "reviewers" with input as testing.facts
	people.group("dba") == "dba"
}

test_a_step_that_names_nobody_needs_nobody if {
	people.needs("freeze") == [] with data.policy as testing.policy
	people.needs("unheard_of") == [] with data.policy as testing.policy
	people.needs("evidence") == [] with data.policy as testing.policy
	count(people.needs("peer_review")) == 1 with data.policy as testing.policy
}

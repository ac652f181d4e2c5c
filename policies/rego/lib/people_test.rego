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
	judged.needs == [{"group": "reviewers", "approvals": 1, "given": 0, "people": ["piet"]}]
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

test_an_approval_of_another_step_does_not_count if {
	verdict([testing.approval("owner_approval", "piet")], of_reviewers).status == "pending"
}

test_one_person_counts_once if {
	two := [{"group": "owners", "approvals": 2}]
	judged := verdict([approval("mei"), testing.answer("peer_review", "mei", "approve", 1)], two)
	judged.status == "pending"
	judged.needs == [{"group": "owners", "approvals": 2, "given": 1, "people": ["joris"]}]
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
	count(people.needs("peer_review")) == 1 with data.policy as testing.policy
}

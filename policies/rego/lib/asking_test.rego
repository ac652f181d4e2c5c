package gate.lib.asking_test

import data.gate.lib.people
import data.gate.testing

either := [{"group": "reviewers", "or": ["managers"], "approvals": 1}]

hurried := object.union(testing.policy, {"process": {"steps": {"peer_review": {
	"escalate": {"to": "heads", "after_ns": 8 * testing.hour_ns},
	"time_out": {"then": "fail", "after_ns": 48 * testing.hour_ns},
}}}})

lazy := object.union(hurried, {"process": {"steps": {"peer_review": {"time_out": {"then": "pass"}}}}})

verdict_by(policy, needed, facts) := judged if {
	judged := people.verdict("peer_review", needed) with input as testing.facts_with(facts)
		with data.policy as policy
}

verdict(facts) := verdict_by(testing.policy, either, facts)

asked(hours, groups) := [{
	"step": "peer_review",
	"since_ns": testing.at_ns - (hours * testing.hour_ns),
	"groups": groups,
}]

load(name, waiting, limit) := {
	"name": name,
	"waiting": waiting,
	"limit": limit,
	"waiting_per_thousand": waiting * 500,
	"expected_wait_ns": null,
}

test_of_two_groups_with_as_much_to_do_the_first_is_asked if {
	judged := verdict({})
	judged.needs[0].group == "reviewers"
	judged.needs[0].or == ["managers"]
}

test_the_group_with_less_to_do_is_asked if {
	judged := verdict({"groups": [load("reviewers", 4, null), load("managers", 2, null)]})
	judged.needs[0].group == "managers"
	startswith(judged.reasons[0].message, "1 approval of managers or reviewers needed")
}

test_people_of_a_group_that_was_not_asked_may_answer_as_well if {
	judged := verdict({"approvals": [testing.approval("peer_review", "ruth")]})
	judged.status == "satisfied"
	verdict({"approvals": [testing.answer("peer_review", "ruth", "veto", 0)]}).status == "failed"
}

test_a_process_may_have_the_first_asked_whatever_it_has_to_do if {
	needed := [object.union(either[0], {"ask": "first"})]
	judged := verdict_by(testing.policy, needed, {"groups": [load("reviewers", 4, null), load("managers", 2, null)]})
	judged.needs[0].group == "reviewers"
}

test_a_group_that_has_reached_its_limit_is_not_asked_while_another_has_room if {
	needed := [object.union(either[0], {"ask": "first"})]
	full := load("reviewers", 4, 4)
	verdict_by(testing.policy, needed, {"groups": [full, load("managers", 9, 10)]}).needs[0].group == "managers"
	verdict_by(testing.policy, needed, {"groups": [full, load("managers", 9, 9)]}).needs[0].group == "reviewers"
}

test_whoever_was_asked_is_not_passed_over_later if {
	judged := verdict({
		"asked": asked(1, ["reviewers"]),
		"groups": [load("reviewers", 4, 4), load("managers", 0, null)],
	})
	judged.needs[0].group == "reviewers"
}

test_how_long_an_answer_is_likely_to_take_is_told if {
	likely := object.union(load("reviewers", 1, null), {"expected_wait_ns": 3 * testing.hour_ns})
	judged := verdict_by(testing.policy, [{"group": "reviewers", "approvals": 1}], {"groups": [likely]})
	judged.needs[0].expected_wait_ns == 3 * testing.hour_ns
	endswith(judged.reasons[0].message, "an answer takes about 3 hours")
}

test_what_people_are_asked_for_the_first_time_is_asked_from_now_on if {
	judged := verdict_by(hurried, either, {})
	judged.asked_since_ns == testing.at_ns
	judged.until_ns == testing.at_ns + (8 * testing.hour_ns)
}

test_a_step_that_nobody_answers_is_escalated_and_the_others_may_still_answer if {
	facts := {"asked": asked(8, ["reviewers"])}
	judged := verdict_by(hurried, either, facts)
	judged.status == "pending"
	judged.needs[0].escalated_to == "heads"
	"ruth" in judged.needs[0].people
	"piet" in judged.needs[0].people
	judged.until_ns == testing.at_ns + (40 * testing.hour_ns)
	judged.reasons[1] == {"code": "escalated", "message": "this has waited 8 hours for an answer, so heads is asked as well"}
}

test_a_step_is_not_escalated_a_moment_too_early if {
	early := [{"step": "peer_review", "since_ns": (testing.at_ns - (8 * testing.hour_ns)) + 1, "groups": []}]
	judged := verdict_by(hurried, [{"group": "reviewers", "approvals": 1}], {"asked": early})
	judged.needs[0].escalated_to == ""
	not "ruth" in judged.needs[0].people
}

test_whom_it_was_escalated_to_satisfies_the_step if {
	given := {"asked": asked(9, ["reviewers"]), "approvals": [testing.approval("peer_review", "ruth")]}
	verdict_by(hurried, [{"group": "reviewers", "approvals": 1}], given).status == "satisfied"
}

test_whom_it_was_escalated_to_is_still_heard_when_it_is_judged_again if {
	given := {"asked": asked(9, ["reviewers"]), "approvals": [testing.approval("peer_review", "ruth")]}
	needed := [{"group": "reviewers", "approvals": 1}]
	first := verdict_by(hurried, needed, given)
	again := [{"step": "peer_review", "since_ns": first.asked_since_ns, "groups": []}]
	verdict_by(hurried, needed, object.union(given, {"asked": again})).status == "satisfied"
}

test_a_step_that_nobody_answers_in_time_fails_where_the_process_says_so if {
	judged := verdict_by(hurried, either, {"asked": asked(48, ["reviewers"])})
	judged.status == "failed"
	judged.reasons[0].code == "timed_out"
	startswith(judged.reasons[0].message, "too few of reviewers answered in 2 days; ask for the change anew")
	judged.asked_since_ns == testing.at_ns - (48 * testing.hour_ns)
}

test_silence_consents_where_the_process_says_so if {
	judged := verdict_by(lazy, either, {"asked": asked(48, ["reviewers"])})
	judged.status == "satisfied"
	judged.reasons[0].code == "timed_out"
	judged.asked_since_ns == testing.at_ns - (48 * testing.hour_ns)
}

test_silence_does_not_consent_a_moment_too_early if {
	early := [{"step": "peer_review", "since_ns": (testing.at_ns - (48 * testing.hour_ns)) + 1, "groups": []}]
	verdict_by(lazy, either, {"asked": early}).status == "pending"
}

test_a_veto_fails_the_step_however_long_others_are_silent if {
	vetoed := {"asked": asked(72, ["reviewers"]), "approvals": [testing.answer("peer_review", "piet", "veto", -1)]}
	judged := verdict_by(lazy, either, vetoed)
	judged.status == "failed"
	judged.reasons[0].code == "vetoed"
	judged.asked_since_ns == testing.at_ns - (72 * testing.hour_ns)
}

test_silence_of_a_group_that_has_nobody_to_answer_is_no_consent if {
	policy := object.union(testing.policy, {"process": {"steps": {"peer_review": {"time_out": {
		"then": "pass",
		"after_ns": testing.hour_ns,
	}}}}})
	judged := verdict_by(policy, [{"group": "nobody", "approvals": 1}], {"asked": asked(72, ["nobody"])})
	judged.status == "failed"
	judged.reasons[0].code == "too_few_people"
}

test_what_is_answered_is_asked_no_more if {
	judged := verdict_by(hurried, either, {
		"asked": asked(72, ["reviewers"]),
		"approvals": [testing.approval("peer_review", "piet")],
	})
	judged.status == "satisfied"
	not judged.asked_since_ns
}

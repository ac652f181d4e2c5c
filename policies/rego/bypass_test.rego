package gate.bypass_test

import data.gate.bypass
import data.gate.testing

hour := testing.hour_ns

ruling(fields) := found if {
	found := bypass.rulings["byp-1"] with data.policy as testing.policy
		with input as testing.facts_with({"bypasses": [testing.bypass(fields)]})
}

honoured(fields) if ruling(fields).honoured == true

refused(fields, code) if {
	ruling(fields).honoured == false
	testing.codes(ruling(fields)) == [code]
}

test_a_bypass_with_everything_in_order_is_honoured_and_says_by_whom if {
	ruling({}).honoured == true
	ruling({}).reasons == [{"code": "granted", "message": concat(" ", [
		"granted by ruth with commit 222222222222;",
		"0 of 1 use used, expires 2026-10-07 09:30 UTC",
	])}]
}

test_a_bypass_that_nobody_is_shown_to_have_granted_is_refused if refused({"grant": null}, "not_granted")

test_what_each_proof_lacks_is_said if {
	lacking := [
		{"proof": "forge", "why": "no forge is configured"},
		{"proof": "signature", "why": "commit 222 is not signed"},
	]
	ruling({"grant": null, "lacking": lacking}).reasons == [{
		"code": "not_granted",
		"message": "nothing shows who granted it: by forge, no forge is configured; by signature, commit 222 is not signed",
	}]
}

test_how_a_grant_is_shown_is_said if {
	startswith(
		ruling({"grant": {"proof": "signature"}}).reasons[0].message,
		"granted by ruth who signed commit 222222222222;",
	)
	startswith(
		ruling({"grant": {"proof": "forge"}}).reasons[0].message,
		"granted by ruth in a review of what was merged with commit 222222222222;",
	)
}

test_a_grant_by_somebody_unknown_is_refused if refused({"grant": {"by": null}}, "granter_unknown")

test_a_grant_by_a_robot_is_refused if {
	refused({"grant": {"robot": true}}, "granter_is_robot")
}

test_a_grant_by_somebody_the_policy_lists_as_a_robot_is_refused if {
	"granter_is_robot" in testing.codes(ruling({"grant": {"by": "robot"}}))
}

test_a_grant_by_whoever_asked_for_the_bypass_is_refused if refused({"requested_by": "ruth"}, "granter_is_requester")

test_a_grant_by_whoever_wrote_the_bypass_is_refused if {
	refused({"grant": {"author": "ruth"}}, "granter_is_author")
}

test_a_grant_by_whoever_wrote_the_change_is_refused if {
	found := bypass.rulings["byp-1"] with data.policy as testing.policy
		with input as testing.facts_with({"change": {"author": "ruth"}, "bypasses": [testing.bypass({})]})
	testing.codes(found) == ["granter_is_author"]
}

test_a_grant_by_whoever_asked_for_the_change_is_refused if {
	found := bypass.rulings["byp-1"] with data.policy as testing.policy
		with input as testing.facts_with({"change": {"requester": "ruth"}, "bypasses": [testing.bypass({})]})
	testing.codes(found) == ["granter_is_requester"]
}

test_a_grant_by_somebody_outside_of_the_steps_group_is_refused_and_names_the_group if {
	refused({"grant": {"by": "mei"}}, "not_entitled")
	contains(ruling({"grant": {"by": "mei"}}).reasons[0].message, "freeze (managers)")
}

test_whoever_grants_must_be_entitled_for_every_step if {
	both := {"skip": ["freeze", "owner_approval"]}
	honoured(both)
	refused(object.union(both, {"grant": {"by": "samir"}}), "not_entitled")
}

test_a_step_whose_group_is_the_services_own_is_granted_by_that_group if {
	honoured({"skip": ["peer_review"], "grant": {"by": "mei"}})
	refused({"skip": ["peer_review"]}, "not_entitled")
}

test_segregation_of_duties_is_never_lifted_even_if_the_process_says_otherwise if {
	"never_lifted" in testing.codes(ruling({"skip": ["segregation_of_duties"]}))
}

test_a_step_that_the_process_does_not_let_go_is_not_lifted if {
	"never_lifted" in testing.codes(ruling({"skip": ["evidence"]}))
	"never_lifted" in testing.codes(ruling({"skip": ["freeze", "unheard_of"]}))
}

test_a_one_time_step_may_not_take_the_name_of_a_step if {
	own := {"step": "dba_pairing", "needs": {"group": "managers", "approvals": 1}, "description": ""}
	honoured({"add": [own]})
	refused({"add": [object.union(own, {"step": "peer_review"})]}, "step_name_taken")
}

test_an_expired_bypass_is_refused_from_the_very_instant if {
	honoured({"expires_ns": testing.at_ns + 1})
	refused({"expires_ns": testing.at_ns}, "expired")
}

test_a_used_up_bypass_is_refused if {
	honoured({"uses": 2, "used": 1})
	refused({"uses": 2, "used": 2}, "used_up")
}

test_what_a_bypass_let_start_it_lets_run_on if honoured({
	"taken": true,
	"expires_ns": testing.at_ns,
	"uses": 2,
	"used": 2,
})

test_a_bypass_that_asks_for_too_many_uses_is_refused if refused({"uses": 3}, "too_many_uses")

test_a_bypass_that_lives_too_long_is_refused if {
	granted := testing.at_ns - hour
	honoured({"expires_ns": granted + (72 * hour)})
	refused({"expires_ns": (granted + (72 * hour)) + 1}, "too_long")
}

test_a_grant_dated_in_the_future_lengthens_no_life if {
	refused({"expires_ns": testing.at_ns + (80 * hour), "grant": {"at_ns": testing.at_ns + (40 * hour)}}, "too_long")
}

test_a_bypass_without_a_commit_lives_shorter if {
	granted := testing.at_ns - hour
	honoured({"names_commit": false, "expires_ns": granted + (8 * hour)})
	refused({"names_commit": false, "expires_ns": granted + (9 * hour)}, "too_long_without_commit")
}

test_a_reason_with_too_few_words_is_refused if {
	honoured({"reason": "waiting costs\nmore"})
	refused({"reason": "waiting   costs"}, "reason_too_short")
	refused({"reason": " "}, "reason_too_short")
}

with_team(standing, fields) := found if {
	found := bypass.rulings["byp-1"] with data.policy as testing.policy
		with input as testing.facts_with({"team_bypasses": standing, "bypasses": [testing.bypass(fields)]})
}

test_an_overdue_review_closes_the_lane_and_says_how_to_open_it if {
	found := with_team({"pirs_overdue": 1}, {})
	testing.codes(found) == ["review_overdue"]
	contains(found.reasons[0].message, "owners owes 1 review that is overdue; write it with `gate pir new`")
}

test_a_team_that_used_its_budget_is_refused_and_told_how_much_it_used if {
	with_team({"used": 2}, {}).honoured == true
	found := with_team({"used": 3}, {})
	testing.codes(found) == ["budget_spent"]
	contains(found.reasons[0].message, "owners has used up 3 grants in 30 days, at most 3 are allowed")
}

test_a_process_without_a_budget_has_no_limit if {
	found := bypass.rulings["byp-1"] with data.policy as testing.policy_with({"process": {"bypass": {"budget": null}}})
		with input as testing.facts_with({"team_bypasses": {"used": 99}, "bypasses": [testing.bypass({})]})
	found.honoured == true
}

test_neither_stops_what_a_bypass_let_start if {
	with_team({"pirs_overdue": 1, "used": 9}, {"taken": true}).honoured == true
}

test_every_refusal_is_told_at_once if {
	testing.codes(ruling({"uses": 3, "used": 3, "expires_ns": testing.at_ns, "reason": "no"})) == [
		"expired",
		"used_up",
		"too_many_uses",
		"reason_too_short",
	]
}

test_every_refusal_is_a_sentence_of_its_own if {
	everything := {
		"skip": ["segregation_of_duties", "freeze"],
		"add": [{"step": "freeze", "needs": {"group": "heads", "approvals": 1}, "description": ""}],
		"requested_by": "robot",
		"expires_ns": testing.at_ns - (100 * hour),
		"names_commit": false,
		"uses": 9,
		"used": 9,
		"reason": "no",
		"grant": {"by": "robot", "author": "robot", "robot": true, "at_ns": testing.at_ns - (500 * hour)},
	}
	told := array.concat(testing.codes(ruling(everything)), [
		"not_granted",
		"granter_unknown",
		"review_overdue",
		"budget_spent",
	])
	{code | some code in told} == {code | some code in bypass.objections}
}

test_a_bypass_of_which_something_is_missing_is_not_honoured if {
	every field in object.keys(testing.bypass({})) - {"id", "ticket", "taken", "break_glass"} {
		incomplete := object.remove(testing.bypass({}), [field])
		found := bypass.rulings["byp-1"] with data.policy as testing.policy
			with input as testing.facts_with({"bypasses": [incomplete]})
		found.honoured == false
	}
}

test_a_grant_of_which_something_is_missing_is_not_honoured if {
	whole := testing.bypass({}).grant
	every field in object.keys(whole) - {"commit"} {
		incomplete := object.union(testing.bypass({"grant": null}), {"grant": object.remove(whole, [field])})
		found := bypass.rulings["byp-1"] with data.policy as testing.policy
			with input as testing.facts_with({"bypasses": [incomplete]})
		found.honoured == false
	}
}

test_where_no_bypass_names_the_change_there_is_nothing_to_rule_on if {
	bypass.rulings == {} with input as testing.facts with data.policy as testing.policy
}

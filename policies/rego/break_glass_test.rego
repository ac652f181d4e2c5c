package gate.break_glass_test

import data.gate
import data.gate.bypass
import data.gate.testing

hour := testing.hour_ns

judged(fields, facts, terms) := found if {
	found := bypass.rulings["glass-1"] with data.policy as testing.policy_with({"process": {"break_glass": terms}})
		with input as object.union(testing.facts_with({"bypasses": [testing.glass(fields)]}), facts)
}

ruling(fields) := judged(fields, {}, {})

refused(fields, code) if {
	ruling(fields).honoured == false
	testing.codes(ruling(fields)) == [code]
}

test_a_glass_with_everything_in_order_is_honoured_and_says_by_whom_and_for_what if {
	ruling({}).honoured == true
	ruling({}).reasons == [{
		"code": "broken",
		"message": "the glass was broken by ruth for INC-1; it holds until 2026-10-06 10:30 UTC",
	}]
}

test_where_policy_knows_no_break_glass_none_is_honoured if {
	found := judged({}, {}, null)
	found.honoured == false
	"no_break_glass" in testing.codes(found)
}

test_a_robot_breaks_no_glass if {
	"breaker_is_robot" in testing.codes(ruling({"break_glass": {"robot": true}}))
	"breaker_is_robot" in testing.codes(ruling({"break_glass": {"by": "robot"}}))
}

test_somebody_outside_of_the_group_breaks_no_glass if refused({"break_glass": {"by": "samir"}}, "not_in_group")

test_whoever_asked_for_the_change_breaks_no_glass_unless_policy_says_so if {
	own := {"change": {"requester": "ruth"}}
	testing.codes(judged({}, own, {})) == ["breaker_is_requester"]
	judged({}, own, {"own_changes": "allow"}).honoured
}

test_whoever_wrote_the_change_breaks_no_glass_unless_policy_says_so if {
	own := {"change": {"author": "ruth"}}
	testing.codes(judged({}, own, {})) == ["breaker_is_author"]
	judged({}, own, {"own_changes": "allow"}).honoured
}

test_segregation_of_duties_is_never_lifted_even_if_the_process_says_otherwise if {
	refused({"skip": ["freeze", "segregation_of_duties"]}, "never_lifted")
	named := {"lifts": ["segregation_of_duties"]}
	"never_lifted" in testing.codes(judged({"skip": ["segregation_of_duties"]}, {}, named))
}

test_what_cannot_be_bypassed_is_not_lifted if refused({"skip": ["evidence"]}, "never_lifted")

test_where_policy_names_steps_no_other_is_lifted if {
	found := judged({}, {}, {"lifts": ["freeze"]})
	testing.codes(found) == ["never_lifted"]
	judged({"skip": ["freeze"]}, {}, {"lifts": ["freeze"]}).honoured
}

test_a_glass_is_broken_for_one_commit_and_artifact if {
	refused({"break_glass": {"commit": "2222222222222222222222222222222222222222"}}, "another_commit")
	refused({"break_glass": {"artifact": "sha256:1"}}, "another_commit")
}

test_it_expires_at_the_very_instant_but_what_started_on_it_runs_on if {
	ruling({"expires_ns": testing.at_ns + 1}).honoured
	refused({"expires_ns": testing.at_ns}, "expired")
	ruling({"expires_ns": testing.at_ns, "taken": true}).honoured
}

test_a_reason_with_too_few_words_is_refused if refused({"reason": "it burns"}, "reason_too_short")

test_an_overdue_review_does_not_close_it_unless_policy_says_so if {
	owing := {"team_bypasses": {"pirs_overdue": 1}}
	judged({}, owing, {}).honoured
	closed := {"while_review_overdue": "refuse"}
	testing.codes(judged({}, owing, closed)) == ["review_overdue"]
	judged({"taken": true}, owing, closed).honoured
}

test_a_spent_budget_does_not_close_it if judged({}, {"team_bypasses": {"used": 99}}, {}).honoured

test_a_broken_glass_is_spent_of_the_budget_where_policy_says_so if {
	broken := testing.facts_with({"bypasses": [testing.bypass({})], "team_bypasses": {"broken": 3}})
	bypass.rulings["byp-1"].honoured with data.policy as testing.policy with input as broken
	found := bypass.rulings["byp-1"] with data.policy as testing.policy_with({"process": {"break_glass": {"counts": true}}})
		with input as broken
	testing.codes(found) == ["budget_spent"]
}

test_a_bypass_beside_it_is_ruled_on_by_itself if {
	found := bypass.rulings with data.policy as testing.policy
		with input as testing.facts_with({"bypasses": [testing.bypass({}), testing.glass({})]})
	{id | found[id].honoured} == {"byp-1", "glass-1"}
}

test_it_lifts_and_what_it_lifts_keeps_its_verdict if {
	found := gate.assessment with data.policy as testing.policy
		with input as testing.facts_with({"bypasses": [testing.glass({})], "windows": [testing.window("freeze", {})]})
	found.verdicts.freeze.status == "waiting"
	found.bypasses["glass-1"].honoured
}

test_a_glass_of_which_something_is_missing_is_not_honoured if {
	whole := testing.glass({}).break_glass
	every field in object.keys(whole) - {"at_ns"} {
		not ruling_without([], [field]).honoured
	}
	every field in {"skip", "expires_ns", "reason"} {
		not ruling_without([field], []).honoured
	}
}

ruling_without(fields, inner) := found if {
	glass := object.union(
		object.remove(testing.glass({}), array.concat(fields, ["break_glass"])),
		{"break_glass": object.remove(testing.glass({}).break_glass, inner)},
	)
	found := bypass.rulings["glass-1"] with data.policy as testing.policy with input as testing.facts_with({"bypasses": [glass]})
}

package gate.assessment_test

import data.gate
import data.gate.testing

assessed(parts) := found if {
	found := gate.assessment with input as testing.facts_with(parts) with data.policy as testing.policy
}

in_lane := {"lanes": ["flags"], "change": {"paths": ["flags/a.json"], "files": 1}}

frozen := {"windows": [testing.window("freeze", {})]}

with_bypasses(bypasses) := object.union(frozen, {"bypasses": bypasses})

pairing := {"step": "pairing", "needs": [{"group": "managers", "approvals": 1}], "description": ""}

watching := object.union(pairing, {"step": "watching"})

test_an_assessment_has_every_part if {
	object.keys(assessed({})) == {"revision", "class", "lane", "risk", "required", "verdicts", "bypasses"}
	assessed({}).revision == "revision"
	object.keys(assessed({}).risk) == {"class", "score", "factors"}
}

test_the_class_decides_which_steps_are_required if {
	assessed({}).required == ["evidence", "freeze", "peer_review"]
	assessed(in_lane).required == ["evidence", "freeze"]
}

test_a_standard_change_tells_its_lane_and_others_none if {
	assessed(in_lane).lane == "flags"
	assessed({}).lane == null
	incident := {"change": {"incident": "INC-1", "paths": ["flags/a.json"], "files": 1}, "incidents": [{"name": "INC-1"}]}
	assessed(object.union(in_lane, incident)).lane == null
}

test_a_risk_class_adds_its_steps_after_those_of_the_class_each_once if {
	risky := {"service": {"tier": 1}, "change": {"paths": [], "lines": 101}}
	assessed(risky).risk.class == "high"
	assessed(risky).required == ["evidence", "freeze", "peer_review", "owner_approval"]
}

test_every_required_step_has_its_verdict_and_no_other_step_has_one if {
	object.keys(assessed({}).verdicts) == {"evidence", "freeze", "peer_review"}
	assessed({}).verdicts.peer_review.status == "pending"
}

test_a_required_step_that_nobody_defined_gets_no_verdict if {
	found := gate.assessment with input as testing.facts
		with data.policy as testing.policy_with({"process": {"classes": {"normal": ["evidence", "unheard_of"]}}})
	found.required == ["evidence", "unheard_of"]
	object.keys(found.verdicts) == {"evidence"}
}

test_a_class_without_steps_gives_no_assessment if {
	policy := object.union(
		testing.policy_with({"process": null}),
		{"process": object.remove(testing.policy.process, ["classes"])},
	)
	not gate.assessment with input as testing.facts with data.policy as policy
}

test_a_policy_without_a_revision_gives_no_assessment if {
	not gate.assessment with input as testing.facts with data.policy as object.remove(testing.policy, ["revision"])
}

test_a_step_that_a_bypass_skips_keeps_its_verdict if {
	found := assessed(with_bypasses([testing.bypass({})]))
	found.bypasses["byp-1"].honoured
	found.verdicts.freeze.status == "waiting"
}

test_the_one_time_steps_of_an_honoured_bypass_are_required_last if {
	found := assessed(with_bypasses([testing.bypass({"add": [pairing]})]))
	found.required == ["evidence", "freeze", "peer_review", "pairing"]
	found.verdicts.pairing.status == "pending"
	found.verdicts.pairing.needs[0].people == ["ruth", "samir"]
}

test_a_one_time_step_is_satisfied_by_its_approvals if {
	given := {"approvals": [testing.approval("pairing", "samir")]}
	found := assessed(object.union(with_bypasses([testing.bypass({"add": [pairing]})]), given))
	found.verdicts.pairing.status == "satisfied"
}

test_a_bypass_that_is_not_honoured_adds_nothing if {
	found := assessed(with_bypasses([testing.bypass({"add": [pairing], "used": 1})]))
	found.required == ["evidence", "freeze", "peer_review"]
	not found.bypasses["byp-1"].honoured
}

test_a_bypass_that_lifts_nothing_adds_nothing if {
	found := assessed({"bypasses": [testing.bypass({"add": [pairing]})]})
	found.bypasses["byp-1"].honoured
	found.required == ["evidence", "freeze", "peer_review"]
}

test_of_two_bypasses_for_one_step_the_first_counts if {
	found := assessed(with_bypasses([
		testing.bypass({"add": [pairing]}),
		testing.bypass({"id": "byp-2", "add": [watching]}),
	]))
	found.required == ["evidence", "freeze", "peer_review", "pairing"]
}

test_two_bypasses_for_two_steps_both_count if {
	found := assessed(with_bypasses([
		testing.bypass({"add": [pairing]}),
		testing.bypass({"id": "byp-2", "skip": ["peer_review"], "grant": {"by": "mei"}, "add": [watching]}),
	]))
	found.required == ["evidence", "freeze", "peer_review", "pairing", "watching"]
}

test_a_one_time_step_that_two_bypasses_add_needs_what_both_ask_for if {
	found := assessed(with_bypasses([
		testing.bypass({"add": [pairing]}),
		testing.bypass({
			"id": "byp-2",
			"skip": ["peer_review"],
			"grant": {"by": "mei"},
			"add": [object.union(pairing, {"needs": [{"group": "owners", "approvals": 1}]})],
		}),
	]))
	found.required == ["evidence", "freeze", "peer_review", "pairing"]
	[need.group | some need in found.verdicts.pairing.needs] == ["managers", "owners"]
}

package gate.lib.rivals_test

import data.gate.lib.people
import data.gate.lib.rivals
import data.gate.testing

# A risky change: peer_review of the reviewers, then owner_approval of the owners; maria wrote it.
risky := {"service": {"tier": 1}, "change": {"paths": [], "lines": 101}}

both_ways := testing.policy_with({"groups": {
	"owners": {"members": ["maria", "joris", "mei"]},
	"reviewers": {"members": ["maria", "joris", "piet"]},
}})

verdict_by(policy, step, approvals, more) := judged if {
	facts := testing.facts_with(object.union(object.union(risky, {"approvals": approvals}), more))
	judged := people.verdict(step, people.needs(step)) with input as facts with data.policy as policy
}

verdict(step, approvals) := verdict_by(both_ways, step, approvals, {})

status(step, approvals) := verdict(step, approvals).status

peer(person) := testing.approval("peer_review", person)

owner(person) := testing.approval("owner_approval", person)

test_different_steps_need_different_people if {
	status("peer_review", [peer("joris")]) == "satisfied"
	status("owner_approval", [peer("joris")]) == "pending"
	status("peer_review", [peer("joris"), owner("joris")]) == "pending"
	status("owner_approval", [peer("joris"), owner("joris")]) == "pending"
}

test_whoever_is_in_both_groups_is_counted_where_nobody_else_is if {
	given := [peer("joris"), owner("joris"), owner("mei")]
	status("peer_review", given) == "satisfied"
	status("owner_approval", given) == "satisfied"
	also := [owner("joris"), peer("joris"), peer("piet")]
	status("peer_review", also) == "satisfied"
	status("owner_approval", also) == "satisfied"
}

test_what_one_person_answered_twice_is_said_and_who_else_can_answer if {
	judged := verdict("peer_review", [peer("joris"), owner("joris")])
	testing.codes(judged) == ["approval_missing", "counted_once"]
	judged.needs == [{
		"group": "reviewers", "or": [], "escalated_to": "",
		"approvals": 1, "given": 0, "people": ["piet"],
		"expected_wait_ns": null,
	}]
	contains(judged.reasons[1].message, "joris approved more than one thing")
}

test_a_process_may_let_one_person_satisfy_several_steps if {
	policy := object.union(both_ways, {"process": {"distinct": false}})
	given := [peer("joris"), owner("joris")]
	verdict_by(policy, "peer_review", given, {}).status == "satisfied"
	verdict_by(policy, "owner_approval", given, {}).status == "satisfied"
}

test_too_few_people_for_both_steps_are_said_at_once if {
	policy := testing.policy_with({"groups": {
		"owners": {"members": ["maria", "joris"]},
		"reviewers": {"members": ["maria", "joris"]},
	}})
	judged := verdict_by(policy, "owner_approval", [], {})
	judged.status == "failed"
	testing.codes(judged) == ["too_few_people"]
	contains(judged.reasons[0].message, "`distinct` in process.yaml")
	one_for_all := object.union(policy, {"process": {"distinct": false}})
	verdict_by(one_for_all, "owner_approval", [], {}).status == "pending"
}

test_a_step_that_is_not_demanded_takes_nobody_away if {
	calm := {"service": {"tier": 2}, "change": {"paths": ["src/a.py"], "lines": 40}}
	verdict_by(both_ways, "peer_review", [peer("joris"), owner("joris")], calm).status == "satisfied"
}

skipping(steps, adds) := {"bypasses": [testing.bypass({
	"skip": steps,
	"add": [{"step": step, "needs": [{"group": "owners", "approvals": 1}], "description": ""} | some step in adds],
	"grant": {"by": "ruth"},
})]}

lenient := object.union(both_ways, {"process": {"steps": {
	"peer_review": {"bypass": {"by": "managers"}},
	"owner_approval": {"bypass": {"by": "managers"}},
}}})

test_a_step_that_a_bypass_skips_takes_nobody_away_from_one_that_counts if {
	given := [peer("joris"), owner("joris")]
	skipped := skipping(["owner_approval"], [])
	verdict_by(lenient, "peer_review", given, skipped).status == "satisfied"
	verdict_by(lenient, "owner_approval", given, skipped).status == "pending"
}

test_skipped_steps_do_not_share_a_person_either if {
	given := [peer("joris"), owner("joris")]
	skipped := skipping(["owner_approval", "peer_review"], [])
	verdict_by(lenient, "peer_review", given, skipped).status == "satisfied"
	verdict_by(lenient, "owner_approval", given, skipped).status == "pending"
}

test_the_one_time_steps_of_a_bypass_need_people_of_their_own if {
	skipped := skipping(["owner_approval"], ["pairing"])
	given := [peer("joris"), testing.approval("pairing", "joris")]
	verdict_by(lenient, "peer_review", given, skipped).status == "pending"
	more := array.concat(given, [testing.approval("pairing", "mei")])
	verdict_by(lenient, "peer_review", more, skipped).status == "satisfied"
}

test_the_rivals_of_a_step_are_told_by_step if {
	facts := testing.facts_with(risky)
	found := rivals.of("peer_review") with input as facts with data.policy as both_ways
	[rival.step | some rival in found] == ["owner_approval"]
}

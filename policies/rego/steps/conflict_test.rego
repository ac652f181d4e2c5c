package gate.steps.conflict_test

import data.gate.steps.conflict
import data.gate.testing

verdict(conflicts) := judged if {
	judged := conflict.verdict with input as testing.facts_with({"conflicts": conflicts})
		with data.policy as testing.policy
}

other(relation) := testing.conflict(relation, {})

test_with_nothing_in_flight_the_change_goes if verdict([]).status == "satisfied"

test_a_change_of_the_same_service_is_waited_for if {
	judged := verdict([testing.conflict("same_service", {"service": "payments"})])
	judged.status == "waiting"
	judged.until_ns == testing.at_ns + testing.hour_ns
	judged.reasons == [{"code": "in_flight", "message": concat(" ", [
		"change chg-other is in flight for payments as well;",
		"it is expected to be out of the way by 2026-10-06 10:30 UTC, and this one goes on as soon as it is",
	])}]
}

test_a_change_does_not_wait_for_itself if {
	verdict([testing.conflict("same_service", {"change": "chg-this"})]).status == "satisfied"
}

test_a_relation_that_only_raises_risk_does_not_block if verdict([other("depends_on")]).status == "satisfied"

test_a_relation_that_fails_refuses_whatever_else_is_in_flight if {
	judged := verdict([other("same_service"), testing.conflict("exclusive", {"resource": "core-database"})])
	judged.status == "failed"
	judged.reasons == [{
		"code": "collides",
		"message": "change chg-other of ledger holds core-database, which both need; ask again when it is finished",
	}]
}

test_a_relation_that_the_process_does_not_name_waits if {
	judged := verdict([other("dependent")])
	judged.status == "waiting"
	contains(judged.reasons[0].message, "is in flight for ledger, which depends on this service")
}

test_of_several_changes_the_last_to_end_is_waited_for if {
	late := testing.conflict("same_service", {"change": "chg-late", "until_ns": testing.at_ns + (4 * testing.hour_ns)})
	judged := verdict([late, other("same_service")])
	judged.until_ns == late.until_ns
	count(judged.reasons) == 2
}

test_facts_without_conflicts_at_all_allow_nothing if {
	judged := conflict.verdict with input as object.remove(testing.facts, ["conflicts"])
		with data.policy as testing.policy
	testing.codes(judged) == ["no_rule"]
}

test_of_one_change_the_nearest_relation_is_told if {
	judged := verdict([other("same_service"), other("same_implementer")])
	count(judged.reasons) == 1
	contains(judged.reasons[0].message, "as well")
}

test_a_change_that_is_approved_is_waited_for_until_its_approval_lapses if {
	approved := testing.conflict("same_service", {"state": "approved", "since_ns": testing.at_ns - 1})
	judged := verdict([approved])
	judged.until_ns == approved.until_ns
	judged.reasons == [{"code": "reserved", "message": concat(" ", [
		"change chg-other is approved for ledger as well;",
		"this one goes on when it is finished, or at 2026-10-06 10:30 UTC if it has not started by then",
	])}]
}

test_a_change_that_is_planned_is_told_with_its_time if {
	planned := testing.conflict("same_service", {"state": "approved", "since_ns": testing.at_ns + 60000000000})
	contains(verdict([planned]).reasons[0].message, "is planned for 2026-10-06 09:31 UTC for ledger as well")
}

in_line(fields) := testing.conflict("same_service", object.union(
	{"state": "queued", "class": "normal", "in_line_since_ns": testing.at_ns - 1, "until_ns": null},
	fields,
))

test_whoever_has_been_in_line_for_longer_goes_first_and_nobody_knows_how_long if {
	judged := verdict([in_line({}), other("same_service")])
	judged.status == "waiting"
	judged.until_ns == null
	testing.codes(judged) == ["in_line"]
}

test_whoever_came_later_is_not_waited_for if {
	verdict([in_line({"in_line_since_ns": testing.at_ns + 1})]).status == "satisfied"
}

test_of_those_who_came_at_the_same_instant_the_id_decides if {
	verdict([in_line({"change": "chg-a", "in_line_since_ns": testing.at_ns})]).status == "waiting"
	verdict([in_line({"change": "chg-z", "in_line_since_ns": testing.at_ns})]).status == "satisfied"
}

emergency := testing.facts_with({
	"change": {"incident": "INC-1"},
	"incidents": [{"name": "INC-1", "description": "", "start_ns": 0}],
	"conflicts": [in_line({})],
})

test_an_emergency_goes_before_those_in_line if {
	judged := conflict.verdict with input as emergency with data.policy as testing.policy
	judged.status == "satisfied"
}

test_an_emergency_waits_for_an_emergency_that_came_before if {
	earlier := {"conflicts": [in_line({"class": "emergency"})]}
	judged := conflict.verdict with input as object.union(emergency, earlier) with data.policy as testing.policy
	judged.status == "waiting"
}

test_an_emergency_in_line_goes_before_whoever_came_first if {
	verdict([in_line({"class": "emergency", "in_line_since_ns": testing.at_ns + 1})]).status == "waiting"
}

test_a_relation_that_only_raises_risk_lets_nobody_in_line_go_first if {
	verdict([in_line({"relation": "depends_on"})]).status == "satisfied"
}

test_somebody_in_line_of_whom_it_is_not_known_since_when_is_waited_for if {
	verdict([in_line({"class": null})]).status == "waiting"
}

test_every_relation_is_told_in_its_own_words if {
	said := {relation: verdict([other(relation)]).reasons[0].message |
		some relation in ["same_service", "exclusive", "same_implementer", "dependent"]
	}
	count({message | some message in said}) == 4
	relation := conflict.relation(other("depends_on"))
	relation == "is in flight for ledger, which this service depends on"
}

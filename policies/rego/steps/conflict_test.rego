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
	late := testing.conflict("same_service", {"until_ns": testing.at_ns + (4 * testing.hour_ns)})
	judged := verdict([late, other("same_service")])
	judged.until_ns == late.until_ns
	count(judged.reasons) == 2
}

test_facts_without_conflicts_at_all_allow_nothing if {
	judged := conflict.verdict with input as object.remove(testing.facts, ["conflicts"])
		with data.policy as testing.policy
	testing.codes(judged) == ["no_rule"]
}

test_every_relation_is_told_in_its_own_words if {
	said := {relation: verdict([other(relation)]).reasons[0].message |
		some relation in ["same_service", "exclusive", "dependent"]
	}
	count({message | some message in said}) == 3
	relation := conflict.relation(other("depends_on"))
	relation == "is in flight for ledger, which this service depends on"
}

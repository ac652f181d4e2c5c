package gate.steps.prerequisites_test

import data.gate.steps.prerequisites
import data.gate.testing

verdict(named) := judged if {
	judged := prerequisites.verdict with input as testing.facts_with({"prerequisites": named})
}

one(fields) := object.union(
	{"name": "ledger@1111", "change": "chg-ledger", "state": "finished", "result": "succeeded"},
	fields,
)

test_a_change_that_names_none_goes if verdict([]).status == "satisfied"

test_a_change_goes_when_all_that_it_names_are_finished_with_success if {
	verdict([one({}), one({"name": "chg-other"})]).status == "satisfied"
}

test_it_waits_for_one_that_is_open_and_nobody_knows_how_long if {
	judged := verdict([one({}), one({"state": "started", "result": null})])
	judged.status == "waiting"
	judged.until_ns == null
	judged.reasons == [{
		"code": "prerequisite_open",
		"message": "ledger@1111 must be finished first; this one goes on as soon as it is",
	}]
}

test_it_waits_for_one_that_nobody_has_asked_for_yet if {
	judged := verdict([one({"change": null, "state": null, "result": null})])
	judged.status == "waiting"
	testing.codes(judged) == ["prerequisite_not_asked"]
}

test_it_fails_if_one_was_withdrawn if {
	judged := verdict([one({"state": "withdrawn", "result": null})])
	judged.status == "failed"
	testing.codes(judged) == ["prerequisite_withdrawn"]
}

test_it_fails_if_one_failed_or_was_rolled_back if {
	every result in ["failed", "rolled_back"] {
		testing.codes(verdict([one({"result": result})])) == ["prerequisite_failed"]
	}
	contains(verdict([one({"result": "rolled_back"})]).reasons[0].message, "was rolled back; mend it")
}

test_it_fails_at_once_whatever_else_it_waits_for if {
	judged := verdict([one({"result": "failed"}), one({"state": "open", "result": null})])
	judged.status == "failed"
	testing.codes(judged) == ["prerequisite_failed"]
}

test_changes_that_would_wait_for_each_other_fail if {
	judged := prerequisites.verdict with input as testing.facts_with({
		"prerequisites": [one({"state": "open", "result": null})],
		"circle": ["payments@2222", "ledger@1111", "payments@2222"],
	})
	judged.status == "failed"
	judged.reasons == [{
		"code": "circular",
		"message": "changes would wait for each other: payments@2222 → ledger@1111 → payments@2222",
	}]
}

test_what_went_in_no_known_way_is_not_finished if {
	testing.codes(verdict([one({"result": null})])) == ["no_rule"]
	testing.codes(verdict([one({"state": "paused", "result": null})])) == ["no_rule"]
}

test_facts_without_prerequisites_at_all_allow_nothing if {
	every field in ["prerequisites", "circle"] {
		judged := prerequisites.verdict with input as object.remove(testing.facts, [field])
		testing.codes(judged) == ["no_rule"]
	}
}

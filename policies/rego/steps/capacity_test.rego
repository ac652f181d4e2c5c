package gate.steps.capacity_test

import data.gate.steps.capacity
import data.gate.testing

verdict(team, environment) := judged if {
	judged := capacity.verdict with data.policy as testing.policy
		with input as testing.facts_with({"load": {"team": team, "environment": environment}})
}

test_where_there_is_room_the_change_goes if {
	verdict(0, 0).status == "satisfied"
	verdict(1, 3).status == "satisfied"
}

test_a_team_with_too_much_in_flight_waits if {
	judged := verdict(2, 2)
	judged.status == "waiting"
	judged.until_ns == null
	testing.codes(judged) == ["team_full"]
	startswith(judged.reasons[0].message, "owners has 2 changes in flight in production, the most it may")
}

test_an_environment_with_too_much_in_flight_makes_everybody_wait if {
	testing.codes(verdict(0, 4)) == ["environment_full"]
}

test_both_are_told_when_both_are_full if testing.codes(verdict(5, 9)) == ["team_full", "environment_full"]

test_a_load_that_nobody_counted_allows_nothing if {
	judged := capacity.verdict with input as object.remove(testing.facts, ["load"])
		with data.policy as testing.policy
	testing.codes(judged) == ["no_rule"]
}

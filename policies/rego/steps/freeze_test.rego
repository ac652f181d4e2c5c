package gate.steps.freeze_test

import data.gate.steps.freeze
import data.gate.testing

now := testing.at_ns

hour := testing.hour_ns

verdict(windows) := judged if {
	judged := freeze.verdict with input as testing.facts_with({"windows": windows})
}

closing(fields) := testing.window("freeze", fields)

maintenance(fields) := testing.window("maintenance", fields)

test_without_windows_time_is_open if {
	judged := verdict([])
	judged.status == "satisfied"
	testing.codes(judged) == ["open"]
}

test_an_open_freeze_makes_the_change_wait_for_its_end if {
	judged := verdict([closing({"name": "black-friday", "description": "Peak trading."})])
	judged.status == "waiting"
	judged.until_ns == now + hour
	judged.reasons == [{"code": "frozen", "message": concat(" ", [
		"production is closed to payments by the freeze black-friday",
		"until 2026-10-06 10:30 UTC, in 1 hour: Peak trading.",
	])}]
}

test_a_freeze_that_has_ended_lets_the_change_in if verdict([closing({"end_ns": now})]).status == "satisfied"

test_an_advisory_is_shown_and_never_blocks if verdict([testing.window("advisory", {})]).status == "satisfied"

test_of_several_freezes_the_last_to_end_is_waited_for if {
	judged := verdict([closing({}), closing({"end_ns": now + (3 * hour)})])
	judged.until_ns == now + (3 * hour)
	count(judged.reasons) == 2
}

test_a_freeze_without_a_known_end_makes_the_change_wait_without_one if {
	judged := verdict([closing({"end_ns": null}), closing({})])
	judged.status == "waiting"
	judged.until_ns == null
}

test_a_change_that_would_run_into_a_freeze_waits if {
	ahead := closing({"start_ns": now + 60000000000, "overrun": "stop"})
	judged := verdict([ahead])
	testing.codes(judged) == ["freeze_ahead"]
	judged.until_ns == ahead.end_ns
}

test_a_change_that_may_overrun_starts_before_a_freeze if {
	verdict([closing({"start_ns": now + 60000000000})]).status == "satisfied"
}

test_inside_its_maintenance_window_a_change_goes if verdict([maintenance({})]).status == "satisfied"

test_outside_of_its_maintenance_windows_a_change_waits_for_the_next if {
	judged := verdict([
		maintenance({"start_ns": now + (9 * hour), "end_ns": now + (10 * hour)}),
		maintenance({"name": "tonight", "start_ns": now + (5 * hour), "end_ns": now + (6 * hour)}),
	])
	judged.status == "waiting"
	judged.until_ns == now + (5 * hour)
	judged.reasons == [{"code": "outside_maintenance", "message": concat(" ", [
		"payments changes only in its maintenance windows;",
		"the next, tonight, opens 2026-10-06 14:30 UTC, in 5 hours",
	])}]
}

test_a_maintenance_window_that_is_too_short_is_said_to_be_so if {
	judged := verdict([maintenance({"end_ns": now + 60000000000, "overrun": "stop"})])
	testing.codes(judged) == ["maintenance_too_short"]
	judged.until_ns == now + 60000000000
}

test_a_change_whose_maintenance_windows_are_all_over_is_refused if {
	judged := verdict([maintenance({"start_ns": null, "end_ns": null})])
	judged.status == "failed"
	testing.codes(judged) == ["never_opens"]
}

test_a_freeze_wins_over_a_maintenance_window if {
	judged := verdict([maintenance({}), closing({})])
	judged.status == "waiting"
	testing.codes(judged) == ["frozen"]
}

test_a_freeze_and_a_closed_maintenance_window_are_both_waited_for if {
	judged := verdict([maintenance({"start_ns": now + (5 * hour), "end_ns": now + (6 * hour)}), closing({})])
	judged.until_ns == now + (5 * hour)
	testing.codes(judged) == ["frozen", "outside_maintenance"]
}

test_a_started_change_finishes_in_a_freeze_that_lets_it if {
	judged := freeze.verdict with input as testing.facts_with({
		"change": {"state": "started"},
		"windows": [closing({})],
	})
	judged.status == "satisfied"
}

test_a_started_change_stops_for_a_freeze_that_says_so if {
	judged := freeze.verdict with input as testing.facts_with({
		"change": {"state": "started"},
		"windows": [closing({"overrun": "stop"})],
	})
	judged.status == "waiting"
}

test_a_freeze_that_was_pressed_holds_until_somebody_ends_it if {
	judged := verdict([closing({"name": "frz_1", "end_ns": null, "description": "Fire.", "pressed_by": "ruth"})])
	judged.status == "waiting"
	judged.until_ns == null
	judged.reasons == [{"code": "frozen", "message": concat(" ", [
		"production is closed to payments by the freeze frz_1, pressed by ruth,",
		"until somebody ends it: Fire.",
	])}]
}

test_facts_without_windows_at_all_open_nothing if {
	judged := freeze.verdict with input as object.remove(testing.facts, ["windows"])
	testing.codes(judged) == ["no_rule"]
}

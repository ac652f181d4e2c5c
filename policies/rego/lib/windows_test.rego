package gate.lib.windows_test

import data.gate.lib.windows
import data.gate.testing

now := testing.at_ns

hour := testing.hour_ns

lets_in(window) if windows.lets_in(window) with input as testing.facts

lets_started_in(window) if windows.lets_in(window) with input as testing.change_with({"state": "started"})

admitted(maintenance) if windows.admitted with input as testing.facts_with({"windows": maintenance})

freeze(fields) := testing.window("freeze", fields)

maintenance(fields) := testing.window("maintenance", fields)

test_an_open_freeze_keeps_out if not lets_in(freeze({}))

test_an_advisory_lets_in if lets_in(testing.window("advisory", {}))

test_a_window_of_a_kind_that_nobody_knows_keeps_out if not lets_in(testing.window("festival", {}))

test_a_freeze_holds_from_its_start_and_not_at_its_end if {
	not lets_in(freeze({"start_ns": now}))
	not lets_in(freeze({"end_ns": now + 1}))
	lets_in(freeze({"end_ns": now}))
}

test_a_freeze_without_a_known_end_keeps_out if not lets_in(freeze({"end_ns": null}))

test_a_freeze_without_a_start_keeps_out if not lets_in(freeze({"start_ns": null, "end_ns": null}))

test_a_coming_freeze_lets_in_what_may_overrun if {
	lets_in(freeze({"start_ns": now + 1, "end_ns": now + hour}))
}

test_a_coming_freeze_keeps_out_what_may_not_overrun_and_would if {
	not lets_in(freeze({"start_ns": now + 1, "overrun": "stop"}))
	not lets_in(freeze({"start_ns": (now + hour) - 1, "overrun": "stop"}))
}

test_a_coming_freeze_lets_in_what_is_done_before_it if {
	lets_in(freeze({"start_ns": now + hour, "end_ns": now + (2 * hour), "overrun": "stop"}))
}

test_a_started_change_finishes_where_it_may_overrun if {
	lets_started_in(freeze({}))
	not lets_started_in(freeze({"overrun": "stop"}))
}

test_without_maintenance_windows_a_change_is_admitted if admitted([])

test_an_open_maintenance_window_admits if admitted([maintenance({})])

test_a_maintenance_window_that_is_to_come_does_not_admit if {
	not admitted([maintenance({"start_ns": now + 1})])
}

test_a_maintenance_window_admits_from_its_start_and_not_at_its_end if {
	admitted([maintenance({"start_ns": now})])
	not admitted([maintenance({"end_ns": now})])
}

test_a_maintenance_window_that_has_no_opening_does_not_admit if {
	not admitted([maintenance({"start_ns": null, "end_ns": null})])
}

test_one_open_maintenance_window_is_enough if {
	admitted([maintenance({"start_ns": now + 1}), maintenance({})])
}

test_a_maintenance_window_that_is_too_short_admits_only_what_may_overrun if {
	short := {"end_ns": (now + hour) - 1}
	admitted([maintenance(short)])
	not admitted([maintenance(object.union(short, {"overrun": "stop"}))])
	admitted([maintenance({"end_ns": now + hour, "overrun": "stop"})])
}

test_the_opening_that_comes_first_is_next if {
	coming := [
		maintenance({"name": "late", "start_ns": now + (5 * hour), "end_ns": now + (6 * hour)}),
		maintenance({"name": "soon", "start_ns": now + (2 * hour), "end_ns": now + (3 * hour)}),
		maintenance({"name": "never", "start_ns": null, "end_ns": null}),
	]
	next := windows.next_opening with input as testing.facts_with({"windows": coming})
	next.window.name == "soon"
	next.from_ns == now + (2 * hour)
}

test_of_a_window_that_is_too_short_the_end_is_what_comes_next if {
	short := maintenance({"end_ns": now + 5, "overrun": "stop"})
	next := windows.next_opening with input as testing.facts_with({"windows": [short]})
	next.from_ns == now + 5
}

test_a_started_change_stays_admitted_until_its_maintenance_window_closes if {
	short := maintenance({"end_ns": now + 1, "overrun": "stop"})
	windows.admitted with input as testing.facts_with({"windows": [short], "change": {"state": "started"}})
}

test_a_started_change_outlasts_its_maintenance_window_only_where_it_may_overrun if {
	windows.admitted with input as testing.facts_with({
		"windows": [maintenance({"start_ns": now + hour, "end_ns": now + (2 * hour)})],
		"change": {"state": "started"},
	})
	not windows.admitted with input as testing.facts_with({
		"windows": [maintenance({"start_ns": now + hour, "end_ns": now + (2 * hour), "overrun": "stop"})],
		"change": {"state": "started"},
	})
}

test_a_coming_freeze_is_no_business_yet_of_what_runs_already if {
	lets_started_in(freeze({"start_ns": now + 1, "end_ns": now + hour, "overrun": "stop"}))
}

repair := {"change": {"incident": "INC-1"}}

passing := testing.policy_with({"process": {"red_button": {"incident_fix": "pass"}}})

test_the_repair_of_the_incident_that_a_freeze_is_for_passes_it_where_the_process_says_so if {
	window := freeze({"incident": "INC-1", "end_ns": null})
	windows.lets_in(window) with input as testing.facts_with(repair) with data.policy as passing
}

test_where_the_process_does_not_say_so_the_repair_waits_too if {
	window := freeze({"incident": "INC-1"})
	not windows.lets_in(window) with input as testing.facts_with(repair) with data.policy as testing.policy
	waiting := testing.policy_with({"process": {"red_button": {"incident_fix": "wait"}}})
	not windows.lets_in(window) with input as testing.facts_with(repair) with data.policy as waiting
}

test_the_repair_of_another_incident_does_not_pass if {
	window := freeze({"incident": "INC-2"})
	not windows.lets_in(window) with input as testing.facts_with(repair) with data.policy as passing
}

test_a_freeze_that_is_for_no_incident_lets_no_repair_pass if {
	window := freeze({"incident": null})
	not windows.lets_in(window) with input as testing.facts_with(repair) with data.policy as passing
	not windows.lets_in(window) with input as testing.facts with data.policy as passing
}

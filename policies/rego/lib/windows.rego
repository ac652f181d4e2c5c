# METADATA
# title: Windows
# description: |
#   Which windows stand in a change's way at the instant at which it would start, and until when. The gate has chosen
#   the windows that touch the change: freezes and advisories from its start until it would be done, and of the
#   maintenance windows that cover it the openings that are then and the first that is next. A start is part of a
#   window, an end is not.
package gate.lib.windows

# METADATA
# description: Whether a window, by itself, lets the change in. Maintenance windows are asked together, by `admitted`.
lets_in(window) if window.kind in {"advisory", "maintenance"}

lets_in(window) if {
	window.kind == "freeze"
	window.end_ns <= input.change.start_ns
	is_number(window.end_ns)
}

lets_in(window) if {
	window.kind == "freeze"
	_repairs_what_closed(window)
}

lets_in(window) if {
	window.kind == "freeze"
	window.start_ns > input.change.start_ns
	_may_meet_the_start_of(window)
}

lets_in(window) if {
	window.kind == "freeze"
	_finishes(window)
}

# METADATA
# description: Whether no maintenance window covers the change, or one is open to it.
admitted if count(maintenance) == 0

admitted if {
	some window in maintenance
	_open_to_it(window)
}

# METADATA
# description: The maintenance windows that cover the change.
maintenance := [window | some window in input.windows; window.kind == "maintenance"]

# METADATA
# description: |
#   For each maintenance window that will let the change in later, from when: its next opening, or, where the present
#   one is too short, its end, after which the one to come is judged.
openings := [{"window": window, "from_ns": from_ns} |
	some window in maintenance
	is_number(window.start_ns)
	from_ns := min([instant | some instant in [window.start_ns, window.end_ns]; instant > input.change.start_ns])
]

# METADATA
# description: The opening that comes first.
next_opening := [opening |
	some opening in openings
	opening.from_ns == min([other.from_ns | some other in openings])
][0]

# METADATA
# description: When the change would be done.
done_ns := input.change.start_ns + input.change.duration_ns

_may_meet_the_start_of(window) if window.overrun == "finish"

_may_meet_the_start_of(window) if window.start_ns >= done_ns

# Runs already: until the freeze begins, it is none of its business.
_may_meet_the_start_of(_) if input.change.state == "started"

# Halt everything but the repair: where process.yaml says so, the fix of the incident that the freeze is for passes it.
_repairs_what_closed(window) if {
	data.policy.process.red_button.incident_fix == "pass"
	is_string(window.incident)
	window.incident == input.change.incident
}

# Runs already, and may run on when the window closes on it.
_finishes(window) if {
	input.change.state == "started"
	window.overrun == "finish"
}

_open_to_it(window) if {
	window.start_ns <= input.change.start_ns
	input.change.start_ns < window.end_ns
	_may_meet_the_end_of(window)
}

_open_to_it(window) if _finishes(window)

_may_meet_the_end_of(window) if window.overrun == "finish"

_may_meet_the_end_of(window) if done_ns <= window.end_ns

_may_meet_the_end_of(_) if input.change.state == "started"

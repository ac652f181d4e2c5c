# METADATA
# title: Closed time
# description: |
#   No change enters closed time: not while a freeze window that covers it is open, and, where a maintenance window
#   covers it, not outside of one. A freeze wins over a maintenance window. A change that may not overrun starts only if
#   it can be done in time; one that has started and may overrun finishes.
# custom:
#   control: CHG-02
package gate.steps.freeze

import data.gate.lib.moments
import data.gate.lib.windows

default verdict := {"status": "failed", "reasons": [{"code": "no_rule", "message": "no rule of this step applied"}]}

verdict := {"status": "satisfied", "reasons": [{"code": "open", "message": message}]} if {
	every window in input.windows {
		windows.lets_in(window)
	}
	windows.admitted
	message := sprintf("%s is open to %s", [input.environment.name, input.service.name])
}

verdict := {"status": "waiting", "until_ns": until_ns, "reasons": reasons} if {
	count(reasons) > 0
	not never_opens
}

verdict := {"status": "failed", "reasons": reasons} if never_opens

reasons := array.concat([reason | some window in freezes; reason := frozen(window)], outside_maintenance)

# METADATA
# description: The freezes that keep the change out.
freezes := [window | some window in input.windows; not windows.lets_in(window)]

# METADATA
# description: When all freezes have ended and a maintenance window, where one is needed, is open; null if nobody knows.
until_ns := max(ends) if not null in ends

until_ns := null if null in ends

ends := array.concat([window.end_ns | some window in freezes], [from_ns |
	not windows.admitted
	from_ns := windows.next_opening.from_ns
])

# METADATA
# description: Whether time alone will never let the change in.
never_opens if {
	not windows.admitted
	count(windows.openings) == 0
}

frozen(window) := {"code": "frozen", "message": message} if {
	window.start_ns <= input.change.start_ns
	message := sprintf("%s is closed to %s by the freeze %s%s %s%s", [
		input.environment.name,
		input.service.name,
		window.name,
		by_whom(window),
		moments.until(window.end_ns),
		because(window),
	])
}

frozen(window) := {"code": "freeze_ahead", "message": message} if {
	window.start_ns > input.change.start_ns
	message := sprintf("the freeze %s begins %s, before this change would be done, and lasts %s%s", [
		window.name,
		moments.at(window.start_ns),
		moments.until(window.end_ns),
		because(window),
	])
}

by_whom(window) := sprintf(", pressed by %s,", [window.pressed_by]) if is_string(window.pressed_by)

by_whom(window) := "" if not is_string(window.pressed_by)

because(window) := sprintf(": %s", [window.description]) if window.description != ""

because(window) := "" if window.description == ""

outside_maintenance := [] if windows.admitted

outside_maintenance := [{"code": "outside_maintenance", "message": message}] if {
	not windows.admitted
	next := windows.next_opening
	next.from_ns == next.window.start_ns
	message := sprintf("%s changes only in its maintenance windows; the next, %s, opens %s, in %s", [
		input.service.name,
		next.window.name,
		moments.at(next.from_ns),
		moments.between(input.at_ns, next.from_ns),
	])
}

outside_maintenance := [{"code": "maintenance_too_short", "message": message}] if {
	not windows.admitted
	next := windows.next_opening
	next.from_ns == next.window.end_ns
	message := sprintf("the maintenance window %s closes %s, too soon for a change that takes %s", [
		next.window.name,
		moments.at(next.from_ns),
		moments.between(0, input.change.duration_ns),
	])
}

outside_maintenance := [{"code": "never_opens", "message": message}] if {
	never_opens
	message := sprintf("no maintenance window of %s is to come; add one to calendar/", [input.service.name])
}

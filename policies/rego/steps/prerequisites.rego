# METADATA
# title: Prerequisites
# description: |
#   What a change says must be finished before it is finished, with success. Until then it waits, also for a change that
#   nobody has asked for yet; nobody knows how long. It fails if one of them was withdrawn, failed or was rolled back,
#   and if changes would wait for each other in a circle.
# custom:
#   control: CHG-05
package gate.steps.prerequisites

import data.gate.lib.words

default verdict := {"status": "failed", "reasons": [{"code": "no_rule", "message": "no rule of this step applied"}]}

verdict := {"status": "satisfied", "reasons": [{"code": "finished", "message": message}]} if {
	count(input.circle) == 0
	every prerequisite in input.prerequisites {
		finished(prerequisite)
	}
	message := _satisfied(count(input.prerequisites))
}

verdict := {"status": "failed", "reasons": reasons} if count(reasons) > 0

verdict := {"status": "waiting", "until_ns": null, "reasons": absences} if {
	count(input.circle) == 0
	count(reasons) == 0
	count(missing) > 0
	count(absences) == count(missing)
}

_satisfied(0) := "no change must be finished first"

_satisfied(number) := sprintf("%s that must be finished first: finished", [words.amount(number, "change")]) if number > 0

finished(prerequisite) if {
	prerequisite.state == "finished"
	prerequisite.result == "succeeded"
}

missing := [prerequisite | some prerequisite in input.prerequisites; not finished(prerequisite)]

reasons := array.concat(circular, [reason | some prerequisite in missing; reason := loss(prerequisite)])

absences := [reason | some prerequisite in missing; reason := absence(prerequisite)]

circular := [{"code": "circular", "message": message} |
	count(input.circle) > 0
	message := sprintf("changes would wait for each other: %s", [concat(" → ", input.circle)])
]

loss(prerequisite) := {"code": "prerequisite_withdrawn", "message": message} if {
	prerequisite.state == "withdrawn"
	message := sprintf("%s must be finished first and was withdrawn; ask for it anew, then for this one", [
		prerequisite.name,
	])
}

loss(prerequisite) := {"code": "prerequisite_failed", "message": message} if {
	prerequisite.state == "finished"
	message := sprintf("%s must be finished first and %s; mend it, then ask for this one anew", [
		prerequisite.name,
		_went[prerequisite.result],
	])
}

_went := {"failed": "failed", "rolled_back": "was rolled back"}

absence(prerequisite) := {"code": "prerequisite_not_asked", "message": message} if {
	prerequisite.state == null
	message := sprintf("%s must be finished first; nobody has asked for it yet", [prerequisite.name])
}

absence(prerequisite) := {"code": "prerequisite_open", "message": message} if {
	prerequisite.state in {"open", "started"}
	message := sprintf("%s must be finished first; this one goes on as soon as it is", [prerequisite.name])
}

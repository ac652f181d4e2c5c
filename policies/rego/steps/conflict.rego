# METADATA
# title: Conflicting changes
# description: |
#   Changes that would collide go one after the other. What another change in flight does depends on how the two are
#   related, and is in process.yaml: `wait` until it is out of the way, `fail`, or only `risk` (it raises the score). A
#   relation that process.yaml does not name makes the change wait. No change waits for itself.
# custom:
#   control: CHG-03
package gate.steps.conflict

import data.gate.lib.moments

default verdict := {"status": "failed", "reasons": [{"code": "no_rule", "message": "no rule of this step applied"}]}

verdict := {"status": "satisfied", "reasons": [{"code": "no_conflict", "message": "no change in flight collides"}]} if {
	every conflict in input.conflicts {
		harmless(conflict)
	}
}

verdict := {"status": "failed", "reasons": [reason | some conflict in fatal; reason := collision(conflict)]} if {
	count(fatal) > 0
}

verdict := {
	"status": "waiting",
	"until_ns": max([conflict.until_ns | some conflict in ahead]),
	"reasons": [reason | some conflict in ahead; reason := turn(conflict)],
} if {
	count(fatal) == 0
	count(ahead) > 0
}

harmless(conflict) if conflict.change == input.change.id

harmless(conflict) if data.policy.process.conflicts[conflict.relation] == "risk"

fatal := [conflict |
	some conflict in input.conflicts
	not harmless(conflict)
	data.policy.process.conflicts[conflict.relation] == "fail"
]

# METADATA
# description: The changes that must be out of the way first.
ahead := [conflict | some conflict in input.conflicts; not harmless(conflict); not conflict in fatal]

collision(conflict) := {"code": "collides", "message": message} if {
	message := sprintf("change %s %s; ask again when it is finished", [conflict.change, relation(conflict)])
}

turn(conflict) := {"code": "in_flight", "message": message} if {
	message := sprintf("change %s %s; it is expected to be out of the way by %s, and this one goes on as soon as it is", [
		conflict.change,
		relation(conflict),
		moments.at(conflict.until_ns),
	])
}

relation(conflict) := sprintf("is in flight for %s as well", [conflict.service]) if conflict.relation == "same_service"

relation(conflict) := sprintf("of %s holds %s, which both need", [conflict.service, conflict.resource]) if {
	conflict.relation == "exclusive"
}

relation(conflict) := sprintf("is in flight for %s, which this service depends on", [conflict.service]) if {
	conflict.relation == "depends_on"
}

relation(conflict) := sprintf("is in flight for %s, which depends on this service", [conflict.service]) if {
	conflict.relation == "dependent"
}

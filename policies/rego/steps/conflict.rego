# METADATA
# title: Conflicting changes
# description: |
#   Changes that would collide go one after the other. What another change does that takes part of the same time depends
#   on how the two are related, and is in process.yaml: `wait` until it is out of the way, `fail`, or only `risk` (it
#   raises the score). A relation that process.yaml does not name makes the change wait. Whoever stands in line before
#   this change goes first, even if what this one needs is free: an emergency before all others, then whoever has been
#   in line for longer. No change waits for itself, nor for one that stands in line behind it.
# custom:
#   control: CHG-03
package gate.steps.conflict

import data.gate.class
import data.gate.lib.moments

default verdict := {"status": "failed", "reasons": [{"code": "no_rule", "message": "no rule of this step applied"}]}

verdict := {"status": "satisfied", "reasons": [{"code": "no_conflict", "message": "no other change collides"}]} if {
	every conflict in input.conflicts {
		harmless(conflict)
	}
}

verdict := {"status": "failed", "reasons": [reason | some conflict in fatal; reason := collision(conflict)]} if {
	count(fatal) > 0
}

verdict := {"status": "waiting", "until_ns": until_ns, "reasons": reasons} if {
	count(fatal) == 0
	count(ahead) > 0
	reasons := [reason | some conflict in nearest(ahead); reason := turn(conflict)]
}

harmless(conflict) if conflict.change == input.change.id

harmless(conflict) if data.policy.process.conflicts[conflict.relation] == "risk"

harmless(conflict) if {
	conflict.state == "queued"
	own_place < place(conflict.class, conflict.in_line_since_ns, conflict.change)
}

fatal := [conflict |
	some conflict in input.conflicts
	not harmless(conflict)
	data.policy.process.conflicts[conflict.relation] == "fail"
]

# METADATA
# description: The changes that must be out of the way first.
ahead := [conflict | some conflict in input.conflicts; not harmless(conflict); not conflict in fatal]

# METADATA
# description: When all of them are out of the way if nothing is heard of them; null where one is in line itself.
until_ns := max(ends) if not null in ends

until_ns := null if null in ends

ends := [conflict.until_ns | some conflict in ahead]

# METADATA
# description: Where a change stands in line. What compares as less goes first.
place(class_name, in_line_since_ns, id) := [priority(class_name), in_line_since_ns, id]

own_place := place(class.name, input.change.in_line_since_ns, input.change.id)

priority("emergency") := 0

priority(class_name) := 1 if class_name != "emergency"

# METADATA
# description: Of each other change the nearest relation, which stands first; one is enough to wait.
nearest(conflicts) := [conflict |
	some place_in_list, conflict in conflicts
	not conflict.change in {earlier.change | some earlier in array.slice(conflicts, 0, place_in_list)}
]

collision(conflict) := {"code": "collides", "message": message} if {
	message := sprintf("change %s %s; ask again when it is finished", [conflict.change, relation(conflict)])
}

turn(conflict) := {"code": "in_flight", "message": message} if {
	conflict.state == "started"
	message := sprintf("change %s %s; it is expected to be out of the way by %s, and this one goes on as soon as it is", [
		conflict.change,
		relation(conflict),
		moments.at(conflict.until_ns),
	])
}

turn(conflict) := {"code": "reserved", "message": message} if {
	conflict.state == "approved"
	message := sprintf("change %s %s; this one goes on when it is finished, or at %s if it has not started by then", [
		conflict.change,
		relation(conflict),
		moments.at(conflict.until_ns),
	])
}

turn(conflict) := {"code": "in_line", "message": message} if {
	conflict.state == "queued"
	message := sprintf("change %s %s; it goes first", [conflict.change, relation(conflict)])
}

relation(conflict) := sprintf("%s for %s as well", [standing(conflict), conflict.service]) if {
	conflict.relation == "same_service"
}

relation(conflict) := sprintf("of %s %s %s, which both need", [
	conflict.service,
	_has[conflict.state],
	conflict.resource,
]) if {
	conflict.relation == "exclusive"
}

relation(conflict) := sprintf("of %s into %s %s, and %s carries out both", [
	conflict.service,
	conflict.environment,
	standing(conflict),
	conflict.resource,
]) if {
	conflict.relation == "same_implementer"
}

relation(conflict) := sprintf("%s for %s, which this service depends on", [standing(conflict), conflict.service]) if {
	conflict.relation == "depends_on"
}

relation(conflict) := sprintf("%s for %s, which depends on this service", [standing(conflict), conflict.service]) if {
	conflict.relation == "dependent"
}

_has := {"started": "holds", "approved": "has reserved", "queued": "is in line for"}

standing(conflict) := "is in flight" if conflict.state == "started"

standing(conflict) := "is in line" if conflict.state == "queued"

standing(conflict) := "is approved" if {
	conflict.state == "approved"
	conflict.since_ns <= input.at_ns
}

standing(conflict) := sprintf("is planned for %s", [moments.at(conflict.since_ns)]) if {
	conflict.state == "approved"
	conflict.since_ns > input.at_ns
}

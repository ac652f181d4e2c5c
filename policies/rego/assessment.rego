# METADATA
# title: The assessment
# description: |
#   What the gate asks for, whole: `data.gate.assessment`. It demands the steps of the change's class, then those of its
#   risk class, then the one-time steps of every bypass that lifts something, each once; collects the verdict of each;
#   and rules on the bypasses. It decides nothing: a step that a bypass skips keeps its verdict here.
# custom:
#   control: CHG-00
package gate

import data.gate.bypass
import data.gate.class
import data.gate.lanes
import data.gate.lib.people
import data.gate.risk

# METADATA
# title: The assessment
# description: Undefined, and so never an approval, unless every part of it is there.
# entrypoint: true
assessment := {
	"revision": data.policy.revision,
	"class": class.name,
	"lane": lane,
	"risk": {"class": risk.class, "score": risk.score, "factors": risk.factors},
	"required": required,
	"verdicts": verdicts,
	"bypasses": bypass.rulings,
}

# METADATA
# description: The lane that a standard change takes; null for the other classes.
lane := lanes.lane if {
	class.name == "standard"
} else := null

# METADATA
# description: The ids of all steps demanded, in order, each once.
required := array.concat(demanded, [step | some step in _once(one_time_steps)])

# METADATA
# description: The steps that the process demands.
demanded := _once(array.concat(
	data.policy.process.classes[class.name],
	object.get(data.policy.process.risk, risk.class, []),
))

# METADATA
# description: The one-time steps of the bypasses that lift something.
one_time_steps := [added.step | some added in _added]

# METADATA
# description: The verdict of each step demanded.
verdicts[step] := data.gate.steps[step].verdict if some step in demanded

verdicts[step] := verdict if {
	some step in one_time_steps
	verdict := people.verdict(step, [need | some added in _added; added.step == step; some need in added.needs])
}

_added := [added | some bypass in lifting; some added in bypass.add]

# METADATA
# description: The honoured bypasses without which a step would stand in the way, in the order of the facts.
lifting := [candidate | some place, candidate in _honoured; _lifts(place, candidate)]

_honoured := [candidate | some candidate in input.bypasses; bypass.rulings[candidate.id].honoured]

# The first honoured bypass that skips a step lifts it, as when the decision is made.
_lifts(place, candidate) if {
	some step in candidate.skip
	step in _standing
	every earlier in array.slice(_honoured, 0, place) {
		not step in earlier.skip
	}
}

_standing := {step | some step in demanded; data.gate.steps[step].verdict.status != "satisfied"}

_once(names) := [name | some place, name in names; not name in array.slice(names, 0, place)]

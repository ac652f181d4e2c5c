# METADATA
# title: Rivals
# description: |
#   Which steps compete for the same people. Where different steps need different people (`distinct` in process.yaml),
#   one person's approvals of several steps fill one place. The steps that count come first: those that the change must
#   pass, and the one-time steps of honoured bypasses. A step that an honoured bypass skips gets only whom they leave,
#   so that it never takes anybody away from a step that counts.
package gate.lib.rivals

import data.gate
import data.gate.bypass
import data.gate.lib.people

# METADATA
# description: What the other steps need that come before this one or compete with it.
of(step) := [tally | some tally in array.concat(_counting, _before(step)); tally.step != step] if {
	not data.policy.process.distinct == false
} else := []

_counting := array.concat(
	[people.tally(step, need) | some step in gate.demanded; not step in _skipped; some need in people.needs(step)],
	[people.tally(added.step, need) |
		some candidate in _honoured
		some added in candidate.add
		some need in added.needs
	],
)

_before(step) := [people.tally(earlier, need) |
	step in _skipped
	some earlier in array.slice(gate.demanded, 0, min([place | some place, name in gate.demanded; name == step]))
	earlier in _skipped
	some need in people.needs(earlier)
]

_honoured := [candidate | some candidate in input.bypasses; bypass.rulings[candidate.id].honoured]

_skipped := {step | some candidate in _honoured; some step in candidate.skip}

# METADATA
# title: Evidence
# description: |
#   The pipeline shows every kind of evidence that process.yaml demands of this environment, and it passed. A kind that
#   failed fails the step, whatever else was reported of it; one that is missing or was skipped can still be brought.
#   Evidence that nobody demands is shown but does not count here; a lane looks at all of it.
# custom:
#   control: CHG-01
package gate.steps.evidence

import data.gate.lib.words

default verdict := {"status": "failed", "reasons": [{
	"code": "no_rule",
	"message": "no rule of this step applied; does process.yaml say which evidence this environment demands?",
}]}

verdict := {"status": "satisfied", "reasons": [{"code": "evidence_passed", "message": message}]} if {
	every kind in demanded {
		kind in passed
		not kind in failed
	}
	message := sprintf("%s demands %s: passed", [input.environment.name, words.listed(demanded)])
}

verdict := {"status": "failed", "reasons": [reason | some kind in demanded; reason := failure(kind)]} if refuted

verdict := {
	"status": "pending",
	"reasons": [reason | some kind in missing; reason := absence(kind)],
	"needs": [{"evidence": kind} | some kind in missing],
} if {
	not refuted
	count(missing) > 0
}

# METADATA
# description: The kinds demanded of this environment, or of those not named; undefined if process.yaml says neither.
demanded := data.policy.process.evidence[input.environment.name]

demanded := data.policy.process.evidence["*"] if not data.policy.process.evidence[input.environment.name]

passed := {evidence.kind | some evidence in input.evidence; evidence.status == "passed"}

failed := {evidence.kind | some evidence in input.evidence; evidence.status == "failed"}

missing := [kind | some kind in demanded; not kind in passed]

refuted if {
	some kind in demanded
	kind in failed
}

failure(kind) := {"code": "evidence_failed", "message": message} if {
	kind in failed
	message := sprintf("%s failed; mend what it found and ask again", [kind])
}

absence(kind) := {"code": "evidence_missing", "message": message} if {
	message := sprintf("%s must have passed for %s; send it with the request", [kind, input.environment.name])
}

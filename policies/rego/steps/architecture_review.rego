# METADATA
# title: Architecture review
# description: |
#   A critical change is looked at by somebody who sees across services.
#   Whose approvals it takes, and how many, is in process.yaml; how they are counted, in gate.lib.people.
# custom:
#   control: CHG-08
package gate.steps.architecture_review

import data.gate.lib.people

default verdict := {"status": "failed", "reasons": [{
	"code": "no_rule",
	"message": "no rule of this step applied; does process.yaml say under steps.architecture_review.needs who approves?",
}]}

verdict := people.verdict("architecture_review", people.needs("architecture_review"))

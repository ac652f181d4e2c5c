# METADATA
# title: Peer review
# description: |
#   Somebody who knows the service and did not make the change looks at exactly the commit that is asked for.
#   Whose approvals it takes, and how many, is in process.yaml; how they are counted, in gate.lib.people.
# custom:
#   control: CHG-06
package gate.steps.peer_review

import data.gate.lib.people

default verdict := {"status": "failed", "reasons": [{
	"code": "no_rule",
	"message": "no rule of this step applied; does process.yaml say under steps.peer_review.needs who approves?",
}]}

verdict := people.verdict("peer_review", people.needs("peer_review"))

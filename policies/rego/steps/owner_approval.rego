# METADATA
# title: Owner's approval
# description: |
#   Whoever carries the service carries a risky change knowingly, and says so for exactly this commit.
#   Whose approvals it takes, and how many, is in process.yaml; how they are counted, in gate.lib.people.
# custom:
#   control: CHG-07
package gate.steps.owner_approval

import data.gate.lib.people

default verdict := {"status": "failed", "reasons": [{
	"code": "no_rule",
	"message": "no rule of this step applied; does process.yaml say under steps.owner_approval.needs who approves?",
}]}

verdict := people.verdict("owner_approval", people.needs("owner_approval"))

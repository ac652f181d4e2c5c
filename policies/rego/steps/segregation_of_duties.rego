# METADATA
# title: Segregation of duties
# description: |
#   Who makes a change is not who lets it through. The approvals that let it through are demanded and counted by other
#   steps, which never count those of the requester or the author; this step makes sure that the count means something.
#   So it needs no people, and it holds if two things do: it is known who made the change, and none of them
#   approved it. The author is named by the request; where none is, the requester stands for the author, but only a
#   person of the service's owners or reviewers can: behind a robot, or a name that nobody knows, the very person who
#   approves could be hidden. An approval by a maker is not just left out but fails the step, so that the attempt is
#   seen; a new commit starts afresh. Approvals of other commits or
#   artifacts say nothing. No bypass lifts this step.
# custom:
#   control: CHG-05
package gate.steps.segregation_of_duties

import data.gate.lib.people
import data.gate.lib.words

default verdict := {"status": "failed", "reasons": [{"code": "no_rule", "message": "no rule of this step applied"}]}

verdict := {"status": "satisfied", "reasons": [{"code": "segregated", "message": message}]} if {
	maker_known
	every approval in input.approvals {
		by_another(approval)
	}
	message := sprintf("nobody who made the change (%s) approved it", [words.listed(makers)])
}

verdict := {"status": "failed", "reasons": array.concat(unknown, own)} if count(array.concat(unknown, own)) > 0

# METADATA
# description: Whether somebody answers for having made the change.
maker_known if is_string(input.change.author)

maker_known if {
	some group in [input.service.owners, input.service.reviewers]
	input.change.requester in people.members(group)
	not input.change.requester in data.policy.robots
}

by_another(approval) if approval.answer == "veto"

by_another(approval) if approval.commit != input.change.commit

by_another(approval) if approval.artifact != input.change.artifact

by_another(approval) if people.made_by_another(approval.by)

makers := [name | some name in {input.change.requester, input.change.author}; is_string(name)]

unknown := [{"code": "author_unknown", "message": message} |
	not maker_known
	message := sprintf(
		"nobody is named as the author, and %s is no person of %s who could answer for it; send `author` with the request",
		[input.change.requester, input.service.owners],
	)
]

own := [{"code": "own_approval", "message": message} |
	some approval in input.approvals
	not by_another(approval)
	message := sprintf(
		"%s asked for this change or wrote it, and approved %s; ask with a new commit and let somebody else approve",
		[approval.by, approval.step],
	)
]

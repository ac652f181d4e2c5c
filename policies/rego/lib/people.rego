# METADATA
# title: People's answers
# description: |
#   What approvals and vetoes make of a step that people can satisfy. An approval counts if it is for the commit that is
#   asked for, and of a person, in the group, who neither asked for the change nor wrote it; each person once. A veto of
#   anybody in the group fails the step. Of several answers of one person the latest stands: a veto can be taken back.
package gate.lib.people

import data.gate.lib.words

# METADATA
# description: Whether somebody may approve at all - a person who neither asked for the change nor wrote it.
may_approve(person) if {
	made_by_another(person)
	not person in data.policy.robots
}

# METADATA
# description: Whether the change is asked for and written by others than this person.
made_by_another(person) if {
	person != input.change.requester
	person != input.change.author
}

# METADATA
# description: Whose approval `process.yaml` asks for at a step.
needs(step) := [need |
	need := data.policy.process.steps[step].needs
	need != null
]

# METADATA
# description: The group that a reference names; the service's own groups begin with `$service.`.
group("$service.owners") := input.service.owners

group("$service.reviewers") := input.service.reviewers

group(reference) := reference if not startswith(reference, "$service.")

# METADATA
# description: The people in a group, by its name; nobody for a group that nobody defined.
members(name) := data.policy.groups[name].members

members(name) := [] if not data.policy.groups[name].members

# METADATA
# description: The verdict on a step that needs these approvals. Undefined where nothing is needed - that is no yes.
verdict(step, needed) := _settled([_tally(_standing(step), need) | some need in needed])

_settled(tallies) := {"status": "failed", "reasons": _vetoed(tallies)} if count(_vetoed(tallies)) > 0

else := {"status": "failed", "reasons": _hopeless(tallies)} if count(_hopeless(tallies)) > 0

else := {"status": "pending", "reasons": _missing(tallies), "needs": _needs(tallies)} if count(_missing(tallies)) > 0

else := {"status": "satisfied", "reasons": _given(tallies)} if {
	count(tallies) > 0
	every tally in tallies {
		count(tally.approved) >= tally.approvals
	}
}

# The answers to a step about this commit that were not replaced by a later one of the same person.
_standing(step) := [answer |
	some answer in input.approvals
	answer.step == step
	answer.commit == input.change.commit
	not _replaced(answer)
]

_replaced(answer) if {
	some later in input.approvals
	later.at_ns > answer.at_ns
	later.by == answer.by
	later.step == answer.step
	later.commit == answer.commit
}

_tally(answers, need) := {
	"group": name,
	"approvals": need.approvals,
	"approved": [person | some person in able; person in yes],
	"people": [person | some person in able; not person in yes],
	"vetoed": [answer.by | some answer in answers; answer.answer == "veto"; answer.by in members(name)],
} if {
	name := group(need.group)
	yes := {answer.by | some answer in answers; answer.answer == "approve"}
	able := [person | some person in members(name); may_approve(person)]
}

_vetoed(tallies) := [{"code": "vetoed", "message": message} |
	some tally in tallies
	some person in tally.vetoed
	message := sprintf(
		"%s of %s vetoed commit %s; %s can take that back by approving it, or a new commit can be asked for",
		[person, tally.group, substring(input.change.commit, 0, 12), person],
	)
]

_hopeless(tallies) := [{"code": "too_few_people", "message": message} |
	some tally in tallies
	count(tally.approved) + count(tally.people) < tally.approvals
	message := sprintf(
		"%s of %s needed, but only %d of its people neither asked for the change nor wrote it; add people to groups.yaml",
		[words.amount(tally.approvals, "approval"), tally.group, count(tally.approved) + count(tally.people)],
	)
]

_missing(tallies) := [{"code": "approval_missing", "message": message} |
	some tally in tallies
	count(tally.approved) < tally.approvals
	message := sprintf("%s of %s needed, %d given; can be given by %s", [
		words.amount(tally.approvals, "approval"),
		tally.group,
		count(tally.approved),
		words.listed(tally.people),
	])
]

_needs(tallies) := [need |
	some tally in tallies
	count(tally.approved) < tally.approvals
	need := {
		"group": tally.group,
		"approvals": tally.approvals,
		"given": count(tally.approved),
		"people": tally.people,
	}
]

_given(tallies) := [{"code": "approved", "message": message} |
	some tally in tallies
	message := sprintf("approved by %s for %s", [words.listed(tally.approved), tally.group])
]

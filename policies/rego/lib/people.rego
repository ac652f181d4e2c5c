# METADATA
# title: People's answers
# description: |
#   What approvals and vetoes make of a step that people can satisfy. An approval counts if it is for the commit and the
#   artifact that are asked for, has not expired, and is of a person, in the group, who neither asked for the change nor
#   wrote it. Where several groups may answer, one of them is asked (gate.lib.asking), and all of their people count.
#   A veto of anybody in these groups fails the step. Of several answers of one person the latest stands: a veto
#   can be taken back. Each person fills one place: of the needs of a step, and, unless process.yaml says
#   `distinct: false`, of all steps that compete for people (gate.lib.rivals).
package gate.lib.people

import data.gate.lib.asking
import data.gate.lib.matching
import data.gate.lib.moments
import data.gate.lib.rivals
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
# description: Whether an answer is about exactly what is asked for.
about_this(answer) if {
	answer.commit == input.change.commit
	answer.artifact == input.change.artifact
}

# METADATA
# description: Whose approvals `process.yaml` asks for at a step.
needs(step) := needed if {
	needed := data.policy.process.steps[step].needs
	is_array(needed)
} else := []

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
verdict(step, needed) := asking.timed(step, settled, late) if {
	tallies := [tally(step, need) | some need in needed]
	others := rivals.of(step)
	settled := _settled(tallies, others, _contending(others, tallies))
	late := {person | some tally in tallies; some person in tally.late}
}

# METADATA
# description: Who has answered one need of a step, and who could.
tally(step, need) := {
	"step": step,
	"group": asked,
	"or": [name | some name in groups; name != asked],
	"approvals": need.approvals,
	"able": able,
	"people": {answer.by | some answer in approvals},
	"ends": [end | some answer in approvals; is_number(need.expires_ns); end := answer.at_ns + need.expires_ns],
	"late": {answer.by | some answer in approvals; not answer.by in _members(groups)},
	"vetoes": [answer | some answer in answers; answer.answer == "veto"; answer.by in everybody],
} if {
	groups := _groups(need)
	asked := asking.group(step, groups, object.get(need, "ask", "least_loaded"))
	everybody := array.concat(_members(groups), _members(asking.escalated(step)))
	able := _once([person | some person in everybody; may_approve(person)])
	answers := _standing(step)
	approvals := [answer |
		some answer in answers
		answer.answer == "approve"
		answer.by in able
		_lasts(answer, need)
	]
}

# Those that may answer a need, in the order of writing.
_groups(need) := _once([group(reference) | some reference in array.concat([need.group], object.get(need, "or", []))])

_members(groups) := [person | some name in groups; some person in members(name)]

_once(names) := [name | some place, name in names; not name in array.slice(names, 0, place)]

# Others compete for the same people; contending are those among them, if any of these people answered them, too.
_settled(tallies, others, contending) := found if {
	reasons := array.concat(_vetoed(tallies), _hopeless(tallies, others))
	count(reasons) > 0
	found := {"status": "failed", "reasons": reasons}
} else := object.union({"status": "satisfied", "reasons": _given(tallies)}, _until(tallies, contending)) if {
	count(tallies) > 0
	_filled(tallies, contending) == _places(tallies)
} else := {"status": "pending", "reasons": _missing(needs, tallies, contending), "needs": needs} if {
	_filled(tallies, contending) < _places(tallies)
	needs := _needs(tallies, contending)
}

# The answers to a step about this commit and artifact that were not replaced by a later one of the same person.
_standing(step) := [answer |
	some answer in input.approvals
	answer.step == step
	about_this(answer)
	not _replaced(answer)
]

_replaced(answer) if {
	some later in input.approvals
	later.at_ns > answer.at_ns
	later.by == answer.by
	later.step == answer.step
	about_this(later)
}

_lasts(_, need) if object.get(need, "expires_ns", null) == null

_lasts(answer, need) if input.at_ns < answer.at_ns + need.expires_ns

_places(tallies) := sum([tally.approvals | some tally in tallies])

# How many places are filled whichever way everybody is counted, so that no other step has to go without for it.
_filled(tallies, contending) := matching.filled(array.concat(contending, tallies)) - matching.filled(contending)

# The same for one need alone: another of the same step may have to go without, too.
_filled_of(place, tallies, contending) := _filled([tallies[place]], array.concat(contending, rest)) if {
	rest := array.concat(array.slice(tallies, 0, place), array.slice(tallies, place + 1, count(tallies)))
}

# The rivals, but none where nobody who approved this step has approved another.
_contending(others, tallies) := others if {
	some other in others
	some tally in tallies
	count(other.people & tally.people) > 0
} else := []

_vetoed(tallies) := [{"code": "vetoed", "message": message} |
	some tally in tallies
	some answer in tally.vetoes
	message := sprintf("%s of %s vetoed commit %s%s; %s can take that back, or a new commit can be asked for", [
		answer.by,
		tally.group,
		substring(input.change.commit, 0, 12),
		_why(answer),
		answer.by,
	])
]

_why(answer) := sprintf(": %s", [answer.comment]) if object.get(answer, "comment", "") != ""

else := ""

_hopeless(tallies, others) := [{"code": "too_many_needs", "message": message}] if {
	number := count(tallies) + count(others)
	number > matching.most_needs
	message := sprintf("the steps of this change need %d groups; who counts for which is found out for %d at most", [
		number,
		matching.most_needs,
	])
} else := [] if {
	_enough(tallies, others)
} else := [{"code": "too_few_people", "message": message} |
	some tally in tallies
	count(tally.able) < tally.approvals
	message := sprintf(
		"%s of %s needed, but only %d of its people neither asked for the change nor wrote it; add people to groups.yaml",
		[words.amount(tally.approvals, "approval"), tally.group, count(tally.able)],
	)
] if {
	some tally in tallies
	count(tally.able) < tally.approvals
} else := [{"code": "too_few_people", "message": message}] if {
	possible := _filled(_able(tallies), _able(others))
	possible < _places(tallies)
	message := sprintf(
		"%s needed of people who are counted nowhere else, but there are only %d; add people to groups.yaml%s",
		[words.amount(_places(tallies), "approval"), possible, _or_not_distinct(others)],
	)
} else := []

# Whether each group alone has people for every place that there is: then there is nothing more to find out.
_enough(tallies, others) if {
	places := _places(tallies) + _places(others)
	every tally in tallies {
		count(tally.able) >= places
	}
}

_able(tallies) := [{"approvals": tally.approvals, "people": {person | some person in tally.able}} |
	some tally in tallies
]

_or_not_distinct([]) := ""

_or_not_distinct(others) := ", or let one person satisfy several steps (`distinct` in process.yaml)" if count(others) > 0

_missing(needs, tallies, contending) := array.concat(
	[{"code": "approval_missing", "message": message} |
		some need in needs
		message := sprintf("%s of %s needed, %d given; %s%s", [
			words.amount(need.approvals, "approval"),
			_any_of(need),
			need.given,
			_who(need.people),
			_how_soon(need.expected_wait_ns),
		])
	],
	[{"code": "counted_once", "message": message} |
		some person in _shared(array.concat(contending, tallies))
		message := sprintf("%s approved more than one thing here and is counted for one; somebody else is needed", [person])
	],
)

_any_of(need) := concat(" or ", array.concat([need.group], need.or))

_who([]) := "nobody of it is left to answer"

_who(people) := sprintf("can be given by %s", [words.listed(people)]) if count(people) > 0

_how_soon(null) := ""

_how_soon(wait_ns) := sprintf("; an answer takes about %s", [moments.between(0, wait_ns)]) if is_number(wait_ns)

# Those who have approved more than one need.
_shared(tallies) := {person |
	some place, tally in tallies
	some person in tally.people
	some other in array.slice(tallies, place + 1, count(tallies))
	person in other.people
}

_needs(tallies, contending) := [need |
	some place, tally in tallies
	given := _filled_of(place, tallies, contending)
	given < tally.approvals
	need := {
		"group": tally.group,
		"or": tally.or,
		"escalated_to": concat("", asking.escalated(tally.step)),
		"approvals": tally.approvals,
		"given": given,
		"people": [person | some person in tally.able; not person in tally.people],
		"expected_wait_ns": asking.expected_wait_ns(tally.group),
	}
]

_given(tallies) := [{"code": "approved", "message": message} |
	some tally in tallies
	message := sprintf("approved by %s for %s", [words.listed(_in_order(tally)), tally.group])
]

_in_order(tally) := [person | some person in tally.able; person in tally.people]

# The first of the approvals to expire: until then at least, the step stays satisfied.
_until(tallies, contending) := {"until_ns": min(ends)} if {
	ends := [end | some tally in array.concat(contending, tallies); some end in tally.ends]
	count(ends) > 0
} else := {}

# METADATA
# title: Break-glass rulings
# description: |
#   Whether a glass that somebody broke for the change is honoured. As for a bypass, there are objections, and each must
#   be refuted by a positive statement. Whoever breaks the glass is a known person of the group that process.yaml names;
#   one who made the change only where it says so. What a broken glass lifts is judged all the same, so that the verdict
#   stays on record, and segregation of duties is never lifted. It is for the commit and the artifact that were asked for,
#   and does not last.
# custom:
#   control: CHG-10
package gate.break_glass

import data.gate.lib.moments
import data.gate.lib.people
import data.gate.lib.words

_terms := data.policy.process.break_glass

# METADATA
# description: Whether this way around is a broken glass, not a bypass of the repository.
is_broken(candidate) if is_object(candidate.break_glass)

# METADATA
# description: The ruling on one broken glass.
ruling(glass) := {"honoured": true, "reasons": [broken(glass)]} if honoured(glass)

ruling(glass) := {"honoured": false, "reasons": reasons} if {
	not honoured(glass)
	reasons := [{"code": objection, "message": message} |
		some objection in objections
		not refuted(objection, glass)
		message := because(objection, glass)
	]
}

# METADATA
# description: Everything that can be said against a broken glass, in the order in which people are told.
objections := [
	"no_break_glass",
	"breaker_is_robot",
	"not_in_group",
	"breaker_is_requester",
	"breaker_is_author",
	"never_lifted",
	"another_commit",
	"expired",
	"reason_too_short",
	"review_overdue",
]

honoured(glass) if {
	every objection in objections {
		refuted(objection, glass)
	}
}

_allowed if is_object(_terms)

refuted("no_break_glass", _) if _allowed

refuted("breaker_is_robot", glass) if {
	glass.break_glass.robot == false
	not glass.break_glass.by in data.policy.robots
}

refuted("not_in_group", glass) if glass.break_glass.by in people.members(people.group(_terms.group))

refuted("breaker_is_requester", glass) if glass.break_glass.by != input.change.requester

refuted("breaker_is_requester", _) if _terms.own_changes == "allow"

refuted("breaker_is_author", glass) if glass.break_glass.by != input.change.author

refuted("breaker_is_author", _) if _terms.own_changes == "allow"

refuted("never_lifted", glass) if {
	every step in glass.skip {
		_liftable(step)
	}
}

refuted("another_commit", glass) if {
	glass.break_glass.commit == input.change.commit
	glass.break_glass.artifact == input.change.artifact
}

refuted("expired", glass) if input.change.start_ns < glass.expires_ns

# What a broken glass let start, it lets run on.
refuted("expired", glass) if glass.taken

refuted("reason_too_short", glass) if _words(glass.reason) >= _terms.min_reason_words

# It is the emergency path: who owes a review still has it, unless the process says otherwise.
refuted("review_overdue", _) if _terms.while_review_overdue == "allow"

refuted("review_overdue", _) if input.team_bypasses.pirs_overdue == 0

refuted("review_overdue", glass) if glass.taken

_liftable(step) if {
	step != "segregation_of_duties"
	is_string(data.policy.process.steps[step].bypass.by)
	_named(step)
}

_named(_) if is_null(_terms.lifts)

_named(step) if step in _terms.lifts

_never_lifted(glass) := [step | some step in glass.skip; not _liftable(step)]

_words(text) := count(regex.find_n(`\S+`, text, -1))

broken(glass) := {"code": "broken", "message": message} if {
	message := sprintf("the glass was broken by %s for %s; it holds until %s", [
		glass.break_glass.by,
		glass.ticket,
		moments.at(glass.expires_ns),
	])
}

# METADATA
# description: What each objection says, and what would take it away.
because("no_break_glass", _) := "policy knows no break-glass; ask for a bypass"

because("breaker_is_robot", glass) := sprintf("%s is a robot; a person must break the glass", [glass.break_glass.by])

because("not_in_group", glass) := sprintf("%s is not in %s, whose people alone may break the glass", [
	glass.break_glass.by,
	people.group(_terms.group),
]) if {
	_allowed
}

because("breaker_is_requester", glass) := sprintf("%s asked for the change; somebody else must break the glass", [
	glass.break_glass.by,
]) if {
	_allowed
	glass.break_glass.by == input.change.requester
}

because("breaker_is_author", glass) := sprintf("%s wrote the change; somebody else must break the glass", [
	glass.break_glass.by,
]) if {
	_allowed
	glass.break_glass.by == input.change.author
}

because("never_lifted", glass) := sprintf("%s is not lifted by break-glass", [words.listed(_never_lifted(glass))]) if {
	_allowed
}

because("another_commit", _) := "it was broken for another commit or artifact; break it for this one"

because("expired", glass) := sprintf("it held until %s; break it again, or ask for a bypass", [
	moments.at(glass.expires_ns),
])

because("reason_too_short", glass) := sprintf("its reason has %s, at least %d are asked for; say more", [
	words.amount(_words(glass.reason), "word"),
	_terms.min_reason_words,
]) if {
	_allowed
}

because("review_overdue", _) := sprintf("%s owes %s; write what is overdue with `gate pir new`, then ask again", [
	input.service.owners,
	words.amount(input.team_bypasses.pirs_overdue, "review"),
]) if {
	_allowed
}

# METADATA
# title: Bypass rulings
# description: |
#   Whether a bypass that names the change is honoured. There are the objections listed below, and each must be refuted
#   by a positive statement; an objection that nothing refutes is a reason against the bypass. Whoever grants must be a
#   known person, of the group that process.yaml names for every single step that is skipped, who neither asked for the
#   bypass or the change nor wrote either. What a bypass skips is judged all the same, so that the verdict it lifts
#   stays on record.
# custom:
#   control: CHG-09
package gate.bypass

import data.gate.break_glass
import data.gate.lib.moments
import data.gate.lib.people
import data.gate.lib.words

_terms := data.policy.process.bypass

# METADATA
# title: The ruling on each bypass, and on each glass that was broken, by its id
rulings[bypass.id] := ruling(bypass) if {
	some bypass in input.bypasses
	not break_glass.is_broken(bypass)
}

rulings[glass.id] := break_glass.ruling(glass) if {
	some glass in input.bypasses
	break_glass.is_broken(glass)
}

ruling(bypass) := {"honoured": true, "reasons": [granted(bypass)]} if honoured(bypass)

ruling(bypass) := {"honoured": false, "reasons": reasons} if {
	not honoured(bypass)
	reasons := [{"code": objection, "message": message} |
		some objection in objections
		not refuted(objection, bypass)
		message := because(objection, bypass)
	]
}

# METADATA
# description: Everything that can be said against a bypass, in the order in which people are told.
objections := [
	"not_granted",
	"granter_unknown",
	"granter_is_robot",
	"granter_is_requester",
	"granter_is_author",
	"never_lifted",
	"not_entitled",
	"step_name_taken",
	"expired",
	"used_up",
	"too_many_uses",
	"too_long",
	"too_long_without_commit",
	"reason_too_short",
	"review_overdue",
	"budget_spent",
]

honoured(bypass) if {
	every objection in objections {
		refuted(objection, bypass)
	}
}

refuted("not_granted", bypass) if is_object(bypass.grant)

refuted("granter_unknown", bypass) if is_string(bypass.grant.by)

refuted("granter_is_robot", bypass) if {
	bypass.grant.robot == false
	not bypass.grant.by in data.policy.robots
}

refuted("granter_is_requester", bypass) if {
	bypass.grant.by != bypass.requested_by
	bypass.grant.by != input.change.requester
}

refuted("granter_is_author", bypass) if {
	bypass.grant.by != bypass.grant.author
	bypass.grant.by != input.change.author
}

refuted("never_lifted", bypass) if count(_never_lifted(bypass)) == 0

refuted("not_entitled", bypass) if {
	every step in bypass.skip {
		_entitled(bypass.grant.by, step)
	}
}

refuted("step_name_taken", bypass) if {
	every added in bypass.add {
		not added.step in _steps
	}
}

refuted("expired", bypass) if input.change.start_ns < bypass.expires_ns

# What a bypass let start, it lets run on.
refuted("expired", bypass) if bypass.taken

refuted("used_up", bypass) if bypass.used < bypass.uses

refuted("used_up", bypass) if bypass.taken

refuted("too_many_uses", bypass) if bypass.uses <= _terms.max_uses

refuted("too_long", bypass) if _life_ns(bypass) <= _terms.max_life_ns

refuted("too_long_without_commit", bypass) if bypass.names_commit

refuted("too_long_without_commit", bypass) if _life_ns(bypass) <= _terms.max_hours_without_commit * 3600000000000

refuted("reason_too_short", bypass) if _words(bypass.reason) >= _terms.min_reason_words

# Who goes around the process looks back afterwards; who does not, takes the process until that is done.
refuted("review_overdue", _) if input.team_bypasses.pirs_overdue == 0

refuted("review_overdue", bypass) if bypass.taken

refuted("budget_spent", _) if is_null(_terms.budget)

refuted("budget_spent", _) if _spent < _terms.budget

refuted("budget_spent", bypass) if bypass.taken

# Glasses that were broken count where process.yaml says so.
_spent := input.team_bypasses.used + input.team_bypasses.broken if {
	data.policy.process.break_glass.counts == true
} else := input.team_bypasses.used

_liftable(step) if {
	step != "segregation_of_duties"
	is_string(data.policy.process.steps[step].bypass.by)
}

# Why each proof that policy accepts shows nobody.
_lacking(bypass) := [sprintf("by %s, %s", [lack.proof, lack.why]) | some lack in object.get(bypass, "lacking", [])]

_never_lifted(bypass) := [step | some step in bypass.skip; not _liftable(step)]

_entitled(person, step) if {
	_liftable(step)
	person in people.members(_granting_group(step))
}

_granting_group(step) := people.group(data.policy.process.steps[step].bypass.by)

# A one-time step has a name of its own, so that no other bypass can lift it by that name.
_steps contains step if some step, _ in data.policy.process.steps

_steps contains step if {
	some part in ["classes", "risk"]
	some steps in data.policy.process[part]
	some step in steps
}

# From its grant, or from now if the grant claims to come later, until it expires.
_life_ns(bypass) := bypass.expires_ns - min([bypass.grant.at_ns, input.at_ns])

_words(text) := count(regex.find_n(`\S+`, text, -1))

granted(bypass) := {"code": "granted", "message": message} if {
	message := sprintf("granted by %s %s %s; %d of %s used, expires %s", [
		bypass.grant.by,
		_shown[object.get(bypass.grant, "proof", "committer")],
		_short(bypass.grant.commit),
		bypass.used,
		words.amount(bypass.uses, "use"),
		moments.at(bypass.expires_ns),
	])
}

# How it is shown who granted it; facts that were recorded before there were several ways do not say.
_shown := {
	"committer": "with commit",
	"forge": "in a review of what was merged with commit",
	"signature": "who signed commit",
}

_short(commit) := substring(commit, 0, 12)

# METADATA
# description: What each objection says, and what would take it away.
because("not_granted", bypass) := "nothing shows who granted it; it must be merged by somebody who may" if {
	is_null(bypass.grant)
	count(_lacking(bypass)) == 0
}

because("not_granted", bypass) := sprintf("nothing shows who granted it: %s", [concat("; ", _lacking(bypass))]) if {
	is_null(bypass.grant)
	count(_lacking(bypass)) > 0
}

because("granter_unknown", bypass) := message if {
	is_null(bypass.grant.by)
	message := sprintf("commit %s was made under an e-mail address of nobody in groups.yaml; list it there", [
		_short(bypass.grant.commit),
	])
}

because("granter_is_robot", bypass) := sprintf("%s is a robot; a person must grant it", [bypass.grant.by])

because("granter_is_requester", bypass) := sprintf(
	"%s asked for the bypass or the change; somebody else must grant it",
	[bypass.grant.by],
)

because("granter_is_author", bypass) := sprintf(
	"%s wrote the bypass or the change; somebody else must grant it",
	[bypass.grant.by],
)

because("never_lifted", bypass) := sprintf("%s is never lifted; take it out of `skip`", [
	words.listed(_never_lifted(bypass)),
])

because("not_entitled", bypass) := message if {
	is_string(bypass.grant.by)
	steps := [sprintf("%s (%s)", [step, _granting_group(step)]) |
		some step in bypass.skip
		_liftable(step)
		not _entitled(bypass.grant.by, step)
	]
	count(steps) > 0
	message := sprintf("%s may not grant that these are skipped, but their groups may: %s", [
		bypass.grant.by,
		words.listed(steps),
	])
}

because("step_name_taken", bypass) := sprintf("%s is a step of the process; give the one-time step another name", [
	words.listed([added.step | some added in bypass.add; added.step in _steps]),
])

because("expired", bypass) := sprintf("it expired %s; ask for a new one", [moments.at(bypass.expires_ns)])

because("used_up", bypass) := sprintf("%s of %d made; ask for a new one", [
	words.amount(bypass.used, "use"),
	bypass.uses,
])

because("too_many_uses", bypass) := sprintf("it asks for %s, at most %d are allowed; lower `uses`", [
	words.amount(bypass.uses, "use"),
	_terms.max_uses,
])

because("too_long", bypass) := sprintf("it would live longer than %s; let it expire sooner", [
	moments.between(0, _terms.max_life_ns),
]) if {
	_life_ns(bypass) > _terms.max_life_ns
}

because("too_long_without_commit", bypass) := sprintf(
	"it names no commit and would live longer than %s; name the commit, or let it expire sooner",
	[words.amount(_terms.max_hours_without_commit, "hour")],
) if {
	_life_ns(bypass) > _terms.max_hours_without_commit * 3600000000000
}

because("reason_too_short", bypass) := sprintf("its reason has %s, at least %d are asked for; say more", [
	words.amount(_words(bypass.reason), "word"),
	_terms.min_reason_words,
])

because("review_overdue", _) := sprintf("%s owes %s that %s overdue; write it with `gate pir new`, then ask again", [
	input.service.owners,
	words.amount(input.team_bypasses.pirs_overdue, "review"),
	_are(input.team_bypasses.pirs_overdue),
])

because("budget_spent", _) := sprintf("%s has used up %s in %d days, at most %d are allowed; change the process instead", [
	input.service.owners,
	words.amount(_spent, "grant"),
	input.team_bypasses.days,
	_terms.budget,
])

_are(number) := "is" if {
	number == 1
} else := "are"

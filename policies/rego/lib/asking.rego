# METADATA
# title: Who is asked
# description: |
#   Which of several groups is asked for an answer, who is asked beside it when nobody answers, and what becomes of a
#   step that nobody answers at all. Which group has room and which has least to do are facts; a group that was asked
#   is not passed over later for another that has less to do by then.
package gate.lib.asking

import data.gate.lib.moments
import data.gate.lib.people
import data.gate.lib.words

# METADATA
# description: Of the groups that may answer a step, in the order of process.yaml, the one that is asked.
group(step, groups, _) := asked[0] if {
	asked := _asked_before(step, groups)
	count(asked) > 0
}

group(step, groups, ask) := groups[first[2]] if {
	count(_asked_before(step, groups)) == 0
	first := min({_rank(name, place, ask) | some place, name in groups})
}

# METADATA
# description: The group that is asked beside it by now, in a list; none before its time has come.
escalated(step) := [people.group(rule.to)] if {
	rule := _rule(step, "escalate")
	input.at_ns >= since_ns(step) + rule.after_ns
} else := []

# METADATA
# description: Since when people have been asked for an answer to a step.
since_ns(step) := since if {
	some earlier in input.asked
	earlier.step == step
	since := earlier.since_ns
} else := input.at_ns

# METADATA
# description: How long an answer of a group is likely to take; null while too little is known to say.
expected_wait_ns(name) := wait if {
	some one in input.groups
	one.name == name
	wait := one.expected_wait_ns
} else := null

# METADATA
# description: |
#   What becomes in time of what people have answered so far. Late are those who are heard because it was escalated.
timed(step, settled, late) := timed_out(step, _rule(step, "time_out"), settled) if {
	settled.status == "pending"
	input.at_ns >= since_ns(step) + _rule(step, "time_out").after_ns
} else := object.union_n([settled, {"asked_since_ns": since_ns(step), "reasons": reasons}, _next(step)]) if {
	settled.status == "pending"
	reasons := array.concat(settled.reasons, _told(step))
} else := object.union(settled, {"asked_since_ns": since_ns(step)}) if {
	# Whoever is heard because it was escalated still is when it is judged again, as it starts, say.
	settled.status == "satisfied"
	count(late) > 0
} else := object.union(settled, {"asked_since_ns": since_ns(step)}) if {
	# Whoever vetoed may take that back, and those who were asked before still are.
	settled.status == "failed"
	some earlier in input.asked
	earlier.step == step
} else := settled

# METADATA
# description: What process.yaml says that comes of a step which nobody has answered in time.
timed_out(step, rule, settled) := {
	"status": {"fail": "failed", "pass": "satisfied"}[rule.then],
	"asked_since_ns": since_ns(step),
	"reasons": [{"code": "timed_out", "message": sprintf("%s in %s; %s", [
		sprintf("too few of %s answered", [words.listed([need.group | some need in settled.needs])]),
		moments.between(0, rule.after_ns),
		_consequence[rule.then],
	])}],
}

_consequence := {
	"fail": "ask for the change anew, or let it say otherwise under `time_out` in process.yaml",
	"pass": "silence consents, as process.yaml says under `time_out`",
}

# When more people are asked, or nobody is waited for any more.
_next(step) := {"until_ns": min(coming)} if {
	coming := {end |
		some part in ["escalate", "time_out"]
		end := since_ns(step) + _rule(step, part).after_ns
		end > input.at_ns
	}
	count(coming) > 0
} else := {}

_told(step) := [{"code": "escalated", "message": message} |
	some name in escalated(step)
	message := sprintf("this has waited %s for an answer, so %s is asked as well", [
		moments.between(since_ns(step), input.at_ns),
		name,
	])
]

_rule(step, part) := rule if {
	rule := data.policy.process.steps[step][part]
	is_object(rule)
}

_asked_before(step, groups) := [name |
	some name in groups
	some earlier in input.asked
	earlier.step == step
	name in earlier.groups
]

# The lower, the sooner a group is asked.
_rank(name, place, "first") := [_is_full(name), 0, place]

_rank(name, place, "least_loaded") := [_is_full(name), _load(name), place]

_is_full(name) := 1 if {
	some one in input.groups
	one.name == name
	is_number(one.limit)
	one.waiting >= one.limit
} else := 0

_load(name) := load if {
	some one in input.groups
	one.name == name
	load := one.waiting_per_thousand
} else := 0

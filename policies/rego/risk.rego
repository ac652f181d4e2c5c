# METADATA
# title: Risk
# description: |
#   The risk class of a change, from an integer score of named factors. The points are in risk.yaml; every factor is
#   told with its reason, whether or not it brings points, and the score is their sum. A factor whose table is missing
#   leaves the risk undefined, and then nothing is approved. What nobody said counts as the worst.
# custom:
#   control: CHG-11
package gate.risk

import data.gate.lib.paths
import data.gate.lib.words

# METADATA
# title: The risk class
class := "critical" if {
	score >= data.policy.risk.thresholds.critical
} else := "high" if {
	score >= data.policy.risk.thresholds.high
} else := "medium" if {
	score >= data.policy.risk.thresholds.medium
} else := "low" if {
	is_number(score)
}

# METADATA
# title: The score
# description: The sum of the factors' points; undefined where there are no factors, for no factors are not no risk.
score := sum([factor.points | some factor in told]) if told := factors

# METADATA
# title: The factors
# description: All of them, in the order of risk.yaml; the list exists only if each of them does.
factors := [
	tier, environment, objective, size, files, touched, impact,
	track_record, time_of_day, day_of_week, batch_age, conflicts,
]

_tables := data.policy.risk.factors

tier := {
	"name": "tier",
	"points": _tables.tier[sprintf("%d", [input.service.tier])],
	"because": sprintf("%s is of tier %d", [input.service.name, input.service.tier]),
}

environment := {
	"name": "environment",
	"points": _tables.environment.production,
	"because": sprintf("%s is production", [input.environment.name]),
} if input.environment.production

environment := {
	"name": "environment",
	"points": _tables.environment.elsewhere,
	"because": sprintf("%s is not production", [input.environment.name]),
} if not input.environment.production

objective := {
	"name": "objective",
	"points": _tables.objective[input.service.appetite],
	"because": sprintf("it carries %s, with %s appetite for risk", [input.service.objective, input.service.appetite]),
}

size := {
	"name": "size",
	"points": _over(_tables.size, input.change.lines),
	"because": words.amount(input.change.lines, "line"),
} if input.change.lines > 0

size := {
	"name": "size",
	"points": _most(_tables.size),
	"because": "nobody said how many lines, so it counts as the largest",
} if not input.change.lines > 0

files := {
	"name": "files",
	"points": _over(_tables.files, input.change.files),
	"because": words.amount(input.change.files, "file"),
}

touched := {
	"name": "paths",
	"points": _most(_matching),
	"because": sprintf("touches %s", [words.listed(_worst)]),
} if {
	paths.known
	count(_matching) > 0
}

touched := {
	"name": "paths",
	"points": 0,
	"because": "touches nothing that risk.yaml names",
} if {
	is_object(_tables.paths)
	paths.known
	count(_matching) == 0
}

touched := {
	"name": "paths",
	"points": _most(_tables.paths),
	"because": "not all paths touched are known, so they count as the worst",
} if not paths.known

impact := {
	"name": "impact",
	"points": _over(_tables.impact, count(input.impact.dependents)),
	"because": sprintf("%s near it that depend on it", [words.amount(count(input.impact.dependents), "service")]),
}

track_record := {
	"name": "track_record",
	"points": _over(_tables.track_record, input.track_record.failed),
	"because": sprintf("%s failed in %s", [
		words.amount(input.track_record.failed, "change"),
		words.amount(input.track_record.days, "day"),
	]),
}

time_of_day := {
	"name": "time_of_day",
	"points": _tables.time_of_day[sprintf("%d", [since])],
	"because": sprintf("it is %02d:%02d in %s", [input.local.hour, input.local.minute, input.service.timezone]),
} if {
	since := max([to_number(hour) | some hour, _ in _tables.time_of_day; to_number(hour) <= input.local.hour])
}

day_of_week := {
	"name": "day_of_week",
	"points": object.get(_tables.day_of_week, today, 0),
	"because": sprintf("it is %s in %s", [today, input.service.timezone]),
} if {
	today := _days[input.local.weekday - 1]
}

_days := ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

batch_age := {
	"name": "batch_age",
	"points": _over(_tables.batch_age, input.change.batch_age_hours),
	"because": sprintf("its oldest commit waited %s", [words.amount(input.change.batch_age_hours, "hour")]),
}

conflicts := {
	"name": "conflicts",
	"points": sum([_tables.conflicts[relation] | some relation in _relations]),
	"because": sprintf("%s in flight near it", [words.amount(count({other.change | some other in _in_flight}), "change")]),
} if is_object(_tables.conflicts)

_in_flight := [conflict | some conflict in input.conflicts; conflict.state != "queued"]

# Each relation counts once, however many changes are in flight.
_relations := {conflict.relation | some conflict in _in_flight}

# Of a table of "more than" → points: the most that a number brings.
_over(table, number) := max(array.concat([0], [points | some limit, points in table; number > to_number(limit)]))

_most(table) := max(array.concat([0], [points | some points in table]))

# The globs of risk.yaml that match a path touched, with their points.
_matching[pattern] := points if {
	some pattern, points in _tables.paths
	paths.any_matches(pattern)
}

_worst := [pattern | some pattern, points in _matching; points == _most(_matching)]

# METADATA
# title: Lanes
# description: |
#   Which lane a change may take. The gate offers the lanes whose scope matches; a lane is taken only if every path
#   touched is known and matches one of its globs, every piece of evidence it asks for passed and none at all failed,
#   and its limits are kept. What is not known keeps no limit.
# custom:
#   control: CHG-12
package gate.lanes

import data.gate.lib.paths
import data.gate.risk

# METADATA
# title: The lane
# description: The first by name that matches; null if none does.
default lane := null

lane := matching[0]

# METADATA
# description: Every lane that matches, in the order in which the gate offers them.
matching := [name |
	some name in input.lanes
	lane_rule := data.policy.lanes[name]
	limits_kept(lane_rule.requires)
	evidence_passed(lane_rule.requires.evidence)
	paths_match(lane_rule.paths)
]

# METADATA
# description: Whether the change touches paths, and a lane's globs match every one of them.
paths_match(globs) if {
	paths.known
	paths.all_match(globs)
}

# METADATA
# description: Whether each of these kinds of evidence passed, and no evidence of any kind failed.
evidence_passed(kinds) if {
	every evidence in input.evidence {
		evidence.status in {"passed", "skipped"}
	}
	every kind in kinds {
		some evidence in input.evidence
		evidence.kind == kind
		evidence.status == "passed"
	}
}

# METADATA
# description: Whether a change stays within a lane's limits. A limit that is null is none.
limits_kept(limits) if {
	within(input.change.files, limits.max_files)
	lines_within(limits.max_lines)
	failures_within(limits.failures_30d)
	risk_within(limits.max_risk)
}

# METADATA
# description: Whether a number is at most a limit.
within(_, null)

within(number, limit) if {
	is_number(limit)
	number <= limit
}

# METADATA
# description: Whether the change has at most so many lines. One that does not say how many has too many.
lines_within(null)

lines_within(limit) if {
	input.change.lines > 0
	within(input.change.lines, limit)
}

# METADATA
# description: Whether at most so many changes failed in the last 30 days.
failures_within(null)

failures_within(limit) if {
	input.track_record.days >= 30
	within(input.track_record.failed, limit)
}

# METADATA
# description: Whether the risk class is at most this one.
risk_within(null)

risk_within(most) if {
	ranks := {"low": 0, "medium": 1, "high": 2, "critical": 3}
	ranks[risk.class] <= ranks[most]
}

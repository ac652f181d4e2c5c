# METADATA
# title: Facts to test with
# description: |
#   A change about which everything is in order, the policy it is judged by, and ways to make one thing about them
#   different. The numbers are the tests' own, so that a house may change its policy and keep the tests.
package gate.testing

hour_ns := 3600000000000

day_ns := 24 * hour_ns

# METADATA
# description: Tuesday 2026-10-06 09:30 UTC.
at_ns := 1791279000000000000

commit := "1111111111111111111111111111111111111111"

# METADATA
# description: What the gate gathers about a small, tested change of payments, on a quiet Tuesday morning.
facts := {
	"format": 1,
	"revision": "revision",
	"at_ns": at_ns,
	"sequence": 1,
	"valid_for_ns": 900000000000,
	"local": {"weekday": 2, "hour": 11, "minute": 30},
	"change": {
		"id": "chg-this",
		"service": "payments",
		"environment": "production",
		"commit": commit,
		"artifact": null,
		"kind": "deploy",
		"summary": "",
		"labels": {},
		"paths": ["src/refund.py", "src/refund_test.py"],
		"files": 2,
		"lines": 40,
		"commits": 1,
		"batch_age_hours": 3,
		"requester": "pipeline",
		"author": "maria",
		"incident": null,
		"implementer": null,
		"duration_ns": hour_ns,
		"start_ns": at_ns,
		"in_line_since_ns": at_ns,
		"state": "open",
	},
	"service": {
		"name": "payments",
		"tier": 2,
		"owners": "owners",
		"reviewers": "reviewers",
		"objective": "revenue",
		"appetite": "low",
		"exclusive": ["core-database"],
		"labels": {},
		"timezone": "Europe/Amsterdam",
	},
	"environment": {"name": "production", "production": true},
	"impact": {"depends_on": [], "dependents": []},
	"lanes": [],
	"windows": [],
	"conflicts": [],
	"prerequisites": [],
	"circle": [],
	"evidence": [{"kind": "tests", "status": "passed", "url": ""}],
	"approvals": [],
	"asked": [],
	"groups": [],
	"bypasses": [],
	"team_bypasses": {"days": 30, "used": 0, "broken": 0, "pirs_overdue": 0},
	"track_record": {"days": 30, "finished": 12, "failed": 0},
	"load": {"team": 0, "environment": 0},
	"incidents": [],
}

# METADATA
# description: The policy that tests judge by.
policy := {
	"revision": "revision",
	"robots": ["pipeline", "robot"],
	"groups": {
		"owners": {"members": ["maria", "joris", "mei"]},
		"reviewers": {"members": ["maria", "piet", "robot", "pipeline"]},
		"managers": {"members": ["ruth", "samir"]},
		"heads": {"members": ["ruth"]},
	},
	"process": {
		"classes": {
			"standard": ["evidence", "freeze"],
			"normal": ["evidence", "freeze", "peer_review"],
			"emergency": ["peer_review"],
		},
		"risk": {"high": ["owner_approval", "freeze"]},
		"steps": {
			"freeze": {"needs": null, "bypass": {"by": "managers"}},
			"evidence": {"needs": null, "bypass": "never"},
			"peer_review": {
				"needs": [{"group": "$service.reviewers", "approvals": 1}],
				"bypass": {"by": "$service.owners"},
			},
			"owner_approval": {"needs": [{"group": "$service.owners", "approvals": 1}], "bypass": {"by": "heads"}},
			"architecture_review": {"needs": [{"group": "managers", "approvals": 1}], "bypass": {"by": "heads"}},
			"segregation_of_duties": {"needs": null, "bypass": {"by": "managers"}},
		},
		"evidence": {"production": ["tests"]},
		"capacity": {"per_team": 2, "per_environment": 4},
		"conflicts": {"same_service": "wait", "exclusive": "fail", "depends_on": "risk"},
		"bypass": {
			"max_life": "P3D",
			"max_life_ns": 3 * day_ns,
			"max_uses": 2,
			"min_reason_words": 3,
			"max_hours_without_commit": 8,
			"budget": 3,
		},
		"break_glass": {
			"group": "heads",
			"lifts": null,
			"holds": "PT4H",
			"holds_ns": 4 * hour_ns,
			"min_reason_words": 3,
			"review_due": "P2D",
			"own_changes": "refuse",
			"while_review_overdue": "allow",
			"counts": false,
		},
	},
	"risk": {
		"factors": {
			"tier": {"1": 30, "2": 20},
			"environment": {"production": 0, "elsewhere": -50},
			"objective": {"none": 15, "low": 5},
			"size": {"100": 5, "500": 15},
			"files": {"20": 5},
			"paths": {"**/migrations/**": 25, "**/config/**": 10},
			"impact": {"1": 5, "4": 10},
			"track_record": {"0": 10, "3": 30},
			"time_of_day": {"0": 10, "8": 0, "18": 10},
			"day_of_week": {"sunday": 10},
			"batch_age": {"48": 5, "168": 10},
			"conflicts": {"depends_on": 10, "dependent": 5},
		},
		"thresholds": {"medium": 30, "high": 60, "critical": 90},
	},
	"lanes": {"flags": lane({"paths": ["flags/**"]})},
}

# METADATA
# description: The facts, with parts of them different. Lists are replaced whole.
facts_with(parts) := object.union(facts, parts)

# METADATA
# description: The facts, with fields of the change different.
change_with(fields) := facts_with({"change": fields})

# METADATA
# description: The policy, with parts of it different. Lists are replaced whole.
policy_with(parts) := object.union(policy, parts)

# METADATA
# description: A window that is open from an hour ago until in an hour.
window(kind, fields) := object.union(
	{
		"name": sprintf("%s-window", [kind]),
		"kind": kind,
		"description": "",
		"start_ns": at_ns - hour_ns,
		"end_ns": at_ns + hour_ns,
		"overrun": "finish",
		"incident": null,
		"pressed_by": null,
	},
	fields,
)

# METADATA
# description: Another change in flight, until in an hour; with `state`, approved or in line.
conflict(relation, fields) := object.union(
	{
		"change": "chg-other",
		"service": "ledger",
		"relation": relation,
		"environment": "production",
		"resource": "",
		"distance": 1,
		"state": "started",
		"class": null,
		"in_line_since_ns": null,
		"since_ns": at_ns,
		"until_ns": at_ns + hour_ns,
	},
	fields,
)

# METADATA
# description: Somebody's answer to a step, about the commit that is asked for, so many hours after the first.
answer(step, person, said, hours) := {
	"step": step,
	"by": person,
	"answer": said,
	"at_ns": at_ns + ((hours - 24) * hour_ns),
	"commit": commit,
	"artifact": null,
	"comment": "",
}

# METADATA
# description: An approval of the commit that is asked for.
approval(step, person) := answer(step, person, "approve", 0)

# METADATA
# description: A bypass that is honoured, with fields of it different.
bypass(fields) := object.union(
	{
		"id": "byp-1",
		"skip": ["freeze"],
		"add": [],
		"reason": "waiting costs more than it protects",
		"ticket": "INC-1",
		"requested_by": "joris",
		"expires_ns": at_ns + day_ns,
		"names_commit": true,
		"uses": 1,
		"used": 0,
		"taken": false,
		"grant": {
			"by": "ruth",
			"author": "joris",
			"robot": false,
			"commit": "2222222222222222222222222222222222222222",
			"at_ns": at_ns - hour_ns,
		},
		"break_glass": null,
	},
	fields,
)

# METADATA
# description: A broken glass that is honoured, with fields of it different.
glass(fields) := object.union(
	{
		"id": "glass-1",
		"skip": ["freeze", "owner_approval"],
		"add": [],
		"reason": "customers are charged twice",
		"ticket": "INC-1",
		"requested_by": "ruth",
		"expires_ns": at_ns + hour_ns,
		"names_commit": true,
		"uses": 1,
		"used": 0,
		"taken": false,
		"grant": null,
		"break_glass": {"by": "ruth", "robot": false, "at_ns": at_ns - hour_ns, "commit": commit, "artifact": null},
	},
	fields,
)

# METADATA
# description: A lane without conditions, with fields of it different.
lane(fields) := object.union(
	{
		"name": "lane",
		"description": "",
		"paths": ["**"],
		"requires": {"evidence": [], "max_files": null, "max_lines": null, "failures_30d": null, "max_risk": null},
	},
	fields,
)

# METADATA
# description: The codes of a verdict's or ruling's reasons, in order.
codes(judged) := [reason.code | some reason in judged.reasons]

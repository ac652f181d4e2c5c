package gate.lanes_test

import data.gate.lanes
import data.gate.testing

# The lane that the facts take, offered one lane of these fields, at low risk unless the facts say otherwise.
taken(fields, parts) := lane if {
	lane := lanes.lane with input as testing.facts_with(object.union({"lanes": ["it"]}, parts))
		with data.policy as testing.policy_with({"lanes": {"it": testing.lane(fields)}})
}

requires(conditions) := {"paths": ["**"], "requires": conditions}

flags := {"paths": ["flags/**", "README.md"]}

touching(paths) := {"change": {"paths": paths, "files": count(paths)}}

test_a_change_within_the_lane_takes_it if taken(flags, touching(["flags/a.json", "README.md"])) == "it"

test_a_single_path_outside_refuses_the_lane if {
	taken(flags, touching(["flags/a.json", "src/a.py"])) == null
}

test_a_change_without_paths_takes_no_lane if taken({"paths": ["**"]}, touching([])) == null

test_a_change_that_leaves_paths_out_takes_no_lane if {
	taken(flags, {"change": {"paths": ["flags/a.json"], "files": 2}}) == null
}

test_a_path_that_climbs_out_takes_no_lane if taken(flags, touching(["flags/../src/a.py"])) == null

test_a_lane_whose_scope_does_not_match_is_not_taken if taken(flags, {"lanes": []}) == null

test_a_lane_that_nobody_defined_is_not_taken if taken(flags, {"lanes": ["ghost"]}) == null

test_the_first_of_several_lanes_is_taken if {
	lane := lanes.lane with data.policy as testing.policy_with({"lanes": {
		"a": testing.lane(flags),
		"b": testing.lane({}),
		"c": testing.lane({}),
	}})
		with input as testing.facts_with({"lanes": ["a", "b", "c"]})
	lane == "b"
}

test_evidence_that_passed_allows_the_lane if taken(requires({"evidence": ["tests"]}), {}) == "it"

test_evidence_that_is_missing_refuses_the_lane if taken(requires({"evidence": ["tests", "scan"]}), {}) == null

test_evidence_that_failed_refuses_the_lane_even_if_it_is_not_asked_for if {
	failing := {"evidence": [{"kind": "tests", "status": "passed"}, {"kind": "lint", "status": "failed"}]}
	taken(requires({"evidence": ["tests"]}), failing) == null
	taken(requires({"evidence": []}), failing) == null
}

test_evidence_that_passed_once_and_failed_once_refuses_the_lane if {
	taken(requires({"evidence": ["tests"]}), {"evidence": [
		{"kind": "tests", "status": "passed"},
		{"kind": "tests", "status": "failed"},
	]}) == null
}

test_evidence_that_was_skipped_refuses_only_the_lane_that_asks_for_it if {
	skipping := {"evidence": [{"kind": "scan", "status": "skipped"}]}
	taken(requires({"evidence": ["scan"]}), skipping) == null
	taken(requires({"evidence": []}), skipping) == "it"
}

test_more_files_than_allowed_refuse_the_lane if {
	taken(requires({"max_files": 2}), {}) == "it"
	taken(requires({"max_files": 1}), {}) == null
}

test_more_lines_than_allowed_refuse_the_lane if {
	taken(requires({"max_lines": 40}), {}) == "it"
	taken(requires({"max_lines": 39}), {}) == null
}

test_a_change_that_does_not_say_how_many_lines_keeps_no_limit_on_them if {
	taken(requires({"max_lines": 40}), {"change": {"lines": 0}}) == null
}

test_recent_failures_refuse_the_lane if {
	taken(requires({"failures_30d": 0}), {}) == "it"
	taken(requires({"failures_30d": 1}), {"track_record": {"failed": 1}}) == "it"
	taken(requires({"failures_30d": 0}), {"track_record": {"failed": 1}}) == null
}

test_a_track_record_of_fewer_days_proves_nothing if {
	taken(requires({"failures_30d": 0}), {"track_record": {"days": 7}}) == null
}

test_a_risk_class_above_the_lanes_refuses_it if {
	taken(requires({"max_risk": "low"}), {}) == "it"
	taken(requires({"max_risk": "low"}), {"service": {"tier": 1}}) == null
	taken(requires({"max_risk": "medium"}), {"service": {"tier": 1}}) == "it"
}

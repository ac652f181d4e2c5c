package gate.risk_test

import data.gate.risk
import data.gate.testing

# The points that a factor brings.
points(name, parts) := factor(name, parts).points

factor(name, parts) := found if {
	some found in factors(parts)
	found.name == name
}

factors(parts) := found if {
	found := risk.factors with input as testing.facts_with(parts) with data.policy as testing.policy
}

class(parts) := found if {
	found := risk.class with input as testing.facts_with(parts) with data.policy as testing.policy
}

near(many) := [{"service": sprintf("s%d", [number]), "tier": 3, "distance": 1} | some number in numbers.range(1, many)]

test_every_factor_is_told_in_order_with_its_reason if {
	[found.name | some found in factors({})] == [
		"tier",
		"environment",
		"objective",
		"size",
		"files",
		"paths",
		"impact",
		"track_record",
		"time_of_day",
		"day_of_week",
		"batch_age",
		"conflicts",
	]
	every found in factors({}) {
		found.because != ""
	}
}

test_the_score_is_the_sum_of_the_factors if {
	score := risk.score with input as testing.facts with data.policy as testing.policy
	score == sum([found.points | some found in factors({})])
	score == 25
}

test_the_class_begins_at_its_threshold if {
	class({}) == "low"
	class({"change": {"lines": 101}}) == "medium"
	class({"change": {"paths": [], "lines": 101}, "service": {"tier": 1}}) == "high"
	class({"change": {"paths": [], "lines": 0}, "service": {"tier": 1}, "track_record": {"failed": 4}}) == "critical"
}

test_a_factor_without_its_table_leaves_the_risk_undefined if {
	every name in object.keys(testing.policy.risk.factors) {
		incomplete := object.remove(testing.policy.risk.factors, [name])
		not risk.class with input as testing.facts
			with data.policy as testing.policy
			with data.policy.risk.factors as incomplete
	}
}

test_a_tier_that_the_table_does_not_know_leaves_the_risk_undefined if not class({"service": {"tier": 3}})

test_a_more_important_tier_brings_more if {
	points("tier", {"service": {"tier": 1}}) == 30
	points("tier", {"service": {"tier": 2}}) == 20
}

test_what_is_not_production_brings_less if {
	points("environment", {}) == 0
	found := factor("environment", {"environment": {"name": "staging", "production": false}})
	found.points == -50
	found.because == "staging is not production"
}

test_less_appetite_brings_more if {
	points("objective", {}) == 5
	points("objective", {"service": {"appetite": "none"}}) == 15
}

test_more_lines_bring_more_from_one_above_the_limit if {
	points("size", {"change": {"lines": 100}}) == 0
	points("size", {"change": {"lines": 101}}) == 5
	points("size", {"change": {"lines": 501}}) == 15
}

test_lines_that_nobody_told_count_as_the_most if points("size", {"change": {"lines": 0}}) == 15

test_many_files_bring_more if {
	points("files", {"change": {"files": 20}}) == 0
	points("files", {"change": {"files": 21}}) == 5
}

test_a_dangerous_path_is_told_and_brings_its_points if {
	found := factor("paths", {"change": {"paths": ["db/migrations/1.py", "config/a.ini"]}})
	found.points == 25
	found.because == "touches **/migrations/**"
	points("paths", {"change": {"paths": ["config/a.ini", "src/a.py"]}}) == 10
}

test_harmless_paths_bring_nothing if points("paths", {}) == 0

test_paths_that_nobody_told_count_as_the_worst if {
	points("paths", {"change": {"paths": []}}) == 25
	points("paths", {"change": {"files": 9}}) == 25
}

test_more_dependents_bring_more if {
	points("impact", {"impact": {"dependents": near(1)}}) == 0
	points("impact", {"impact": {"dependents": near(2)}}) == 5
	points("impact", {"impact": {"dependents": near(5)}}) == 10
}

test_failed_changes_bring_more if {
	points("track_record", {}) == 0
	found := factor("track_record", {"track_record": {"failed": 1}})
	found.points == 10
	found.because == "1 change failed in 30 days"
	points("track_record", {"track_record": {"failed": 4}}) == 30
}

test_the_hour_counts_on_the_clock_of_the_services_zone if {
	found := factor("time_of_day", {"local": {"hour": 7, "minute": 5}})
	found.points == 10
	found.because == "it is 07:05 in Europe/Amsterdam"
	points("time_of_day", {"local": {"hour": 8}}) == 0
	points("time_of_day", {"local": {"hour": 17}}) == 0
	points("time_of_day", {"local": {"hour": 18}}) == 10
	points("time_of_day", {"local": {"hour": 23}}) == 10
}

test_a_day_that_is_named_brings_its_points if {
	found := factor("day_of_week", {"local": {"weekday": 7}})
	found.points == 10
	found.because == "it is sunday in Europe/Amsterdam"
	points("day_of_week", {"local": {"weekday": 1}}) == 0
}

test_an_old_batch_brings_more if {
	points("batch_age", {"change": {"batch_age_hours": 48}}) == 0
	points("batch_age", {"change": {"batch_age_hours": 49}}) == 5
	points("batch_age", {"change": {"batch_age_hours": 400}}) == 10
}

test_changes_in_flight_nearby_bring_more_once_for_each_relation if {
	points("conflicts", {"conflicts": [testing.conflict("depends_on", {})]}) == 10
	points("conflicts", {"conflicts": [
		testing.conflict("depends_on", {}),
		testing.conflict("depends_on", {"change": "chg-third"}),
		testing.conflict("dependent", {}),
	]}) == 15
	points("conflicts", {}) == 0
}

package gate.steps.evidence_test

import data.gate.steps.evidence
import data.gate.testing

verdict(brought) := judged if {
	judged := evidence.verdict with input as testing.facts_with({"evidence": brought})
		with data.policy as demanding
}

demanding := testing.policy_with({"process": {"evidence": {"production": ["tests", "scan"], "*": ["tests"]}}})

of(kind, status) := {"kind": kind, "status": status, "url": ""}

test_a_change_that_brings_all_that_is_demanded_is_allowed if {
	verdict([of("tests", "passed"), of("scan", "passed")]).status == "satisfied"
}

test_a_change_whose_evidence_failed_is_refused if {
	judged := verdict([of("tests", "passed"), of("scan", "failed")])
	judged.status == "failed"
	testing.codes(judged) == ["evidence_failed"]
	startswith(judged.reasons[0].message, "scan failed")
}

test_evidence_that_passed_once_and_failed_once_refuses if {
	verdict([of("tests", "passed"), of("scan", "passed"), of("scan", "failed")]).status == "failed"
}

test_evidence_that_is_missing_is_named_and_can_still_be_brought if {
	judged := verdict([of("scan", "passed")])
	judged.status == "pending"
	judged.needs == [{"evidence": "tests"}]
}

test_evidence_that_was_skipped_is_missing if {
	verdict([of("tests", "skipped"), of("scan", "passed")]).needs == [{"evidence": "tests"}]
}

test_without_any_evidence_nothing_is_allowed if count(verdict([]).needs) == 2

test_evidence_that_nobody_demands_does_not_refuse if {
	verdict([of("tests", "passed"), of("scan", "passed"), of("lint", "failed")]).status == "satisfied"
}

test_an_environment_that_is_not_named_demands_what_the_star_says if {
	judged := evidence.verdict with input as testing.facts_with({"environment": {"name": "staging"}})
		with data.policy as demanding
	judged.status == "satisfied"
}

test_an_environment_of_which_nothing_is_said_refuses if {
	judged := evidence.verdict with input as testing.facts_with({"environment": {"name": "staging"}})
		with data.policy as testing.policy
	testing.codes(judged) == ["no_rule"]
}

test_an_environment_that_demands_nothing_in_so_many_words_allows if {
	judged := evidence.verdict with input as testing.facts_with({"evidence": []})
		with data.policy as testing.policy_with({"process": {"evidence": {"production": []}}})
	judged.status == "satisfied"
}

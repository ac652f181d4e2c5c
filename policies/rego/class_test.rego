package gate.class_test

import data.gate.class
import data.gate.testing

name(parts) := found if {
	found := class.name with input as testing.facts_with(parts) with data.policy as testing.policy
}

incident := {"name": "INC-1", "description": "", "start_ns": 0}

in_lane := {"lanes": ["flags"], "change": {"paths": ["flags/a.json"], "files": 1}}

test_a_change_of_which_nothing_special_is_known_is_normal if name({}) == "normal"

test_a_change_in_a_lane_is_standard if name(in_lane) == "standard"

test_a_change_that_names_an_open_incident_is_an_emergency if {
	name({"change": {"incident": "INC-1"}, "incidents": [incident]}) == "emergency"
}

test_an_emergency_is_one_even_in_a_lane if {
	name(object.union(in_lane, {
		"change": {"paths": ["flags/a.json"], "files": 1, "incident": "INC-1"},
		"incidents": [incident],
	})) == "emergency"
}

test_an_incident_that_is_not_open_makes_no_emergency if {
	name({"change": {"incident": "INC-1"}}) == "normal"
	name({"change": {"incident": "INC-2"}, "incidents": [incident]}) == "normal"
}

test_an_open_incident_that_the_change_does_not_name_makes_no_emergency if {
	name({"incidents": [incident]}) == "normal"
}

test_the_callers_word_makes_no_class if {
	name({"change": {"kind": "emergency", "labels": {"class": "emergency"}, "summary": "standard"}}) == "normal"
}

package gate.lib.moments_test

import data.gate.lib.moments
import data.gate.testing

test_an_instant_is_told_in_utc if moments.at(testing.at_ns) == "2026-10-06 09:30 UTC"

test_a_length_of_time_is_told_in_its_two_largest_units if {
	moments.between(0, 45 * 60000000000) == "45 minutes"
	moments.between(0, testing.hour_ns) == "1 hour"
	moments.between(0, ((4 * testing.day_ns) + (3 * testing.hour_ns)) + 60000000000) == "4 days 3 hours"
}

test_the_order_of_the_two_ends_does_not_matter if {
	moments.between(testing.hour_ns, 0) == moments.between(0, testing.hour_ns)
}

test_seconds_are_not_worth_telling if moments.between(0, 59000000000) == "less than a minute"

test_an_end_is_told_with_how_far_it_is if {
	said := moments.until(testing.at_ns + testing.hour_ns) with input as testing.facts
	said == "until 2026-10-06 10:30 UTC, in 1 hour"
}

test_an_end_that_nobody_knows_is_said_to_be_so if {
	said := moments.until(null) with input as testing.facts
	said == "until somebody ends it"
}

# METADATA
# title: Moments
# description: |
#   Instants and lengths of time as people read them. Times come in as integer nanoseconds and are told in UTC: a
#   sentence must not depend on the time zone tables of the machine that says it.
package gate.lib.moments

import data.gate.lib.words

# METADATA
# description: "`2026-12-01 13:00 UTC`."
at(instant_ns) := time.format([instant_ns, "UTC", "2006-01-02 15:04 UTC"])

# METADATA
# description: "`4 days 3 hours`: the two largest units that are not nothing, down to the minute."
between(from_ns, to_ns) := concat(" ", array.slice(parts, 0, 2)) if {
	parts := _parts(from_ns, to_ns)
	count(parts) > 0
} else := "less than a minute"

# METADATA
# description: "`until 2026-12-01 13:00 UTC, in 4 days 3 hours`, or `until somebody ends it` where the end is null."
until(end_ns) := sprintf("until %s, in %s", [at(end_ns), between(input.at_ns, end_ns)]) if end_ns != null

until(null) := "until somebody ends it"

_units := ["year", "month", "day", "hour", "minute"]

_parts(from_ns, to_ns) := [words.amount(number, _units[place]) |
	some place, number in array.slice(time.diff(to_ns, from_ns), 0, 5)
	number > 0
]

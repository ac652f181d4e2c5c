# METADATA
# title: Words
# description: Amounts and lists as people say them. Instants and lengths of time are in gate.lib.moments.
package gate.lib.words

# METADATA
# description: "`1 approval`, `2 approvals`."
amount(1, noun) := sprintf("1 %s", [noun])

amount(number, noun) := sprintf("%d %ss", [number, noun]) if number != 1

# METADATA
# description: The first five names, and how many more there are.
listed(names) := concat(", ", names) if count(names) <= 5

listed(names) := sprintf("%s and %d more", [concat(", ", array.slice(names, 0, 5)), count(names) - 5]) if {
	count(names) > 5
}

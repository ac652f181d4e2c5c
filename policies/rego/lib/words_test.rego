package gate.lib.words_test

import data.gate.lib.words

test_one_is_told_in_the_singular_and_others_in_the_plural if {
	words.amount(0, "change") == "0 changes"
	words.amount(1, "change") == "1 change"
	words.amount(2, "change") == "2 changes"
}

test_up_to_five_names_are_told if {
	words.listed([]) == ""
	words.listed(["maria"]) == "maria"
	words.listed(["a", "b", "c", "d", "e"]) == "a, b, c, d, e"
}

test_of_more_names_the_rest_is_counted if {
	words.listed(["a", "b", "c", "d", "e", "f", "g"]) == "a, b, c, d, e and 2 more"
}

"""Names, and the nearest ones."""

import pytest
from pydantic import TypeAdapter, ValidationError

from gate.domain.naming import Name, nearest

NAMES = TypeAdapter(Name)


@pytest.mark.parametrize("name", ["payments", "a", "0", "team.web_2-eu", "a" * 100])
def test_letters_digits_dots_dashes_and_underscores_make_a_name(name: str) -> None:
    assert NAMES.validate_python(name) == name


@pytest.mark.parametrize(
    "name", ["", "-rf", ".hidden", "_x", "a b", "a/b", "a*", "naïve", "a\n", "\na", "a" * 101, "$service.owners"]
)
def test_nothing_else_does(name: str) -> None:
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)


def test_a_slip_is_answered_with_what_was_probably_meant() -> None:
    assert nearest("paymnets", ["ledger", "payments", "status-page"]) == "; did you mean payments?"


def test_nothing_near_is_answered_with_nothing() -> None:
    assert nearest("zebra", ["ledger", "payments"]) == ""
    assert nearest("zebra", []) == ""


def test_at_most_three_are_offered() -> None:
    assert nearest("node", [f"node{number}" for number in range(9)]).count("node") == 3


def test_of_many_names_the_likeliest_are_compared() -> None:
    crowd = [f"service-{number:05}" for number in range(5_000)]
    assert nearest("paymnets", [*crowd, "payments"]) == "; did you mean payments?"

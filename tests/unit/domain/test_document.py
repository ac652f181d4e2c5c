"""A parsed document knows its kind and the line of every field."""

import pytest

from gate.domain.document import Document, Place

LINES = {(): 1, ("steps",): 4, ("steps", "freeze"): 5, ("add", 0): 9}


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("steps", "freeze"), 5),
        (("steps", "freeze", "bypass", "by"), 5),
        (("steps", "conflict"), 4),
        (("add", 0, "needs"), 9),
        (("add", 1), 1),
        ((), 1),
    ],
)
def test_a_field_without_a_line_has_that_of_the_nearest_around_it(place: Place, line: int) -> None:
    assert Document("x.yaml", {}, LINES).line_of(place) == line


def test_without_lines_the_line_is_unknown() -> None:
    assert Document("x.yaml", {}).line_of(("name",)) == 0


@pytest.mark.parametrize("kind", [None, 7, ["Freeze"], {"Freeze": 1}])
def test_a_kind_that_is_no_text_is_no_kind(kind: object) -> None:
    assert Document("x.yaml", {"kind": kind}).kind == ""

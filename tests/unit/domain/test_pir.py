"""Who goes around the process owes a review, by the soonest date that any of its bypasses names."""

import pytest
from pydantic import ValidationError

from gate.domain.facts import BypassFacts, Facts
from gate.domain.pir import PirFindings, WrittenPir, owed_by
from tests.builders import AT_NS, DAY, HOUR, a_change, facts_for

CHANGE = a_change()


def facts(*bypasses: tuple[str, int]) -> Facts:
    found = [
        BypassFacts(
            id=name,
            skip=("freeze",),
            add=(),
            reason="why",
            ticket="INC-1",
            requested_by="maria",
            expires_ns=AT_NS + HOUR,
            review_within_ns=within_ns,
            names_commit=True,
            uses=1,
            used=0,
            grant=None,
        )
        for name, within_ns in bypasses
    ]
    return facts_for(CHANGE, bypasses=tuple(found))


def test_what_uses_no_bypass_owes_nothing() -> None:
    assert owed_by(CHANGE, facts(("a", DAY)), ()) is None


def test_a_review_is_due_so_long_after_the_start_as_the_bypass_says() -> None:
    pir = owed_by(CHANGE, facts(("a", 5 * DAY), ("b", DAY)), ("a",))
    assert pir is not None
    assert (pir.change, pir.service, pir.bypasses) == (CHANGE.id, "payments", ("a",))
    assert (pir.owed_since_ns, pir.due_ns) == (AT_NS, AT_NS + 5 * DAY)


def test_of_two_bypasses_the_soonest_date_holds() -> None:
    pir = owed_by(CHANGE, facts(("a", 5 * DAY), ("b", DAY)), ("a", "b"))
    assert pir is not None
    assert (pir.bypasses, pir.due_ns) == (("a", "b"), AT_NS + DAY)


def test_it_is_overdue_from_the_very_instant_until_it_is_written() -> None:
    pir = owed_by(CHANGE, facts(("a", DAY)), ("a",))
    assert pir is not None
    written = WrittenPir(by="maria", at_ns=AT_NS, happened="It went well.", wrong="neither")
    assert not pir.is_overdue(AT_NS + DAY - 1)
    assert pir.is_overdue(AT_NS + DAY)
    assert not pir.model_copy(update={"written": written}).is_overdue(AT_NS + DAY)


@pytest.mark.parametrize(
    "fields", [{"happened": " "}, {"wrong": "everything"}, {"follow_ups": [""]}, {"follow_ups": ["x"] * 21}]
)
def test_findings_that_say_nothing_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PirFindings.model_validate({"happened": "It went well.", "wrong": "neither"} | fields)

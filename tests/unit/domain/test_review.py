"""What was answered last holds, and nothing else."""

from random import Random
from typing import Any

import pytest

from gate.domain.review import Answer, latest, standing
from tests.builders import AT_NS, COMMIT, MINUTE


def answers(*given: tuple[str, str, str]) -> list[Answer]:
    """Step, person, answer, in this order, a minute apart."""
    return [an_answer(number, *each) for number, each in enumerate(given, start=1)]


def an_answer(number: int, step: str, by: str, answer: str, **fields: Any) -> Answer:
    usual = {"change": "chg_1", "at_ns": AT_NS + number * MINUTE, "commit": COMMIT, "artifact": None, "comment": ""}
    told = {"number": number, "step": step, "by": by, "answer": answer, "shown_by": "token"}
    return Answer.model_validate(usual | told | fields)


def told(*given: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    return [(approval.step, approval.by, approval.answer) for approval in standing(answers(*given))]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([("peer", "jan", "approve")], [("peer", "jan", "approve")]),
        ([("peer", "jan", "approve"), ("peer", "jan", "veto")], [("peer", "jan", "veto")]),
        ([("peer", "jan", "veto"), ("peer", "jan", "approve")], [("peer", "jan", "approve")]),
        ([("peer", "jan", "approve"), ("peer", "jan", "withdraw")], []),
        ([("peer", "jan", "veto"), ("peer", "jan", "withdraw")], []),
        ([("peer", "jan", "veto"), ("peer", "jan", "withdraw"), ("peer", "jan", "veto")], [("peer", "jan", "veto")]),
        (
            [("peer", "jan", "approve"), ("owner", "jan", "approve"), ("peer", "jan", "withdraw")],
            [("owner", "jan", "approve")],
        ),
        (
            [("peer", "jan", "approve"), ("peer", "lena", "veto"), ("peer", "jan", "veto")],
            [("peer", "lena", "veto"), ("peer", "jan", "veto")],
        ),
    ],
)
def test_the_latest_answer_of_each_person_to_each_step_stands(
    given: list[tuple[str, str, str]], expected: list[tuple[str, str, str]]
) -> None:
    assert told(*given) == expected


def test_what_was_first_is_told_by_number_and_not_by_clocks_that_differ() -> None:
    first = an_answer(1, "peer", "jan", "approve", at_ns=AT_NS + MINUTE)
    second = an_answer(2, "peer", "jan", "veto", at_ns=AT_NS)
    assert [approval.answer for approval in standing([second, first])] == ["veto"]


def test_the_order_in_which_answers_are_read_makes_no_difference() -> None:
    given = answers(("peer", "jan", "approve"), ("peer", "lena", "veto"), ("peer", "jan", "veto"), ("x", "jan", "veto"))
    for seed in range(10):
        shuffled = Random(seed).sample(given, len(given))  # noqa: S311 -- picks an order, not a secret
        assert standing(shuffled) == standing(given)


def test_an_answer_keeps_what_it_was_about_when_and_why() -> None:
    [approval] = standing([an_answer(1, "peer", "jan", "approve", artifact="sha256:aa", comment="Looks right.")])
    assert (approval.commit, approval.artifact, approval.comment) == (COMMIT, "sha256:aa", "Looks right.")
    assert approval.at_ns == AT_NS + MINUTE


def test_the_latest_answer_of_a_person_is_theirs_and_to_that_step() -> None:
    given = answers(("peer", "jan", "approve"), ("owner", "jan", "veto"), ("peer", "lena", "veto"))
    assert latest(given, "peer", "jan") == given[0]
    assert latest([*given, an_answer(4, "peer", "jan", "withdraw")], "peer", "jan") is not given[0]
    assert latest(given, "owner", "lena") is None

"""The whole life of changes, bypasses and broken glasses, in any order: an auditor finds nothing that ought not to be.

The policy is lax on purpose (`life_house`), and the auditor knows nothing of how the gate works (`life_auditor`).
"""

from collections.abc import Iterable
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import gate.application.review
import tests.simulators.store
from gate.domain import decision, occasion
from gate.domain.breaking import Breaking
from gate.domain.facts import BypassFacts
from gate.domain.hearing import Hearing
from gate.domain.review import Answer, Approval, standing
from tests.unit.application.life_rules import HAPPENED, Lives

MUST_HAPPEN: Final = (
    *("submitted", "approved", "not approved", "started", "finished", "withdrawn"),
    *("step_approved", "step_vetoed", "answer_withdrawn", "frozen", "thawed", "pir", "refusal", "no answer"),
    *("bypass used", "glass used", "glass_broken", "glass kept from counting: expired"),
    *(
        f"bypass kept from counting: {objection}"
        for objection in (
            *("another change", "nobody merged it", "not entitled", "granted to oneself"),
            *("expired", "used up", "review overdue", "revoked"),
        )
    ),
)
FEWEST: Final = 1
INTERLEAVINGS: Final = 1000


def live(interleavings: int, *, planted: bool = False) -> None:
    """So many lives, always the same ones; where a bug is planted, no time is spent on making them shorter."""
    chosen = settings(
        max_examples=interleavings,
        stateful_step_count=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate] if planted else [Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Lives, settings=chosen)


def test_an_auditor_finds_nothing_in_the_life_of_any_change() -> None:
    HAPPENED.clear()
    live(INTERLEAVINGS)
    print("\n".join(f"{count:7} {what}" for what, count in sorted(HAPPENED.items())))
    assert [what for what in MUST_HAPPEN if HAPPENED[what] < FEWEST] == []


# Gates that would break a promise


def demand_found(complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        live(500, planted=True)


def test_a_gate_that_counts_no_uses_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_spent(bypass: BypassFacts, start_ns: int) -> bool:
        return not bypass.taken and start_ns >= bypass.expires_ns

    monkeypatch.setattr(decision, "_is_spent", is_spent)
    demand_found("which cannot")


def test_a_gate_that_honours_an_expired_bypass_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_spent(bypass: BypassFacts, _start_ns: int) -> bool:
        return not bypass.taken and bypass.used >= bypass.uses

    monkeypatch.setattr(decision, "_is_spent", is_spent)
    demand_found("which cannot")


def test_a_gate_that_counts_what_was_taken_back_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_that_was_said(answers: Iterable[Answer]) -> tuple[Approval, ...]:
        return standing(answer for answer in answers if answer.answer != "withdraw")

    for module in (tests.simulators.store, gate.application.review):
        monkeypatch.setattr(module, "standing", all_that_was_said)
    demand_found("other answers were heard")


def test_a_gate_that_counts_answers_to_another_artifact_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Hearing._kept  # noqa: SLF001 -- the very place that binds an answer to what was looked at

    def loosely(self: Hearing, at_ns: int) -> Answer:
        return kept(self, at_ns).model_copy(update={"artifact": None})

    monkeypatch.setattr(Hearing, "_kept", loosely)
    demand_found("another commit or artifact")


@pytest.mark.parametrize(
    ("place", "demand", "complaint"),
    [
        (Hearing, "_demand_another", "about a change of their own"),
        (Hearing, "_demand_a_member", "somebody of another team"),
        (Breaking, "_demand_another", "about a change of their own"),
        (Breaking, "_demand_a_member", "who may not"),
    ],
)
def test_a_gate_that_hears_whom_it_must_not_would_be_found(
    place: type, demand: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, demand, lambda _self: None)
    demand_found(complaint)


def test_a_gate_that_owes_no_review_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occasion, "owed_by", lambda *_: None)
    demand_found("other reviews are owed")

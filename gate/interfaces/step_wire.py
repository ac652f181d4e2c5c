"""What goes over the wire of one step: its verdict, who or what would change that, and who lifted it."""

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from gate.domain.assessment import Need, Reason, Status, Verdict
from gate.domain.decision import BypassResult, StepResult
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.interfaces.wire_base import Wire, instant


class LiftAnswer(Wire):
    """Who lifted a step, by what, and why."""

    by: str | None
    """Who granted the bypass or broke the glass; null if nobody known is shown to have."""
    bypass: str
    """The bypass, or the broken glass."""
    break_glass: bool
    why: str
    ticket: str
    """Or the incident."""

    @classmethod
    def of(cls, result: BypassResult) -> Self:
        """From the domain."""
        return cls(by=result.by, bypass=result.id, break_glass=result.break_glass, why=result.why, ticket=result.ticket)


class NeedAnswer(Wire):
    """Who or what can satisfy a pending step."""

    group: str
    """Who is asked."""
    or_groups: tuple[str, ...] = Field(default=(), alias="or")
    """Who may answer as well, unasked."""
    escalated_to: str = ""
    """Who was asked beside it, because nobody answered."""
    approvals: int
    given: int
    people: tuple[str, ...]
    """Members of these groups who may still answer."""
    evidence: str
    expected_wait_seconds: int | None = None
    """How long an answer is likely to take; null while too little is known to say."""

    @classmethod
    def of(cls, need: Need) -> Self:
        """From the domain."""
        wait_ns = need.expected_wait_ns
        said = need.model_dump(exclude={"expected_wait_ns"})
        return cls(**said, expected_wait_seconds=None if wait_ns is None else wait_ns // NANOSECOND_PER_SECOND)


class StepAnswer(Wire):
    """One required step: what policy says of it, and who, what or when would change that."""

    step: str
    status: Status
    """What counts: a lifted step is satisfied."""
    verdict: Status
    """What policy said, lifted or not."""
    reasons: tuple[Reason, ...]
    until: str | None
    """For `waiting`: from when time may satisfy it. For `satisfied`: until when it is so, where approvals expire. For
    `pending`: when more people are asked, or nobody is waited for any more."""
    asked_since: str | None = None
    """Since when people are asked, or were until they were waited for no longer."""
    needs: tuple[NeedAnswer, ...]
    lifted_by: str | None
    added_by: str | None
    lifted: LiftAnswer | None = None
    """For a step that is lifted: by whom, and why."""

    @classmethod
    def of(cls, result: StepResult, bypasses: Iterable[BypassResult] = ()) -> Self:
        """From the domain. `bypasses`: those of the decision."""
        lift = next((each for each in bypasses if each.id == result.lifted_by), None)
        verdict: Verdict = result.verdict
        return cls(
            step=result.step,
            status="satisfied" if result.lifted_by else verdict.status,
            verdict=verdict.status,
            reasons=verdict.reasons,
            until=instant(verdict.until_ns),
            asked_since=instant(verdict.asked_since_ns),
            needs=tuple(map(NeedAnswer.of, verdict.needs)),
            lifted_by=result.lifted_by,
            added_by=result.added_by,
            lifted=None if lift is None else LiftAnswer.of(lift),
        )

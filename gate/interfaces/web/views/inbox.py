"""The inbox as its page shows it: what waits for somebody, the oldest first, and what else each still lacks."""

from collections.abc import Iterator
from dataclasses import dataclass

from gate.application.lists import Asked, Inbox
from gate.domain.asked import needs_of_people
from gate.domain.decision import Decision, StepResult
from gate.domain.judgement import StoredChange
from gate.domain.listing import title_of
from gate.interfaces.web.moments import Moment
from gate.interfaces.web.words import count, spoken


@dataclass(frozen=True, slots=True)
class AskedStep:
    """A step that somebody can answer."""

    id: str
    groups: tuple[str, ...]
    lacks: str
    """Such as `1 approval missing`."""


@dataclass(frozen=True, slots=True)
class AskedView:
    """A change that waits for somebody."""

    stored: StoredChange
    title: str
    steps: tuple[AskedStep, ...]
    others: tuple[str, ...]
    """What else is missing before it may start."""
    asked_at: Moment
    planned_start: Moment | None
    windows: tuple[str, ...]
    """Those that speak about the time of its start."""


def inbox_views(inbox: Inbox, now_ns: int) -> list[AskedView]:
    """Every change that waits, as it is shown."""
    return [_asked_view(asked, now_ns) for asked in inbox.asked]


def _asked_view(asked: Asked, now_ns: int) -> AskedView:
    change, decision = asked.stored.change, asked.stored.decision
    return AskedView(
        stored=asked.stored,
        title=title_of(change.request),
        steps=tuple(_asked_step(step) for step in decision.steps if step.step in asked.steps),
        others=tuple(_others(decision, asked.steps)),
        asked_at=Moment.of(change.asked_at_ns, now_ns),
        planned_start=Moment.or_none(change.planned_start_ns, now_ns),
        windows=tuple(f"{window.kind} {window.name}" for window in decision.windows),
    )


def _asked_step(step: StepResult) -> AskedStep:
    needs = list(needs_of_people(step))
    missing = sum(max(0, need.approvals - need.given) for need in needs)
    groups = tuple(name for need in needs for name in need.asked)
    return AskedStep(step.step, groups, f"{count(missing, 'approval')} missing")


def _others(decision: Decision, own: tuple[str, ...]) -> Iterator[str]:
    for step in decision.steps:
        if step.status != "satisfied" and step.step not in own:
            groups = ", ".join(need.group or need.evidence for need in step.verdict.needs)
            yield f"{spoken(step.step)} ({spoken(step.status).lower()}" + (f", {groups})" if groups else ")")

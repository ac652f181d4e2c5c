"""A change as its page shows it: everything that there is to know before one answers, put together from the domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from gate.domain.catalogue import Catalogue
from gate.domain.change import Change, Evidence
from gate.domain.decision import BypassResult, Decision
from gate.domain.facts import BypassFacts, ConflictFacts, Facts, WindowFacts
from gate.domain.judgement import StoredChange
from gate.domain.listing import title_of
from gate.domain.pir import Pir
from gate.domain.policy_set import PolicySet
from gate.domain.record import Record
from gate.domain.review import Answer
from gate.domain.slots import Slot
from gate.interfaces.web.moments import Moment
from gate.interfaces.web.views.step import StepView, step_view
from gate.interfaces.web.views.story import Happening, story
from gate.interfaces.web.views.what_next import what_next

COMMIT_SHOWN: Final = 12
_PATHS_SHOWN: Final = 20
_WEB: Final = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up about a change."""

    stored: StoredChange
    facts: Facts | None
    """What the decision was judged on; None where this version cannot read it."""
    answers: Sequence[Answer]
    records: Sequence[Record]
    slots: Sequence[Slot]
    pir: Pir | None
    policy: PolicySet | None
    policy_age_s: int | None
    now_ns: int

    @property
    def change(self) -> Change:
        """What was asked for."""
        return self.stored.change

    @property
    def decision(self) -> Decision:
        """The latest about it."""
        return self.stored.decision

    @property
    def catalogue(self) -> Catalogue | None:
        """As it is in force."""
        return None if self.policy is None else self.policy.catalogue


@dataclass(frozen=True, slots=True)
class SpanView:
    """A time from and until."""

    start: Moment | None
    end: Moment | None


@dataclass(frozen=True, slots=True)
class WindowView:
    """A window that spoke."""

    window: WindowFacts
    span: SpanView


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Another change that spoke."""

    conflict: ConflictFacts
    until: Moment | None


@dataclass(frozen=True, slots=True)
class BypassView:
    """A bypass that names the change, and what came of it."""

    result: BypassResult
    facts: BypassFacts | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """The page, but for who looks at it."""

    known: Known
    title: str
    asked_at: Moment
    decided_at: Moment
    planned_start: Moment | None
    started_at: Moment | None
    ended_at: Moment | None
    steps: tuple[StepView, ...]
    windows: tuple[WindowView, ...]
    conflicts: tuple[ConflictView, ...]
    bypasses: tuple[BypassView, ...]
    slots: tuple[SpanView, ...]
    diff_url: str
    evidence: tuple[tuple[Evidence, str], ...]
    """With where to read it, if that is a place to go to."""
    paths: tuple[str, ...]
    more_paths: int
    next_step: str
    history: Sequence[Happening]
    pir_due: Moment | None

    @property
    def open_steps(self) -> int:
        """How many still stand in the way."""
        return sum(step.status not in {"satisfied", "lifted"} for step in self.steps)


def change_view(known: Known, person: str | None) -> ChangeView:
    """The page of a change, as this person sees it; None: somebody who cannot answer."""
    change, decision, now_ns = known.change, known.decision, known.now_ns
    return ChangeView(
        known=known,
        title=title_of(change.request),
        asked_at=Moment.of(change.asked_at_ns, now_ns),
        decided_at=Moment.of(decision.at_ns, now_ns),
        planned_start=Moment.or_none(change.planned_start_ns, now_ns),
        started_at=Moment.or_none(change.started_at_ns, now_ns),
        ended_at=Moment.or_none(change.ended_at_ns, now_ns),
        steps=_steps(known, person),
        windows=tuple(WindowView(each, _span(each.start_ns, each.end_ns, now_ns)) for each in decision.windows),
        conflicts=tuple(ConflictView(each, Moment.or_none(each.until_ns, now_ns)) for each in decision.conflicts),
        bypasses=_bypasses(known),
        slots=tuple(_span(slot.start_ns, slot.end_ns, now_ns) for slot in known.slots),
        diff_url=safe_url(change.request.diff_url),
        evidence=tuple((each, safe_url(each.url)) for each in change.request.evidence),
        paths=change.request.paths[:_PATHS_SHOWN],
        more_paths=max(0, len(change.request.paths) - _PATHS_SHOWN),
        next_step=what_next(change, decision, now_ns),
        history=story(known.records, now_ns),
        pir_due=None if known.pir is None else Moment.of(known.pir.due_ns, now_ns),
    )


def safe_url(url: str) -> str:
    """The URL if a browser may go there; empty otherwise. A pipeline wrote it, and `javascript:` is a URL, too."""
    try:
        parts = urlsplit(url)
        is_safe = (
            parts.scheme in _WEB and bool(parts.hostname) and url.isascii() and url.isprintable() and " " not in url
        )
    except ValueError:
        return ""
    return url if is_safe else ""


def _steps(known: Known, person: str | None) -> tuple[StepView, ...]:
    bypasses = {} if known.facts is None else {each.id: each for each in known.facts.bypasses}
    rules = {} if known.policy is None else known.policy.process.steps
    views = []
    for result in known.decision.steps:
        description = rules[result.step].description if result.step in rules else ""
        view = step_view(result, known.change, known.answers, known.catalogue, bypasses, description, known.now_ns)
        views.append(view.seen_by(person, known.change, result, known.catalogue))
    return tuple(views)


def _bypasses(known: Known) -> tuple[BypassView, ...]:
    facts = {} if known.facts is None else {each.id: each for each in known.facts.bypasses}
    return tuple(
        BypassView(result, facts.get(result.id), tuple(reason.message for reason in result.reasons))
        for result in known.decision.bypasses
    )


def _span(start_ns: int | None, end_ns: int | None, now_ns: int) -> SpanView:
    return SpanView(Moment.or_none(start_ns, now_ns), Moment.or_none(end_ns, now_ns))

"""Notices: what people and programs elsewhere are told of a change, by decision. Delivering them is for adapters.

A notice is written together with the decision that it tells of, so that none is lost, and is delivered at least once:
its id is the same each time, so that whoever hears it twice knows.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from typing import Any, Final, Literal

from gate.domain.asked import needs_of_people
from gate.domain.catalogue import Catalogue
from gate.domain.change import Change
from gate.domain.decision import Decision
from gate.domain.instant import duration_ns, rfc3339
from gate.domain.model import Model

NoticeKind = Literal["review_asked", "decided", "stop_requested", "glass_broken", "pir_overdue"]

EVERYTHING: Final = "*"
"""The addressee that hears of everything, such as a program that follows all changes."""

_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(hours=1)
MOST_ATTEMPTS: Final = 80
"""After about three days nobody waits for a notice any more."""

_COMMIT_SHOWN: Final = 12


class Notice(Model):
    """One thing told to one addressee."""

    id: str
    addressee: str
    """A group, a person, or `EVERYTHING`."""
    kind: NoticeKind
    change: str
    decision: str
    service: str
    environment: str
    commit: str
    outcome: str
    title: str
    body: str
    at_ns: int
    attempts: int = 0
    """How often it was tried in vain."""


class Telling(Model):
    """What there is to tell, and to whom, before it is known who can be reached."""

    kind: NoticeKind
    to: str
    or_to: tuple[str, ...] = ()
    """Those who are told where it has no address of its own."""
    title: str
    body: str


def notices_of(
    change: Change, decision: Decision, last: Decision | None, catalogue: Catalogue, reachable: Collection[str]
) -> tuple[Notice, ...]:
    """What to tell of a decision, to those of the addressees who can be reached."""
    if not reachable:
        return ()
    return addressed(_tellings(change, decision, last, catalogue), change, decision, reachable, decision.id)


def addressed(
    told: Iterable[Telling], change: Change, decision: Decision, reachable: Collection[str], stem: str
) -> tuple[Notice, ...]:
    """What is told, as notices to those who can be reached, numbered on from the stem of their ids."""
    found = [(telling, name) for telling in told for name in _addressees(telling, reachable)]
    return tuple(_notice(f"{stem}.{number}", *each, change, decision) for number, each in enumerate(found, 1))


def target(change: Change) -> str:
    """Which change it is, for titles."""
    return f"{change.request.service} into {change.request.environment} at {change.request.commit[:_COMMIT_SHOWN]}"


def next_attempt_ns(attempts: int, at_ns: int) -> int | None:
    """When to try again after so many attempts in vain: ever later, up to an hour; None: not any more."""
    if attempts >= MOST_ATTEMPTS:
        return None
    wait = min(_FIRST_WAIT * 2 ** min(attempts - 1, 20), _LONGEST_WAIT)
    return at_ns + duration_ns(wait)


def _tellings(change: Change, decision: Decision, last: Decision | None, catalogue: Catalogue) -> Iterator[Telling]:
    what = target(change)
    asked_before = set(_asked(last)) if last else set()
    for group, step in _asked(decision):
        if (group, step) not in asked_before:
            body = f"{step} of {what} waits for {group}.\n{_reasons(decision, step)}"
            # Whoever made the change is not heard about it.
            able = [name for name in catalogue.members(group) if name not in {change.requester, change.request.author}]
            yield Telling(kind="review_asked", to=group, or_to=tuple(able), title=f"Review asked: {what}", body=body)
    if change.stop is not None and change.state == "started":
        body = f"It is to stop: {change.stop.reason}"
        yield Telling(kind="stop_requested", to=change.requester, title=f"Stop: {what}", body=body)
    elif last is None or last.outcome != decision.outcome:
        reasons = "\n".join(_reasons(decision, step.step) for step in decision.steps if step.status != "satisfied")
        yield Telling(
            kind="decided",
            to=change.requester,
            title=f"{decision.outcome.capitalize()}: {what}",
            body=reasons or f"It may start until {rfc3339(decision.valid_until_ns or decision.at_ns)}.",
        )


def _asked(decision: Decision) -> Iterator[tuple[str, str]]:
    """Which groups are waited for, and for what."""
    for step in decision.steps:
        for need in needs_of_people(step):
            yield from ((group, step.step) for group in need.asked)


def _reasons(decision: Decision, step_id: str) -> str:
    step = next(each for each in decision.steps if each.step == step_id)
    return "\n".join(f"{step_id}: {reason.message}" for reason in step.verdict.reasons)


def _addressees(telling: Telling, reachable: Collection[str]) -> Iterator[str]:
    """A group by its own address, or by those of its members; and whoever hears everything."""
    yield from filter(reachable.__contains__, [telling.to] if telling.to in reachable else telling.or_to)
    if EVERYTHING in reachable:
        yield EVERYTHING


def _notice(name: str, telling: Telling, addressee: str, change: Change, decision: Decision) -> Notice:
    said: dict[str, Any] = telling.model_dump(exclude={"to", "or_to"})
    return Notice(
        id=name,
        addressee=addressee,
        change=change.id,
        decision=decision.id,
        service=change.request.service,
        environment=change.request.environment,
        commit=change.request.commit,
        outcome=decision.outcome,
        at_ns=decision.at_ns,
        **said,
    )

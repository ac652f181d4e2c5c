"""Whom a change waits for, and whether they stand as it believes. Waking it happens in the store."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from gate.domain.decision import Decision
from gate.domain.facts import Facts
from gate.domain.prerequisites import is_id, unasked


class Standing(NamedTuple):
    """How another change stands."""

    state: Literal["queued", "approved", "started", "open", "over"]
    """In line, holding its time, running, none of these, or done with."""
    since_ns: int | None = None
    """From when on it takes, or would take, its time."""


_OPEN = Standing("open")


def waits_on(facts: Facts, decision: Decision) -> tuple[str, ...]:
    """The changes whose end is reason to judge this one again at once."""
    if decision.outcome != "waiting":
        return ()
    open_ones = {one.change for one in facts.prerequisites if one.change and one.state in {"open", "started"}}
    return tuple(sorted({conflict.change for conflict in facts.conflicts} | open_ones))


def waits_for_asking(facts: Facts, decision: Decision) -> tuple[str, ...]:
    """What is reason to judge it again as soon as anybody asks for it; see `prerequisites.unasked`."""
    if decision.outcome != "waiting":
        return ()
    missing = [one.name for one in facts.prerequisites if one.change is None and not is_id(one.name)]
    return tuple(sorted(unasked(facts.change.environment, name) for name in missing))


def has_moved(facts: Facts, others: Iterable[str], standings: Mapping[str, Standing]) -> bool:
    """Whether any of the changes that it waits for stands otherwise by now than it was judged on.

    Word of that went out before it was known to wait.
    """
    believed = {one.change: Standing(one.state, one.since_ns) for one in facts.conflicts}
    return any(_has_moved(believed.get(other), standings.get(other, _OPEN)) for other in others)


def _has_moved(believed: Standing | None, standing: Standing) -> bool:
    if believed is None:
        return standing.state == "over"
    if (believed.state, standing.state) == ("approved", "started"):
        # It is in the way all the same, unless it started before its time; and when its approval would have lapsed, it
        # is looked at anyway.
        return believed.since_ns is not None and (standing.since_ns or 0) < believed.since_ns
    return standing != believed

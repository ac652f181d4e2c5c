"""What the calendar tells and what the step `freeze` of the default pack says are the same, at any instant.

The calendar's answers are advice, computed in Python; the verdict is Rego's, judged by the real engine on the facts of
each instant. Random calendars are asked at random instants and at both sides of every edge.
"""

import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from gate.adapters.opa.engine import LocalEngine
from gate.adapters.opa.limits import Limits
from gate.adapters.policy_repo.working_copy import read_working_copy
from gate.domain.assessment import Verdict
from gate.domain.calendar import Advisory, Calendar, Freeze, Maintenance, Window
from gate.domain.calendar_state import state_at
from gate.domain.change import Change
from gate.domain.gathering import gather, subject_of
from gate.domain.history import History
from gate.domain.instant import duration_ns, from_ns
from gate.domain.policy_set import PolicySet
from gate.domain.scope import Subject
from gate.domain.slots import REACH_NS, Wish, find_slots
from gate.ports import PolicyEngine
from tests.builders import AT_NS, DAY, HOUR, MINUTE, a_change, a_request
from tests.windows import maintenance

pytestmark = pytest.mark.anyio

PACK: Final = Path(__file__).parents[2] / "policies"
SEEDS: Final = range(8)
"""Calendars; each is asked at some forty instants."""
ZONES: Final = ("UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe")
MIXTURES: Final[tuple[list[type[Window]], ...]] = (
    [Freeze],
    [Maintenance],
    [Freeze, Maintenance, Maintenance, Advisory],
)
LENGTHS: Final = (timedelta(minutes=1), timedelta(hours=3), timedelta(days=2))


@dataclass(frozen=True)
class Judge:
    """The default pack on the real engine, with another calendar each time: windows reach it as facts alone."""

    pack: PolicySet
    engine: PolicyEngine

    async def verdict(self, calendar: Calendar, change: Change, at_ns: int) -> Verdict:
        facts = gather(change, replace(self.pack, calendar=calendar), History(), at_ns)
        return (await self.engine.assess(facts)).verdicts["freeze"]

    async def lets_in(self, calendar: Calendar, change: Change, at_ns: int) -> bool:
        return (await self.verdict(calendar, change, at_ns)).status == "satisfied"

    def subject(self, change: Change) -> Subject:
        return subject_of(change.request, self.pack.catalogue.service(change.request.service))


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def judge() -> AsyncIterator[Judge]:
    pack = read_working_copy(PACK)
    engine = LocalEngine.embedded(Limits(answer_s=10))
    try:
        assert not await engine.prepare(pack.bundle)
        await engine.activate(pack.revision)
        yield Judge(pack, engine)
    finally:
        await engine.close()


def a_calendar(chance: random.Random, **said: Any) -> Calendar:
    """Up to six windows around `AT_NS` that touch and overlap, more often than anybody's would."""
    kinds = chance.choice(MIXTURES)
    return Calendar([_window(chance, number, chance.choice(kinds), said) for number in range(chance.randint(1, 6))])


def _window(chance: random.Random, number: int, kind: type[Window], said: dict[str, Any]) -> Window:
    start = from_ns(AT_NS).replace(tzinfo=None, minute=0) + timedelta(hours=chance.randint(-72, 72))
    length = timedelta(hours=chance.choice([1, 2, 3, 8, 24, 30]))
    endless = kind is Freeze and chance.random() < 0.1
    rule = None if endless else chance.choice([None, None, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;COUNT=3"])
    fields = {
        "kind": kind.__name__,
        "name": f"w{number}",
        "start": _written(start),
        "end": None if endless else _written(start + length),
        "timezone": chance.choice(ZONES),
        "recurrence": rule,
        "overrun": chance.choice(["finish", "stop"]),
    }
    return kind.model_validate(fields | said)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def edges(calendar: Calendar, subject: Subject, length_ns: int) -> Iterator[int]:
    """Both sides of every start and end around `AT_NS`, and of what must be done by then."""
    for span, _ in calendar.touching(subject, AT_NS - 3 * DAY, AT_NS + 3 * DAY):
        for edge in (span.start_ns, span.end_ns):
            if edge is not None:
                yield from (edge - 1, edge, edge - length_ns, edge - length_ns + 1)


def instants(chance: random.Random, calendar: Calendar, subject: Subject, length_ns: int = 0) -> list[int]:
    near = sorted(set(edges(calendar, subject, length_ns)))
    return [
        *chance.sample(near, min(24, len(near))),
        *(AT_NS + chance.randint(-3 * DAY, 3 * DAY) for _ in range(8)),
        *(AT_NS + chance.randint(-3 * 24 * 60, 3 * 24 * 60) * MINUTE for _ in range(8)),
    ]


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_calendar_is_open_exactly_where_the_policy_lets_a_change_in(judge: Judge, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- no secret
    change = a_change()
    calendar, subject = a_calendar(chance, overrun="finish"), judge.subject(change)
    for at_ns in instants(chance, calendar, subject):
        state = state_at(calendar, subject, at_ns)
        assert state.is_open == await judge.lets_in(calendar, change, at_ns), f"at {from_ns(at_ns)}"


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_policy_turns_where_the_calendar_says_that_it_will(judge: Judge, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- no secret
    change = a_change()
    calendar, subject = a_calendar(chance, overrun="finish"), judge.subject(change)
    for at_ns in instants(chance, calendar, subject)[::4]:
        state = state_at(calendar, subject, at_ns)
        if (opens_ns := state.opening.at_ns) is not None:
            assert not await judge.lets_in(calendar, change, opens_ns - 1)
            assert await judge.lets_in(calendar, change, opens_ns)
        if (closes_ns := state.closing.at_ns) is not None:
            assert await judge.lets_in(calendar, change, closes_ns - 1)
            assert not await judge.lets_in(calendar, change, closes_ns)


async def test_a_maintenance_window_that_overlaps_itself_is_read_the_same(judge: Judge) -> None:
    usual = {"start": "2026-11-01T06:00", "end": "2026-11-02T12:00", "recurrence": "RRULE:FREQ=DAILY"}
    longer_than_a_day = maintenance(**usual, overrun="stop")
    calendar, length = Calendar([longer_than_a_day]), timedelta(hours=3)
    change = a_change(request=a_request(duration=length))
    for at_ns in range(AT_NS - DAY, AT_NS + DAY, HOUR):
        wish = Wish(at_ns, at_ns + DAY, duration_ns(length), duration_ns(length), 1)
        slots = find_slots(calendar, judge.subject(change), wish, ()).slots
        assert (slots[0].start_ns == at_ns) == await judge.lets_in(calendar, change, at_ns), f"at {from_ns(at_ns)}"


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_slot_begins_exactly_where_the_policy_lets_a_change_in(judge: Judge, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- no secret
    length = chance.choice(LENGTHS)
    change = a_change(request=a_request(duration=length))
    calendar, subject = a_calendar(chance), judge.subject(change)
    for at_ns in instants(chance, calendar, subject, duration_ns(length)):
        verdict = await judge.verdict(calendar, change, at_ns)
        wish = Wish(at_ns, at_ns + REACH_NS, duration_ns(length), duration_ns(length), 1)
        search = find_slots(calendar, subject, wish, ())
        starts_now = bool(search.slots) and search.slots[0].start_ns == at_ns
        assert starts_now == (verdict.status == "satisfied"), f"at {from_ns(at_ns)} for {length}"
        if verdict.status == "failed":
            assert not search.slots
        elif search.slots:
            await _holds(judge, calendar, change, at_ns, search.slots[0].start_ns)
            last_ns = search.slots[0].start_by_ns
            assert last_ns is None or await judge.lets_in(calendar, change, last_ns)
            assert last_ns is None or not await judge.lets_in(calendar, change, last_ns + 1)


async def _holds(judge: Judge, calendar: Calendar, change: Change, asked_ns: int, start_ns: int) -> None:
    assert await judge.lets_in(calendar, change, start_ns)
    assert start_ns == asked_ns or not await judge.lets_in(calendar, change, start_ns - 1)


async def test_both_sides_were_asked_often(judge: Judge) -> None:
    change = a_change()
    told = []
    for seed in SEEDS:
        chance = random.Random(seed)  # noqa: S311 -- no secret
        calendar, subject = a_calendar(chance, overrun="finish"), judge.subject(change)
        told += [state_at(calendar, subject, AT_NS + hours * HOUR).is_open for hours in range(-48, 48, 6)]
    assert min(sum(told), len(told) - sum(told)) > len(told) // 5

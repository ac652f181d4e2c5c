"""What looking ahead costs: the next slots over 90 days with 1,000 reservations on the service; the calendar's state.

The peer in the same run is a walk from minute to minute that asks of each whether the change could start there. Both
must find the same. Run by `make bench`. Prints a table and writes bench/out/slots.json.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.decision import Served, serving
from bench.house import LARGE, build_policy, service_name
from bench.load import FLAG_CHANGE, asks
from bench.past import Plan, reserve
from bench.report import save, table
from gate.adapters.policy_repo.working_copy import read_working_copy
from gate.adapters.sql.store import SqlStore
from gate.domain.calendar import Calendar, Freeze
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.prospect import Prospect
from gate.domain.recurrence import Span
from gate.domain.slots import MOST_SLOTS, REACH_NS, SlotSearch

MINUTE_NS = 60 * NANOSECOND_PER_SECOND
SERVICE = service_name(3)
RESERVATIONS = 1_000
EVERY_NS, FREE_NS = 129 * MINUTE_NS, 20 * MINUTE_NS
"""So that 1,000 fill the 90 days, and an hour is seldom free."""
LENGTH = timedelta(hours=1)
REPEATS = 40
CROWD = 10_000
"""Windows that all concern the service."""


def milliseconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median."""
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[repeats // 2] * 1000


def walk(prospect: Prospect, busy: Sequence[Span], now_ns: int) -> list[int]:
    """The naive peer: every minute of 90 days, asked one by one. The starts of free time."""
    end_ns = now_ns + REACH_NS
    subject = prospect.service.subject("production", "deploy")
    windows = [(span, w) for span, w in prospect.policy.calendar.touching(subject, now_ns, end_ns + REACH_NS)]
    freezes = [(span.start_ns, span.end_ns or end_ns, w.overrun) for span, w in windows if isinstance(w, Freeze)]
    length_ns = LENGTH // timedelta(microseconds=1) * 1000

    def could_start(moment: int) -> bool:
        done = moment + length_ns
        if any(one.start_ns < done and moment < (one.end_ns or end_ns) for one in busy):
            return False
        return not any(s < (done if o == "stop" else moment + 1) and moment < e for s, e, o in freezes)

    moments = range(now_ns, end_ns, MINUTE_NS)
    return [next(stretch) for free, stretch in groupby(moments, could_start) if free]


def crowded(prospect: Prospect, now_ns: int) -> Prospect:
    """The same service with ten thousand weekly freezes of its own."""
    start = time.strftime("%Y-%m-%dT00:00", time.gmtime(now_ns // NANOSECOND_PER_SECOND - 86_400))
    end = f"{start[:11]}00:30"
    fields = {"kind": "Freeze", "name": "w", "start": start, "end": end, "recurrence": "RRULE:FREQ=WEEKLY"}
    window = Freeze.model_validate(fields)
    many = [window.model_copy(update={"name": f"w{number}"}) for number in range(CROWD)]
    return replace(prospect, policy=replace(prospect.policy, calendar=Calendar(many)))


def over_http(gate: Served, path: str) -> float:
    """Milliseconds of an answer, median."""
    found: list[dict[str, Any]] = []
    taken = milliseconds(lambda: found.append(gate.client.get(f"{path}service={SERVICE}&environment=production")))
    assert all("service" in answer for answer in found), found[-1]
    return taken


def waiting_change(gate: Served) -> float:
    """Milliseconds to look at a change that waits, with the slots that it is offered."""
    answer = gate.client.post("/v1/changes", next(asks(FLAG_CHANGE, [SERVICE])))
    assert answer["decision"]["outcome"] == "waiting", answer["decision"]
    assert answer["next_slots"]
    return milliseconds(lambda: gate.client.get(f"/v1/changes/{answer['id']}"))


async def busy_in(database: Path, prospect: Prospect, now_ns: int) -> tuple[Sequence[Span], float]:
    """What the store tells of the 90 days, and in how many milliseconds."""
    store = await SqlStore.open(f"sqlite:///{database}")

    async def ask() -> Sequence[Span]:
        return await store.busy(prospect.question(now_ns), now_ns + REACH_NS)

    try:
        return await ask(), await _milliseconds(ask)
    finally:
        await store.close()


async def _milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[REPEATS // 2] * 1000


def measure(folder: Path) -> dict[str, float]:
    """A large house in which one service is booked out for 90 days."""
    policy, state = build_policy(replace(LARGE, past_changes=0), folder), folder / "state"
    with serving(policy, state) as gate:
        approved = gate.client.post("/v1/changes", next(asks(FLAG_CHANGE, [SERVICE])))
        assert approved["decision"]["outcome"] == "approved", approved["decision"]
    now_ns = time.time_ns() // MINUTE_NS * MINUTE_NS
    reserve(state / "gate.db", Plan(RESERVATIONS, [SERVICE], now_ns - EVERY_NS, EVERY_NS, FREE_NS))
    with serving(policy, state) as gate:
        http = {
            "http_slots_ms": over_http(gate, f"/v1/calendar/slots?count={MOST_SLOTS}&duration=PT1H&"),
            "http_state_ms": over_http(gate, "/v1/calendar?"),
            "http_waiting_ms": waiting_change(gate),
        }
    prospect = Prospect.of_service(read_working_copy(policy), SERVICE, "production").taking(LENGTH)
    busy, store_ms = asyncio.run(busy_in(state / "gate.db", prospect, now_ns))
    return http | compare(prospect, busy, now_ns) | {"store_ms": store_ms, "reservations": len(busy)}


def compare(prospect: Prospect, busy: Sequence[Span], now_ns: int) -> dict[str, float]:
    """The search and the walk, on the same reservations."""

    def search() -> SlotSearch:
        return prospect.slots(prospect.wish(now_ns, MOST_SLOTS), busy)

    begun = time.perf_counter()
    walked = walk(prospect, busy, now_ns)
    walk_ms = (time.perf_counter() - begun) * 1000
    found = search()
    assert [slot.start_ns for slot in found.slots] == walked, "the search and the walk disagree"
    crowd = crowded(prospect, now_ns)
    return {
        "slots": len(found.slots),
        "search_ms": milliseconds(search),
        "walk_ms": walk_ms,
        "crowded_state_ms": milliseconds(lambda: crowd.state_at(now_ns), 5),
    }


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder))
    told = {name: f"{value:.1f} ms" for name, value in figures.items()}
    table(
        f"90 days ahead, {figures['reservations']} reservations on the service, {figures['slots']} slots",
        [
            ("search alone", told["search_ms"], ""),
            ("store, all reservations of the service", told["store_ms"], ""),
            ("GET /v1/calendar/slots, all of it", told["http_slots_ms"], "≤ 50 ms"),
            ("peer: walk from minute to minute", told["walk_ms"], ""),
            ("a change that waits, with its slots", told["http_waiting_ms"], ""),
            ("GET /v1/calendar, large house", told["http_state_ms"], ""),
            (f"state, {CROWD} windows of the service itself", told["crowded_state_ms"], ""),
        ],
    )
    save("slots", {name: round(value, 2) for name, value in figures.items()})


if __name__ == "__main__":
    main()

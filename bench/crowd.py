"""What a decision costs in a crowd: over HTTP, beside 10,000 windows and 100,000 reservations of 2,000 services.

The peer is a small house with a few of each. Both gates serve at once and are asked in turn, so that whatever else the
machine does befalls both alike. Run by `make bench`. Prints a table and writes bench/out/crowd.json.
"""

import sqlite3
import tempfile
import time
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from bench.decision import WARM_UP, Served, serving
from bench.house import SMALL, House, build_policy, service_name
from bench.load import CODE_CHANGE, FLAG_CHANGE, Timing, asks, withdrawing
from bench.past import Plan, reserve
from bench.report import save, table
from gate.domain.instant import NANOSECOND_PER_SECOND

CROWDED = House("crowded", services=2_000, windows=10_000, past_changes=0)
RESERVATIONS = {SMALL: 20, CROWDED: 100_000}
TURNS = 400
MINUTE_NS = 60 * NANOSECOND_PER_SECOND
AHEAD_NS, EVERY_NS, FREE_NS = 180 * MINUTE_NS, 129 * MINUTE_NS, 20 * MINUTE_NS
"""They begin well after the changes that are measured: those wait for nobody."""
KINDS = {"approvals": FLAG_CHANGE, "reviews": CODE_CHANGE}


def names_of(house: House) -> list[str]:
    """Its services."""
    return [service_name(number) for number in range(house.services)]


def plan_ahead(house: House, policy: Path, state: Path) -> None:
    """Fill the store of a house with its reservations."""
    services = names_of(house)
    with serving(policy, state) as gate:
        model = gate.client.post("/v1/changes", next(asks(FLAG_CHANGE, services)))
    assert model["decision"]["outcome"] == "approved", model["decision"]
    now_ns = time.time_ns() // MINUTE_NS * MINUTE_NS
    reserve(state / "gate.db", Plan(RESERVATIONS[house], services, now_ns + AHEAD_NS, EVERY_NS, FREE_NS))
    with serving(policy, state) as gate:
        gate.client.post(f"/v1/changes/{model['id']}/withdraw", {})
    with sqlite3.connect(state / "gate.db") as connection:
        ((held,),) = connection.execute("SELECT count(*) FROM reservations")
    assert held == RESERVATIONS[house], held


def take_turns(gates: dict[House, Served], kind: dict[str, object]) -> dict[House, Timing]:
    """One change after the other, in each house in turn."""
    asked = {house: asks(kind, names_of(house)) for house in gates}
    taken: dict[House, list[tuple[float, str]]] = {house: [] for house in gates}
    for _ in range(WARM_UP + TURNS):
        for house, gate in gates.items():
            taken[house] += withdrawing(gate.client, islice(asked[house], 1))
    return {house: Timing.of(each[WARM_UP:], elapsed=1) for house, each in taken.items()}


def measure(folder: Path) -> dict[str, dict[House, Timing]]:
    """Both houses, by the kind of change."""
    with ExitStack() as stack:
        gates: dict[House, Served] = {}
        for house in RESERVATIONS:
            home, state = folder / house.name, folder / house.name / "state"
            home.mkdir()
            policy = build_policy(house, home)
            plan_ahead(house, policy, state)
            gates[house] = stack.enter_context(serving(policy, state))
        return {name: take_turns(gates, kind) for name, kind in KINDS.items()}


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    rows = []
    figures = {}
    for name, timings in found.items():
        small, crowded = (timings[house].percentile_ms(50) for house in (SMALL, CROWDED))
        outcomes = {house.name: timing.outcomes for house, timing in timings.items()}
        figures[name] = {"small_p50_ms": small, "crowded_p50_ms": crowded, "growth": crowded / small, **outcomes}
        rows.append((f"{name}, small and crowded, p50", f"{small:.1f}, {crowded:.1f} ms", ""))
        rows.append((f"{name}, growth", f"{crowded / small:.2f}", "≤ 1.3"))
    table(f"A decision beside {CROWDED.windows} windows and {RESERVATIONS[CROWDED]} reservations", rows)
    save("crowd", figures)


if __name__ == "__main__":
    main()

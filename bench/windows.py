"""What windows cost a decision: facts gathered with ten windows and with ten thousand, of which the same touch it.

All of them recur, hardly any names a service, and of the thousands none is open when the change is asked for.
"""

import gc
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.house import SMALL, House, build_policy, service_name, write
from bench.report import save, table
from gate.adapters.policy_repo.working_copy import read_working_copy
from gate.domain.change import Change, ChangeRequest
from gate.domain.gathering import gather
from gate.domain.history import History
from gate.domain.instant import to_ns
from gate.domain.policy_set import PolicySet

FEW, MANY = 10, 10_000
ROUNDS, EACH = 60, 30
NOON_NS = to_ns(datetime(2026, 11, 18, 12, tzinfo=UTC))
KINDS = {"freezes": ("Freeze",), "maintenance": ("Maintenance",), "all kinds": ("Freeze", "Maintenance", "Advisory")}
SCOPES = (
    "{}",
    "{environments: [production]}",
    '{services: ["*"], except: {services: [unit-00007]}}',
    '{services: ["unit-*"]}',
    "{owners: [team-payments]}",
    "{environments: [staging]}",
    "{labels: {cell: c%d}}",
    "{environments: [production], except: {labels: {cell: c%d}}}",
)
RULES = ("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
CHANGE = Change(
    id="chg_1",
    request=ChangeRequest(service=service_name(3), environment="production", commit="4f0c" * 10),
    requester="maria",
    asked_at_ns=NOON_NS,
)


def a_night(number: int, kinds: Sequence[str]) -> str:
    """A window that recurs at night, but for the first ten, which are the same in every house."""
    hour = 8 + number if number < FEW else (18 + number % 10) % 24
    scope = SCOPES[number % len(SCOPES)]
    return (
        f"kind: {kinds[number % len(kinds)]}\nname: night-{number:05d}\n"
        f"scope: {scope % number if '%d' in scope else scope}\n"
        f"start: 2026-01-05T{hour:02}:{number % 60:02}\nend: 2026-01-05T{hour:02}:59:30\n"
        f"recurrence: {RULES[number % len(RULES)]}\n"
    )


def policy_with(windows: int, kinds: Sequence[str], folder: Path) -> PolicySet:
    """A house with so many windows, looked ahead."""
    repository = build_policy(House("windows", services=SMALL.services, windows=0, past_changes=0), folder)
    write(repository / "calendar", [a_night(number, kinds) for number in range(windows)])
    policy = read_working_copy(repository, NOON_NS)
    policy.calendar.look_ahead(NOON_NS)
    return policy


def microseconds(policies: Sequence[PolicySet]) -> list[float]:
    """The best of many rounds for each, turn by turn, so that whatever else the machine does befalls all alike."""
    best = [float("inf")] * len(policies)
    for _ in range(ROUNDS):
        for place, policy in enumerate(policies):
            begun = time.thread_time()
            for _ in range(EACH):
                gather(CHANGE, policy, History(), NOON_NS)
            best[place] = min(best[place], (time.thread_time() - begun) / EACH * 1e6)
    return best


def main() -> None:
    """Measure and tell."""
    figures = {}
    rows = []
    for name, kinds in KINDS.items():
        with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
            policies = [policy_with(FEW, kinds, Path(small)), policy_with(MANY, kinds, Path(large))]
        told = [len(gather(CHANGE, policy, History(), NOON_NS).windows) for policy in policies]
        assert told[0] == told[1], told
        gc.collect()
        few, many = microseconds(policies)
        figures[name] = {"few_us": round(few), "many_us": round(many), "growth": round(many / few, 2)}
        rows.append((f"{name}: {FEW}, {MANY}", f"{few:.0f}, {many:.0f} µs", ""))
        rows.append((f"{name}: growth", f"{many / few:.2f}", "≤ 1.3"))
    table("Gathering facts beside windows that recur", rows)
    save("windows", figures)


if __name__ == "__main__":
    main()

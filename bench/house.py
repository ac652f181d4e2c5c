"""Houses of any size to measure in: a policy repository grown from the default pack, and a store with a past."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

PACK = Path(__file__).resolve().parent.parent / "policies"
DOCUMENTS_A_FILE = 50


@dataclass(frozen=True, slots=True)
class House:
    """How large the organisation is."""

    name: str
    services: int
    windows: int
    past_changes: int
    all_recur: bool = False
    """Whether every window recurs, and many name no service."""


SMALL = House("small", services=20, windows=50, past_changes=0)
LARGE = House("large", services=2_000, windows=5_000, past_changes=100_000)
RECURRING = House("recurring", services=20, windows=10_000, past_changes=0, all_recur=True)


def service_name(number: int) -> str:
    """The name of a generated service."""
    return f"unit-{number:05d}"


def build_policy(house: House, folder: Path) -> Path:
    """A git repository with the default pack and the generated services and windows, committed."""
    repository = folder / "policy"
    shutil.copytree(PACK, repository)
    window = _recurring_window if house.all_recur else _window
    write(repository / "services", [_service(number, house) for number in range(house.services)])
    write(repository / "calendar", [window(number, house) for number in range(house.windows)])
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", f"A {house.name} house"]):
        git(repository, *command)
    return repository


def git(repository: Path, *arguments: str) -> None:
    """Run git in a repository of our own making."""
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    subprocess.run(["git", "-C", str(repository), *identity, *arguments], check=True)  # noqa: S603, S607 -- our own words


def write(folder: Path, documents: list[str]) -> None:
    """Write documents into a folder, some to a file."""
    for start in range(0, len(documents), DOCUMENTS_A_FILE):
        part = documents[start : start + DOCUMENTS_A_FILE]
        (folder / f"generated-{start // DOCUMENTS_A_FILE:04d}.yaml").write_text("---\n".join(part))


def _service(number: int, house: House) -> str:
    depends = [service_name(n) for n in _near(number, house.services)]
    return (
        f"kind: Service\nname: {service_name(number)}\nowners: team-payments\ntier: {number % 4 + 1}\n"
        f"objective: revenue\ndepends_on: [{', '.join(depends)}]\ntimezone: Europe/Amsterdam\n"
    )


def _near(number: int, services: int) -> Iterator[int]:
    """A graph in which everybody leans on three others, whatever the size of the house."""
    for step in (1, 7, 13):
        yield (number + step) % services


def _window(number: int, house: House) -> str:
    """One in ten is for the whole environment, the others for one service; all lie within the years around now."""
    start = datetime(2026, 1, 1) + timedelta(hours=7 * number % 17_000)  # noqa: DTZ001 -- wall-clock time of a zone
    end = start + timedelta(hours=3)
    kind = "Advisory" if number % 10 == 0 else "Freeze"
    services = '"*"' if number % 10 == 0 else service_name(number * 31 % house.services)
    weekly = "recurrence: RRULE:FREQ=WEEKLY;COUNT=20\n" if number % 5 == 1 else ""
    return (
        f"kind: {kind}\nname: window-{number:05d}\ndescription: Generated.\n"
        f"scope: {{environments: [production], services: [{services}]}}\n"
        f"start: {start:%Y-%m-%dT%H:%M}\nend: {end:%Y-%m-%dT%H:%M}\ntimezone: Europe/Amsterdam\n{weekly}"
    )


def _recurring_window(number: int, house: House) -> str:
    """Of every kind, by every sort of rule, in several zones; three in four for more than one service."""
    start = datetime(2026, 1, 1) + timedelta(minutes=37 * number % 400_000)  # noqa: DTZ001 -- wall-clock time of a zone
    end = start + timedelta(hours=2 + number % 5)
    scope = (
        'services: ["unit-0*"]',
        "owners: [team-payments]",
        "",
        f"services: [{service_name(number % house.services)}]",
    )
    rules = ("FREQ=WEEKLY", "FREQ=DAILY", "FREQ=MONTHLY", "FREQ=YEARLY;COUNT=5", "FREQ=WEEKLY;UNTIL=20280101T000000")
    zones = ("Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Sydney")
    kind = ("Freeze", "Maintenance", "Advisory")[number % 3]
    return (
        f"kind: {kind}\nname: window-{number:05d}\ndescription: Generated.\n"
        f"scope: {{environments: [production], {scope[number % 4]}}}\n"
        f"start: {start:%Y-%m-%dT%H:%M}\nend: {end:%Y-%m-%dT%H:%M}\n"
        f"timezone: {zones[number % 7 % 4]}\nrecurrence: RRULE:{rules[number % 5]}\n"
    )

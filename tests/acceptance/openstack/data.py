"""The release requests of OpenStack as they were filed: where they lie, one row as one value, and what is odd in them.

Nothing here knows the gate. Which freezes bind a request is elsewhere: `schedule` for the gate, `oracle` beside it.
"""

import csv
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

_PROJECT: Final = Path(__file__).parents[3]
FOLDER: Final = Path(os.environ.get("GATE_TEST_DATA") or _PROJECT.parent / "shared" / "data") / "openstack"
"""Read in place, never copied; its README says what is what and whose it is."""
ABSENT: Final = f"there is no OpenStack data in {FOLDER}; GATE_TEST_DATA names the folder that holds openstack/"

INDEPENDENT: Final = "independent"
"""Outside the cycles; `_independent` in the data, which is no name for an environment."""
NO_SERIES: Final = "no-series"
"""Where a request goes that touches no series at all."""
_NO_CYCLES: Final = frozenset({"_independent", "series_status.yaml", "meiji"})
"""What the data calls a series: none, the name of a file, and somebody's test."""

Kind = Literal["release", "upkeep"]

_UPKEEP: Final = re.compile(
    r"highlight|release ?-?notes?|renos?\b|\beol\b|end.of.life|\bem\b|extended.maintenance|unmaintained|retire"
    r"|stubs?\b|deliverable files|creat\w* .*(branch|stable/)|creating stable|^(add |\[[\w-]+\] )?branch"
    r"|stable branch|stable/\w+ branch",
    re.IGNORECASE,
)
_RELEASE: Final = re.compile(r"(\[.*?\] *)?(final )?(new )?releases? (?!note|high)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """One row: one merged change of the release repository. Times are in UTC, whatever offset they were written in."""

    commit: str
    author: str
    written_at: datetime
    """By the author's clock; once it is after the merge."""
    merged_at: datetime
    series: str
    """Where it goes: the newest cycle that it names."""
    deliverables: tuple[str, ...]
    """At most the first ten of those touched."""
    touched: int
    subject: str
    speaks_of_exception: bool

    @property
    def deliverable(self) -> str:
        """What it is filed for: the first that it names."""
        return self.deliverables[0]

    @property
    def kind(self) -> Kind:
        """Whether it releases something, or only tends pages, branches and the ends of lives. Told by its subject."""
        upkeep = _UPKEEP.search(self.subject) and not _RELEASE.match(self.subject)
        return "upkeep" if upkeep else "release"


def read_schedules(folder: Path) -> Mapping[str, Any]:
    """Series → its calendar, as upstream writes it."""
    schedules: Mapping[str, Any] = json.loads((folder / "release_schedules.json").read_text(encoding="utf-8"))
    return schedules


def read_requests(folder: Path) -> list[Request]:
    """All requests, in the order of the instants at which they were merged; the file has them in that of history."""
    released = {series: str(schedule["release-week"]) for series, schedule in read_schedules(folder).items()}
    with (folder / "release_requests.csv").open(encoding="utf-8", newline="") as file:
        requests = [_request(row, released) for row in csv.DictReader(file)]
    return sorted(requests, key=lambda request: (request.merged_at, request.commit))


def _request(row: Mapping[str, str], released: Mapping[str, str]) -> Request:
    return Request(
        commit=row["commit"],
        author=row["author"],
        written_at=datetime.fromisoformat(row["author_ts"]).astimezone(UTC),
        merged_at=datetime.fromisoformat(row["merged_ts"]).astimezone(UTC),
        series=_home(row["series"].split(";"), released),
        deliverables=tuple(row["deliverables"].split(";")),
        touched=int(row["n_deliverables"]),
        subject=row["subject"],
        speaks_of_exception=row["mentions_exception"] == "1",
    )


def _home(named: Iterable[str], released: Mapping[str, str]) -> str:
    # Cycles without a schedule are older than all that have one, and among them the alphabet is the age.
    cycles = sorted(set(named) - _NO_CYCLES, key=lambda series: (released.get(series, ""), series))
    if cycles:
        return cycles[-1]
    return INDEPENDENT if "_independent" in named else NO_SERIES

"""The sections of docs/reference/policy.md on recurrence rules and on how much a revision may hold, from the code."""

import textwrap
from collections.abc import Iterator
from typing import Final

from gate.adapters.opa.portable import PORTABLE
from gate.adapters.policy_repo import git, listing, reading, strict_text, strict_yaml
from gate.application import policy_check
from gate.domain import extent, robot_lint
from gate.domain.calendar import MOST_DATES
from gate.domain.instant import YEARS
from gate.domain.rule import Rule
from gate.domain.scope import MOST_GLOBS

_MIB: Final = 1024 * 1024

_PARTS: Final = {
    "FREQ": "`YEARLY`, `MONTHLY`, `WEEKLY`, `DAILY` or `HOURLY`",
    "INTERVAL": "every how many of them, 1 to 1000",
    "COUNT": "how often in all, 1 to 5000; or `UNTIL`, not both",
    "UNTIL": "the last beginning, a local time such as `20261231T235959`",
    "BYMONTH": "months, 1 to 12",
    "BYMONTHDAY": "days of the month, 1 to 31, or -1 to -31 from its end; not weekly",
    "BYDAY": "`MO` to `SU`; with a number, such as `-1FR`, that one of the month or year: monthly and yearly only",
    "BYHOUR": "hours, 0 to 23",
    "BYSETPOS": "which of those that the other parts name, ±1 to ±366; monthly and yearly only",
    "WKST": "the day that begins a week, `MO` where nothing is said",
}
"""Every part that a rule may have. One that `Rule` has and that is missing here ends `make reference`."""

_BOUNDS: Final = {
    "a file that is read": f"{strict_text.MAX_FILE_BYTES // 1024} KiB",
    "all files that are read": f"{listing.MAX_TOTAL_BYTES // _MIB} MiB",
    "a file beside them": f"{listing.MAX_OTHER_BYTES // _MIB} MiB",
    "files and folders": f"{listing.MAX_ENTRIES:,}",
    "a path": f"{listing.MAX_PATH_BYTES} bytes, {listing.MAX_PATH_PARTS} parts",
    "the packed history": f"{git.Limits().file_bytes // _MIB:,} MiB",
    "documents in a file": f"{strict_yaml.MAX_DOCUMENTS:,}",
    "values in a document": f"{strict_yaml.MAX_EVENTS:,} YAML events; a text is one, a list or mapping two",
    "nesting in a document": f"{strict_yaml.MAX_DEPTH} levels; no anchors, aliases, tags or directives",
    "values in all": f"{reading.MAX_VALUES:,}",
    "Rego modules": f"{extent.MOST_MODULES:,}",
    "cases": f"{extent.MOST_CASES:,}",
    "lanes": f"{extent.MOST_LANES:,}",
    "robots": f"{extent.MOST_ROBOTS:,}; {robot_lint.MOST_ALIKE} that are bound to the same id",
    "windows that recur": f"{extent.MOST_RECURRING:,}",
    "`rdate`, `exdate` of a window": f"{MOST_DATES} dates each",
    "different globs": f"{MOST_GLOBS:,}",
    "times": f"in the years {YEARS[0]} to {YEARS[-1]}",
    "tests and cases together": f"{policy_check.PATIENCE_S:g} seconds",
}


_RECURRENCE: Final = """\
## Recurrence

`recurrence` is one RFC 5545 rule on the wall-clock time of `timezone`, such as `RRULE:FREQ=WEEKLY;BYDAY=SU`. `start`
must be one of its beginnings. `rdate` and `exdate` add beginnings and leave some out. A rule has these parts, each
once; whatever else RFC 5545 has is refused:

| part | what it takes |
|---|---|"""
_LIMITED: Final = """
## Bounds

A revision that holds more is rejected whole, with the file and line where it became too much.

| what | at most |
|---|---|"""
_MODULES: Final = """
Files are read if they end in `.yaml`, `.yml` or, below `rego/`, in `.rego`. Links and submodules are refused. A module
has no clock, network, chance or environment. Of OPA's functions it may use
"""


def sections() -> Iterator[str]:
    """Lines of Markdown."""
    yield _RECURRENCE
    yield from (f"| `{field.alias}` | {_PARTS[field.alias or '']} |" for field in Rule.model_fields.values())
    yield _LIMITED
    yield from (f"| {what} | {most} |" for what, most in _BOUNDS.items())
    yield _MODULES
    yield from textwrap.wrap(f"`{'` `'.join(sorted(PORTABLE))}`.", 120, break_on_hyphens=False)
    yield ""

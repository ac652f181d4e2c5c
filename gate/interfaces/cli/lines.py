"""Text for terminals and logs, a line at a time. What others wrote comes in here, and only as harmless text leaves.

Reasons, names and descriptions come from policy files, pipelines and problem documents. In a terminal, control
characters would move the cursor or recolour the screen; in a CI log, `##[name]` and its kin would be carried out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from gate.interfaces.readable import on_one_line

Style = Literal["", "bold", "green", "yellow", "cyan", "red", "dim"]

_COMMAND: Final = re.compile(r"##(?=[\w-]*\[)")
"""How CI servers recognise a command anywhere in a log line: `##[error]`, `##vso[task…]`, `##teamcity[…]`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and how it should look. Build it with `line`."""

    text: str
    style: Style = ""
    parts: tuple[tuple[int, int, Style], ...] = ()
    """Stretches of the text, from and until which character, that look otherwise."""


def clean(text: str) -> str:
    """The text on one line, with every character that is not for reading replaced."""
    return _COMMAND.sub("# #", on_one_line(text))


def line(text: str, style: Style = "", *, indent: int = 0) -> Line:
    """A line of clean text, moved in by so many steps."""
    # A line that begins with `::` is a command to GitHub's runner, whatever space precedes it.
    harmless = re.sub(r"^\s*::", ": :", clean(text))
    return Line("  " * indent + harmless.rstrip(), style)


def count(number: int, what: str) -> str:
    """Such as `1 file`, `3 files`."""
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def columns(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Each row with its cells aligned below each other; the last column is as wide as it likes."""
    cleaned = [[clean(cell) for cell in row] for row in rows]
    widths = [max(map(len, cells)) for cells in zip(*cleaned, strict=True)][:-1]
    for row in cleaned:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)), row[-1]])

"""The table of what became of the release requests, cycle by cycle, and of what kept them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.acceptance.openstack.judging import Answer


@dataclass(frozen=True)
class Summary:
    """A pytest plugin that shows a text at the end of the run."""

    title: str
    text: str

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Called by pytest."""
        terminalreporter.section(self.title)
        terminalreporter.write_line(self.text)


_ROW = "{:<12} {:>6} {:>9} {:>8} {:>7} {:>8}  {}"


def table(answers: Iterable[Answer]) -> str:
    """One line a series, by name, and their sum; `review` counts those that are held too."""
    by_series: dict[str, list[Answer]] = {}
    for answer in answers:
        by_series.setdefault(answer.request.series, []).append(answer)
    lines = [_ROW.format("series", "asked", "approved", "waiting", "review", "refused", "why")]
    lines += [_row(series, own) for series, own in sorted(by_series.items())]
    lines.append(_row("all", [answer for own in by_series.values() for answer in own]))
    return "\n".join(line.rstrip() for line in lines)


def _row(series: str, answers: Sequence[Answer]) -> str:
    outcomes = Counter(answer.decision.outcome for answer in answers)
    figures = (len(answers), *(outcomes[name] for name in ("approved", "waiting", "review", "refused")))
    return _ROW.format(series, *figures, ", ".join(_reasons(answers)))


def _reasons(answers: Sequence[Answer]) -> Iterator[str]:
    freezes = Counter(name[2:] for answer in answers for name in answer.held_by)
    yield from (f"{name} {number}" for name, number in freezes.most_common())
    looked_at = [answer.request for answer in answers if answer.decision.outcome == "review"]
    exceptions = sum(request.speaks_of_exception for request in looked_at)
    if exceptions:
        yield f"exception {exceptions}"
    if len(looked_at) > exceptions:
        yield f"large {len(looked_at) - exceptions}"

"""A month as text: told apart without colour, on the clock of the service, also where that jumps."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gate.domain.prospect import Prospect
from gate.domain.recurrence import resolve
from gate.interfaces.calendar_wire import ScheduleAnswer
from gate.interfaces.cli import calendar_drawing as drawing
from gate.interfaces.cli.lines import Line
from tests.builders import DAY
from tests.house import Fields, a_freeze, a_policy

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MARCH, OCTOBER, NOVEMBER = (datetime.fromisoformat(f"2026-{month}-01") for month in ("03", "10", "11"))


def prospect(*windows: Fields) -> Prospect:
    return Prospect.of_service(a_policy({"calendar/x.yaml": list(windows)}), "payments", "production")


def maintenance(**fields: Any) -> Fields:
    usual = {"kind": "Maintenance", "name": "nights", "start": "2026-11-02T22:00", "end": "2026-11-03T02:00"}
    return usual | {"timezone": "Europe/Amsterdam", "recurrence": "RRULE:FREQ=DAILY"} | fields


def advisory(**fields: Any) -> Fields:
    return {"kind": "Advisory", "name": "payday", "start": "2026-11-25T06:00", "end": "2026-11-25T16:00"} | fields


def text(lines: Iterator[Line]) -> list[str]:
    return [line.text for line in lines]


def drawn(*windows: Fields, month: datetime = NOVEMBER) -> list[str]:
    of = prospect(*windows)
    begin_ns = resolve(month, AMSTERDAM, "earliest")
    return text(drawing.lines(ScheduleAnswer.of(of, of.schedule(begin_ns, begin_ns + 33 * DAY)), month, drawing.ASCII))


def row(lines: list[str], day: int) -> str:
    return next(line for line in lines if line[4:6] == f"{day:02}" and line[6:8] == "  ")


def test_a_month_is_a_day_a_line_and_half_an_hour_a_character() -> None:
    lines = drawn()
    assert lines[0] == "payments in production, November 2026, Europe/Amsterdam"
    assert lines[1] == "        0     3     6     9     12    15    18    21"
    assert lines[2:32] == [f"{NOVEMBER + timedelta(days=day):%a %d}  {'.' * 48}" for day in range(30)]
    assert lines[33] == ".  open"


def test_a_freeze_is_drawn_on_the_clock_of_the_service_and_named_with_its_hours() -> None:
    lines = drawn(a_freeze(start="2026-11-02T09:10", end="2026-11-04T11:00"))
    assert row(lines, 2) == f"Mon 02  {'.' * 20}{'#' * 28}  stocktaking from 10:10"
    assert row(lines, 3) == f"Tue 03  {'#' * 48}  stocktaking"
    assert row(lines, 4) == f"Wed 04  {'#' * 24}{'.' * 24}  stocktaking until 12:00"
    assert "#  frozen" in lines


def test_time_outside_of_maintenance_is_told_apart_from_a_freeze() -> None:
    lines = drawn(maintenance(), a_freeze(start="2026-11-02T22:00", end="2026-11-03T00:00"))
    assert row(lines, 2).split()[2] == "-" * 44 + "==" + "##"
    assert row(lines, 3).split()[2] == "##" + "==" + "-" * 40 + "===="
    assert {"=  open for maintenance", "-  outside of maintenance", "#  frozen"} <= set(lines)


def test_an_advisory_is_drawn_over_open_time_only() -> None:
    lines = drawn(advisory(), a_freeze(start="2026-11-25T10:00", end="2026-11-25T11:00"))
    assert (
        row(lines, 25)
        == f"Wed 25  {'.' * 14}{'!' * 8}##{'!' * 10}{'.' * 14}  payday 07:00-17:00, stocktaking 11:00-12:00"
    )


@pytest.mark.parametrize(
    ("month", "day", "cells"),
    [
        (MARCH, 29, "...." + "  " + "." * 42),
        (OCTOBER, 25, "." * 48),
    ],
)
def test_half_an_hour_that_the_clock_leaves_out_is_blank(month: datetime, day: int, cells: str) -> None:
    assert row(drawn(month=month), day)[8:] == cells.rstrip()


def test_half_an_hour_that_comes_twice_shows_the_worse_of_both() -> None:
    first, second = (
        a_freeze(name=f"w{hour}", start=f"2026-10-25T0{hour}:00", end=f"2026-10-25T0{hour}:30") for hour in (0, 1)
    )
    for freeze in (first, second):
        assert row(drawn(freeze, month=OCTOBER), 25)[8:56] == "...." + "#" + "." * 43


def test_what_is_not_known_is_drawn_as_such() -> None:
    of = prospect()
    begin_ns = resolve(NOVEMBER, AMSTERDAM, "earliest")
    answer = ScheduleAnswer.of(of, of.schedule(begin_ns, begin_ns + 2 * DAY)).model_copy(update={"more_windows": 7})
    lines = text(drawing.lines(answer, NOVEMBER, drawing.ASCII))
    assert row(lines, 2)[8:56] == "." * 48
    assert row(lines, 3)[8:56] == "?" * 48
    assert "7 windows more are not told apart" in lines


def test_many_windows_on_one_day_are_counted() -> None:
    lines = drawn(*(a_freeze(name=f"w{number}") for number in range(5)))
    assert row(lines, 2).endswith("w0 10:00-13:00, w1 10:00-13:00, w2 10:00-13:00, 2 more")


def test_the_drawing_has_colour_where_time_is_not_open() -> None:
    of = prospect(a_freeze())
    begin_ns = resolve(NOVEMBER, AMSTERDAM, "earliest")
    answer = ScheduleAnswer.of(of, of.schedule(begin_ns, begin_ns + 33 * DAY))
    lines = list(drawing.lines(answer, NOVEMBER, drawing.UNICODE))
    (line,) = [line for line in lines if line.text.startswith("Mon 02")]
    assert line.parts == ((8 + 20, 8 + 26, "red"),)
    assert line.text[28:34] == "█" * 6

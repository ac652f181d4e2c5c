"""The calendar moved so that a day of the past is today: a gate that is served goes by the clock of the machine."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from tests.acceptance.openstack.data import Request
from tests.acceptance.openstack.schedule import Closure

SERIES: Final = "train"
THE_DAY: Final = date(2019, 9, 17)
"""A Tuesday in the middle of both library freezes of the cycle, so that midnight may pass while the test runs."""


def distance() -> timedelta:
    """From the day to today, in UTC."""
    return datetime.now(UTC).date() - THE_DAY


def moved(calendar: Iterable[Closure], by: timedelta) -> list[Closure]:
    """Every window as much later."""
    return [replace(closure, first=closure.first + by, last=closure.last + by) for closure in calendar]


def asked_on_the_day(requests: Iterable[Request], number: int) -> list[Request]:
    """The first requests of the cycle in its library freezes, each for another deliverable, as if filed that day.

    Another deliverable each, because a second change of one would wait for the first and not for a freeze.
    """
    noon = datetime.combine(THE_DAY, time(12), UTC)
    chosen: dict[str, Request] = {}
    for request in requests:
        if request.series == SERIES and request.merged_at > noon - timedelta(days=7):
            chosen.setdefault(request.deliverable, replace(request, merged_at=noon))
    return list(chosen.values())[:number]

"""Requests that nobody made: at the edges of a freeze, and for others at the same instant."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from tests.acceptance.openstack.data import Request

A_LIBRARY: Final = "tooz"
A_SERVICE: Final = "nova"
DELIVERABLE_OF: Final = {
    "key": "keystone",
    "oslo": "oslo.config",
    "openstackclient": "python-openstackclient",
} | {name: name for name in ("cinder", "glance", "horizon", "keystone", "manila", "nova", "trove")}
"""Every project that ever froze, as its freezes call it, and something that it delivers."""


def release_of(deliverable: str, series: str, at: datetime) -> Request:
    """Somebody releases it."""
    return Request(
        commit="0" * 40,
        author="P0000",
        written_at=at,
        merged_at=at,
        series=series,
        deliverables=(deliverable,),
        touched=1,
        subject=f"Release {deliverable} for {series}",
        speaks_of_exception=False,
    )


def begin_of(day: date) -> datetime:
    """Its first instant."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """The first instant that is no longer part of it."""
    return begin_of(day + timedelta(days=1))

"""Instants as people of a zone write them: on their own clock, with the weekday and the name of the offset."""

from datetime import datetime
from zoneinfo import ZoneInfo

from gate.domain.instant import to_ns


def local(written: str, zone: ZoneInfo) -> datetime:
    """An instant of an answer on the clock of a zone."""
    return datetime.fromisoformat(written).astimezone(zone)


def in_words(written: str, zone: ZoneInfo) -> str:
    """Such as `Tue 2026-12-01 14:00 CET`; with seconds where they are not whole minutes."""
    moment = local(written, zone)
    return moment.strftime("%a %Y-%m-%d %H:%M:%S %Z" if moment.second else "%a %Y-%m-%d %H:%M %Z")


def seconds_between(earlier: str, later: str) -> int:
    """Whole seconds."""
    return (to_ns(datetime.fromisoformat(later)) - to_ns(datetime.fromisoformat(earlier))) // 10**9

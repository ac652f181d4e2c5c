"""When cron fires, by walking minutes: written for these tests, and sharing nothing with what they test.

A field is `*`, or numbers, ranges and steps between commas. Both day fields restricted: either will do.
"""

from datetime import datetime

NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def fires(expression: str, at: datetime) -> bool:
    """Whether the expression fires in this minute of the wall clock."""
    minute, hour, month_day, month, weekday = expression.split()
    if at.second or not (_takes(minute, at.minute, 0) and _takes(hour, at.hour, 0) and _takes(month, at.month, 1)):
        return False
    by_date = _takes(month_day, at.day, 1)
    sunday_first = (at.weekday() + 1) % 7
    by_week = _takes(weekday, sunday_first, 0) or (sunday_first == 0 and weekday != "*" and _takes(weekday, 7, 0))
    return (by_date or by_week) if month_day != "*" and weekday != "*" else (by_date and by_week)


def _takes(text: str, number: int, least: int) -> bool:
    return any(_part(part, number, least) for part in text.split(","))


def _part(part: str, number: int, least: int) -> bool:
    span, _, step = part.partition("/")
    if span == "*":
        low, high = least, 99
    else:
        first, dash, last = span.partition("-")
        low = _number(first)
        high = _number(last) if dash else 99 if step else low
    return low <= number <= high and (number - low) % int(step or 1) == 0


def _number(text: str) -> int:
    return NAMES.index(text) if text in NAMES else int(text)

"""Hostile calendars and scopes: rules that never come true or never end, times out of reach, patterns that explode."""

from typing import Final

from tests.faults.hostile.attack import Attack

_START: Final = "2026-02-02T00:00"
_RULE_LINE: Final = 5
_AMSTERDAM: Final = "Europe/Amsterdam"
_FILE: Final = "calendar/traps.yaml"


def _window(name: str = "trap", start: str = _START, end: str = "2026-02-02T01:00", **fields: str) -> str:
    more = "".join(f"{field}: {value}\n" for field, value in fields.items())
    return f"kind: Freeze\nname: {name}\nstart: {start}\nend: {end}\n{more}"


def _rule(what: str, rule: str, says: str) -> Attack:
    return Attack.by_files(what, {_FILE: _window(recurrence=rule)}, says, line=_RULE_LINE, field="recurrence")


def _many_recurring(files: int) -> dict[str, str]:
    return {
        f"calendar/{file}.yaml": "---\n".join(_window(f"w{file}.{i}", recurrence="FREQ=DAILY") for i in range(800))
        for file in range(files)
    }


def _many_globs(files: int) -> dict[str, str]:
    def globs(file: int, window: int) -> str:
        return ", ".join(f"s{file}.{window}.{number}*" for number in range(300))

    return {
        f"calendar/{file}.yaml": "---\n".join(
            _window(f"w{file}.{window}", scope=f"{{services: [{globs(file, window)}]}}") for window in range(20)
        )
        for file in range(files)
    }


def _zone(what: str, zone: str) -> Attack:
    return Attack.by_files(what, {_FILE: _window(timezone=zone)}, "is not an IANA time zone", line=5, field="timezone")


def _starting(what: str, start: str, says: str) -> Attack:
    return Attack.by_files(what, {_FILE: _window(start=start)}, says, line=3, field="start")


def _ending(what: str, window: str, says: str) -> Attack:
    return Attack.by_files(what, {_FILE: window}, says, line=4, field="end")


def _scoped(what: str, glob: str) -> Attack:
    text = _window(scope=f'{{services: ["{glob}"]}}')
    return Attack.by_files(what, {_FILE: text}, "at most 200 characters", line=5, field="scope.services.0")


_NEVER: Final = "does not begin at the start"
_RULES: Final = (
    _rule("a yearly rule for 30 February", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", _NEVER),
    _rule("a daily rule for 30 February", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", _NEVER),
    _rule("a monthly rule for the 31st of June", "FREQ=MONTHLY;BYMONTH=6;BYMONTHDAY=31", _NEVER),
    _rule("a rule for another day each week than it starts", "FREQ=DAILY;INTERVAL=7;BYDAY=TU", _NEVER),
    _rule("a rule for every hour of another day", "FREQ=HOURLY;INTERVAL=168;BYDAY=TU", _NEVER),
    _rule("the nine hundredth Monday", "FREQ=YEARLY;BYDAY=MO;BYSETPOS=300", _NEVER),
    _rule("a rule for every second", "FREQ=SECONDLY", "more often than hourly"),
    _rule(
        "a rule for every minute of an hour",
        f"FREQ=DAILY;BYMINUTE={','.join(map(str, range(60)))}",
        "more often than hourly",
    ),
    _rule("every hour of two hundred years", "FREQ=HOURLY;COUNT=1753200", "COUNT"),
    _rule("a count of 5000 digits", f"FREQ=DAILY;COUNT={'9' * 5_000}", "COUNT"),
    _rule("a count that takes five thousand years", "FREQ=YEARLY;COUNT=5000", "reaches too far"),
    _rule("an interval of a million years", "FREQ=YEARLY;INTERVAL=1000000", "INTERVAL"),
    _rule("an interval of nothing", "FREQ=DAILY;INTERVAL=0", "INTERVAL"),
    _rule("an end that depends on today", "FREQ=DAILY;UNTIL=2", "UNTIL"),
    _rule("an end in another zone", "FREQ=DAILY;UNTIL=99991231T235959Z", "UNTIL"),
    _rule("hours without end", f"FREQ=DAILY;BYHOUR={','.join(['24'] * 50_000)}", "BYHOUR"),
    _rule("a second rule behind the first", '"FREQ=DAILY\\nRRULE:FREQ=DAILY"', "is not one RFC 5545 recurrence rule"),
    _rule("dates beside the rule", '"FREQ=DAILY\\nRDATE:20260203T000000"', "is not one RFC 5545 recurrence rule"),
    _rule("a rule that comes true again before the window is over, for ever", "FREQ=HOURLY", "closes for ever"),
    Attack.by_files(
        "two hundred years, every day",
        {_FILE: _window(start="1970-01-01T00:00", end="2199-12-31T00:00", recurrence="FREQ=DAILY")},
        "closes for ever",
        line=_RULE_LINE,
        field="recurrence",
    ),
    Attack.by_files(
        "more dates than anybody reads",
        {_FILE: _window(rdate=f"[{', '.join(['2026-02-03T00:00'] * 9_000)}]")},
        "at most 500 items",
        line=_RULE_LINE,
        field="rdate",
    ),
    Attack.by_files(
        "more windows that recur than anybody looks at",
        _many_recurring(26),
        "more than 20000 windows that recur",
        "calendar/9.yaml",
    ),
)

_OUT_OF_REACH: Final = "years 1970 to 2200"
_FAR_BYPASS: Final = """\
kind: Bypass
id: far
change: {service: payments, environment: production}
skip: [freeze]
reason: for ever
ticket: T-1
requested_by: eve
expires: 9999-12-31T23:59:59-23:59
"""
_FAR_CASE: Final = f"""\
kind: Cases
cases:
  - note: far
    at: 9999-12-31T23:59:59-23:59
    request: {{service: payments, environment: production, commit: {"4f0c" * 10}}}
    expect: {{outcome: approved}}
"""
_TIMES: Final = (
    _starting("a window in the year 9999", "9999-12-31T23:00", _OUT_OF_REACH),
    _starting("a window in the year 1", "0001-01-01T00:00", _OUT_OF_REACH),
    _starting("a window on a day that is not", "2026-02-30T00:00", "day is out of range"),
    _starting("a window of seconds since 1970", "1770000000", "must be a local time"),
    _ending("a freeze of a hundred years", _window(end="2126-02-02T00:00"), "longest_freeze"),
    _ending("a window that ends before it starts", _window(end="2026-02-01T00:00"), "is not after the start"),
    _ending(
        "a window that the clock jumps over",
        _window(start="2026-03-29T02:10", end="2026-03-29T02:20", timezone=_AMSTERDAM).replace("Freeze", "Maintenance"),
        "is empty in UTC",
    ),
    Attack.by_files(
        "a bypass without an end", {"bypasses/far.yaml": _FAR_BYPASS}, _OUT_OF_REACH, line=8, field="expires"
    ),
    Attack.by_files(
        "a case beyond the last year", {"cases/far.yaml": _FAR_CASE}, _OUT_OF_REACH, line=4, field="cases.0.at"
    ),
)

_ZONES: Final = (
    _zone("a zone that is a way to the passwords", "../../etc/passwd"),
    _zone("a zone that is an absolute path", "/etc/localtime"),
    _zone("a zone that each machine sets for itself", "localtime"),
    _zone("a zone with a NUL in its name", "Europe/Amsterdam%00"),
    _zone("a zone of a quarter megabyte", "Europe/" + "A" * 240_000),
)

_SCOPES: Final = (
    _scoped("a glob of 200 thousand brackets", "[" * 200_000),
    _scoped("a glob of 100 thousand stars", "*a" * 100_000),
    _scoped("a glob of 60 thousand sets", "[!a]" * 60_000),
    Attack.by_files(
        "more globs than anybody compiles", _many_globs(2), "more than 10000 different globs", "calendar/1.yaml"
    ),
)

ATTACKS: Final = (*_RULES, *_TIMES, *_ZONES, *_SCOPES)

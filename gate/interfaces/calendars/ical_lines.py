"""An iCalendar file as lines, within bounds: its events, and what else is in it. RFC 5545, 3.1 and 3.6.

Reading is forgiving where the meaning is plain (line ends, blank lines, no DTSTAMP) and never leaves out in silence.
Time zones are known by name, so the rules that a VTIMEZONE writes out are not looked at.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from icalendar.parser import Contentline, unescape_backslash

from gate.domain.errors import CallerError
from gate.domain.finding import Finding
from gate.interfaces.calendars.conversion import MAX_WINDOWS, InexpressibleError, Source

_MOST_LINES: Final = 100_000
_LONGEST_LINE: Final = 65_536
_DEEPEST: Final = 8
_MOST_FAULTS: Final = 100
_MOST_OF_AN_EVENT: Final = 2_000
"""Lines."""
_NAME: Final = re.compile(r"[A-Z0-9-]+")
_BREAK: Final = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Property:
    """A line: its name and parameters in capitals, its value as it is written."""

    name: str
    parameters: dict[str, str]
    value: str
    line: int

    @property
    def text(self) -> str:
        """A value of type TEXT, without its escapes (RFC 5545, 3.3.11)."""
        return str(unescape_backslash(self.value))


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    inside: Counter[str] = field(default_factory=Counter)
    """How many components of which name it has."""

    def all(self, name: str) -> list[Property]:
        """Every line of that name."""
        return [one for one in self.properties if one.name == name]

    def one(self, name: str) -> Property | None:
        """The line of that name, if there is one. InexpressibleError if there are several."""
        found = self.all(name)
        if len(found) > 1:
            raise InexpressibleError(f"{name} is written {len(found)} times")
        return found[0] if found else None

    def text(self, name: str) -> str:
        """The text of the first line of that name, `""` without."""
        found = self.all(name)
        return found[0].text if found else ""


@dataclass(slots=True)
class File:
    """An iCalendar file."""

    events: list[Component] = field(default_factory=list)
    zones: dict[str, str] = field(default_factory=dict)
    """TZID of each VTIMEZONE, and the IANA zone that it says it is: `""` if it does not say."""
    calendar: Component = field(default_factory=lambda: Component("VCALENDAR", 0))
    findings: list[Finding] = field(default_factory=list)


def read(path: str, text: str) -> File:
    """The file. CallerError for what is no iCalendar, or too much of it."""
    file = File()
    stack: list[Component] = []
    for number, line in _unfolded(path, text):
        try:
            one = _property(line, number)
        except ValueError:
            file.findings.append(Source(path, number).lost(f"{line[:60]!r} is no line of an iCalendar file"))
            if len(file.findings) > _MOST_FAULTS:
                raise _too_much(path, number, f"more than {_MOST_FAULTS} lines that cannot be read") from None
            continue
        if one.name == "BEGIN":
            _begin(path, one, stack)
        elif one.name == "END":
            _end(path, one, stack, file)
        elif stack:
            stack[-1].properties.append(one)
            if len(stack[-1].properties) > _MOST_OF_AN_EVENT:
                raise _too_much(path, number, f"{stack[-1].name} has more than {_MOST_OF_AN_EVENT} lines")
    if stack or not file.calendar.line:
        raise CallerError(
            f"{path} is no iCalendar file, or ends before it should",
            hint="It begins with BEGIN:VCALENDAR and ends with END:VCALENDAR.",
        )
    return file


def _unfolded(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Content lines with the number of their first: a line that begins with a blank goes on with the one before."""
    started, parts, size = 0, [""], 0
    for number, line in enumerate(_BREAK.split(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")), start=1):
        if number > _MOST_LINES:
            raise _too_much(path, number, f"more than {_MOST_LINES} lines")
        if line[:1] in {" ", "\t"} and started:
            parts.append(line[1:])
            size += len(line)
        else:
            if any(parts):
                yield started, "".join(parts)
            started, parts, size = number, [line], len(line)
        if size > _LONGEST_LINE:
            raise _too_much(path, number, f"a line of more than {_LONGEST_LINE} characters")
    if any(parts):
        yield started, "".join(parts)


def _property(line: str, number: int) -> Property:
    name, parameters, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]  # not all of it has types
    if not _NAME.fullmatch(name.upper()):
        raise ValueError(name)
    return Property(name.upper(), {key.upper(): _joined(said) for key, said in parameters.items()}, value, number)


def _joined(said: object) -> str:
    return ",".join(map(str, said)) if isinstance(said, list) else str(said)


def _begin(path: str, one: Property, stack: list[Component]) -> None:
    name = one.value.strip().upper()
    if len(stack) >= _DEEPEST:
        raise _too_much(path, one.line, f"components nested deeper than {_DEEPEST}")
    if not stack and name != "VCALENDAR":
        raise CallerError(f"{path}:{one.line}: {name[:40]} stands outside of a VCALENDAR", hint="Is it iCalendar?")
    if stack:
        stack[-1].inside[name] += 1
    stack.append(Component(name, one.line))


def _end(path: str, one: Property, stack: list[Component], file: File) -> None:
    name = one.value.strip().upper()
    if not stack or stack[-1].name != name:
        raise CallerError(f"{path}:{one.line}: END:{name[:40]} ends nothing that has begun", hint="Mend the file.")
    component = stack.pop()
    match component.name:
        case "VCALENDAR":
            # A file may hold several; what a later one says of itself counts for itself only, and is rare.
            file.calendar = component if not file.calendar.line else file.calendar
        case "VEVENT":
            file.events.append(component)
            if len(file.events) > MAX_WINDOWS:
                raise _too_much(path, one.line, f"more than {MAX_WINDOWS} events")
        case "VTIMEZONE":
            file.zones[component.text("TZID")] = component.text("X-LIC-LOCATION")
        case "VALARM" | "STANDARD" | "DAYLIGHT":
            pass  # an alarm closes nothing, and is counted with its event
        case other:
            message = f"{other[:40]} is no event and is left out"
            file.findings.append(Source(path, component.line).noted(message, "Only events become windows."))


def _too_much(path: str, line: int, what: str) -> CallerError:
    return CallerError(f"{path}:{line}: {what}", hint="Import a smaller part of the calendar.")

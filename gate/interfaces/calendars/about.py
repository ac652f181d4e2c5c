"""What whoever imports says of all windows of a foreign calendar, because the calendar itself cannot."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from gate.interfaces.calendars.coordinates import Coordinates, Scope, within

Kind = Literal["Freeze", "Maintenance", "Advisory"]

FROM_THE_BEGINNING: Final = date(2020, 1, 1)
"""From when on a window holds of which nobody knows since when: cron has no first day."""


@dataclass(frozen=True, slots=True)
class About:
    """Kind, scope, zone and first day, where the calendar does not say them."""

    kind: Kind = "Freeze"
    environments: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    prefix: str = ""
    """How every name begins, so that names of several calendars stay apart."""
    timezone: str | None = None
    since: date = FROM_THE_BEGINNING
    coordinates: Coordinates = field(default_factory=Coordinates)
    """For Argo CD."""
    pairs: tuple[tuple[str, str], ...] = ()
    """For iCalendar: from the event that matches the one to the next that matches the other is a window."""
    only: tuple[str, ...] = ()
    """For iCalendar: globs of the summaries of the events to look at, all without one."""

    @property
    def scope(self) -> Scope:
        """The scope of a window that has none of its own."""
        named: Mapping[str, Sequence[str]] = {"environments": self.environments, "services": self.services}
        return {name: list(globs) for name, globs in named.items() if globs}

    def scoped(self, scopes: Iterable[Scope]) -> Iterator[Scope]:
        """Of the scopes that a calendar has, what is inside this one."""
        for scope in scopes:
            joined = within(scope, self.scope)
            if all(joined[name] for name in self.scope):
                yield {name: joined[name] for name in _COORDINATES if name in joined}


def ordered(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a window in the order in which people write them, without empty ones."""
    return {name: fields[name] for name in _ORDER if fields.get(name) not in (None, "", [], {})}


_COORDINATES: Final = ("environments", "services", "kinds", "owners", "objectives", "labels", "except")
_ORDER: Final = (
    "kind",
    "name",
    "description",
    "scope",
    "start",
    "end",
    "timezone",
    "recurrence",
    "rdate",
    "exdate",
    "overrun",
)

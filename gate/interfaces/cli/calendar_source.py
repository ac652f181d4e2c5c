"""Where answers about time come from: a running gate, or policy files, which know nothing of other changes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from pydantic import BaseModel

from gate.domain.instant import rfc3339
from gate.domain.prospect import Prospect
from gate.domain.schedule import DAY_NS
from gate.interfaces.calendar_wire import FROM_FILES, CalendarAnswer, ScheduleAnswer, SlotsAnswer
from gate.interfaces.cli.gate_client import GateClient, Reply

M = TypeVar("M", bound=BaseModel)


class CalendarSource(Protocol):
    """Answers about the time of one service in one environment. Instants left out are now."""

    def state(self, at_ns: int | None) -> Reply[CalendarAnswer]:
        """Open or closed. GateError."""

    def slots(self, duration: timedelta | None, count: int, from_ns: int | None) -> Reply[SlotsAnswer]:
        """The next slots. GateError."""

    def schedule(self, from_ns: int, days: int) -> Reply[ScheduleAnswer]:
        """Open and closed time. GateError."""


@dataclass(frozen=True, slots=True)
class OfGate:
    """Asks a running gate."""

    url: str
    whose: Mapping[str, str]
    """The parameters that say whose time it is."""

    def state(self, at_ns: int | None) -> Reply[CalendarAnswer]:
        """Open or closed."""
        return self._ask(CalendarAnswer, "", at=_written(at_ns))

    def slots(self, duration: timedelta | None, count: int, from_ns: int | None) -> Reply[SlotsAnswer]:
        """The next slots."""
        length = None if duration is None else f"PT{duration // timedelta(seconds=1)}S"
        return self._ask(SlotsAnswer, "/slots", duration=length, count=str(count), **{"from": _written(from_ns)})

    def schedule(self, from_ns: int, days: int) -> Reply[ScheduleAnswer]:
        """Open and closed time."""
        return self._ask(ScheduleAnswer, "/schedule", days=str(days), **{"from": _written(from_ns)})

    def _ask(self, model: type[M], path: str, **params: str | None) -> Reply[M]:
        given = {name: value for name, value in params.items() if value is not None}
        with GateClient.at(self.url) as client:
            return client.calendar(model, path, {**self.whose, **given})


@dataclass(frozen=True, slots=True)
class OfFiles:
    """Reads policy files."""

    prospect: Prospect

    def state(self, at_ns: int | None) -> Reply[CalendarAnswer]:
        """Open or closed."""
        at_ns = time.time_ns() if at_ns is None else at_ns
        return _reply(CalendarAnswer.of(self.prospect, self.prospect.state_at(at_ns), FROM_FILES))

    def slots(self, duration: timedelta | None, count: int, from_ns: int | None) -> Reply[SlotsAnswer]:
        """The next slots, as if no other change were under way."""
        prospect = self.prospect.taking(duration)
        wish = prospect.wish(time.time_ns(), count, from_ns)
        return _reply(SlotsAnswer.of(prospect, prospect.slots(wish, busy=()), FROM_FILES))

    def schedule(self, from_ns: int, days: int) -> Reply[ScheduleAnswer]:
        """Open and closed time."""
        found = self.prospect.schedule(from_ns, from_ns + days * DAY_NS)
        return _reply(ScheduleAnswer.of(self.prospect, found, FROM_FILES))


def _written(instant_ns: int | None) -> str | None:
    return None if instant_ns is None else rfc3339(instant_ns)


def _reply(said: M) -> Reply[M]:
    return Reply(said, said.model_dump_json(by_alias=True))

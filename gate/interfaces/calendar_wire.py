"""What goes over the wire about time: the state of the calendar, its schedule, and the next slots. See also `wire`."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from gate.domain.assessment import Reason
from gate.domain.calendar import Overrun
from gate.domain.calendar_state import CalendarState, Says, Voice
from gate.domain.facts import WindowKind
from gate.domain.instant import YEARS, rfc3339, to_ns
from gate.domain.prospect import Prospect
from gate.domain.schedule import Occurrence, Schedule
from gate.domain.slots import SlotSearch
from gate.interfaces.wire import SlotAnswer
from gate.interfaces.wire_base import Wire, instant

ADVICE: Final = (
    "Advice, as of now, from windows and from what other changes hold. "
    "Whether a change may go ahead, the decision about it alone says."
)
FROM_FILES: Final = (
    "Advice from policy files alone: freezes that were pressed and changes that were asked for are not known here. "
    "Whether a change may go ahead, the decision about it alone says."
)

MOST_TOLD: Final = 1_000
"""Windows, and closed stretches, in one answer."""

_WRITTEN: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _instant(value: object) -> int:
    """Nanoseconds of RFC 3339; in what is told in nanoseconds, those below a microsecond are cut off."""
    if not isinstance(value, str) or not _WRITTEN.fullmatch(value):
        raise PydanticCustomError("instant", "must be a time with an offset, such as 2026-11-27T20:00:00Z")
    try:
        moment = datetime.fromisoformat(value)
        if moment.year in YEARS:
            return to_ns(moment)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError("instant", "is no time that there is") from error
    raise PydanticCustomError("instant", f"must lie in the years {YEARS[0]} to {YEARS[-1]}")


InstantAsked = Annotated[
    int, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"}), PlainSerializer(rfc3339)
]
"""An instant in a question: RFC 3339 with an offset. Inside it is nanoseconds."""


class Whose(Wire):
    """What every answer about time begins with: whose time it is, and what the answer rests on."""

    service: str
    environment: str
    kind: str
    """The kind of change that is asked about; a window may be for some kinds only."""
    timezone: str
    """The zone of the service, for whoever shows these instants to people."""
    revision: str
    """The commit of the policy repository that was read."""
    note: str

    @staticmethod
    def said_of(prospect: Prospect, note: str) -> dict[str, str]:
        """These fields."""
        request = prospect.change.request
        return {
            "service": request.service,
            "environment": request.environment,
            "kind": request.kind,
            "timezone": prospect.service.timezone,
            "revision": prospect.policy.revision,
            "note": note,
        }


class VoiceAnswer(Wire):
    """A window that speaks at the instant, and what it says."""

    says: Says
    """A freeze `closes`; a maintenance window `opens`, `would_open` later or `never_opens`; an advisory is `shown`."""
    name: str
    kind: WindowKind
    description: str
    start: str | None
    end: str | None
    """Null with a start: no known end."""

    @classmethod
    def of(cls, voice: Voice) -> Self:
        """From the domain."""
        return cls(
            says=voice.says,
            name=voice.name,
            kind=voice.kind,
            description=voice.description,
            start=instant(voice.start_ns),
            end=instant(voice.end_ns),
        )


class CalendarAnswer(Whose):
    """The state of the calendar at an instant."""

    at: str
    state: Literal["open", "closed"]
    reasons: tuple[Reason, ...]
    windows: tuple[VoiceAnswer, ...]
    """Those that speak; the first thousand."""
    next_opening: str | None
    """When closed time ends next: the present one or the next. Null: nobody knows."""
    next_opening_because: str
    """What opens it, or why nobody knows."""
    next_closing: str | None
    """When closed time begins next. Null: nobody knows."""
    next_closing_because: str
    known_until: str
    """So far was looked."""

    @classmethod
    def of(cls, prospect: Prospect, state: CalendarState, note: str = ADVICE) -> Self:
        """From the domain."""
        return cls(
            **cls.said_of(prospect, note),
            at=rfc3339(state.at_ns),
            state="open" if state.is_open else "closed",
            reasons=state.reasons[:MOST_TOLD],
            windows=tuple(VoiceAnswer.of(voice) for voice in state.voices[:MOST_TOLD]),
            next_opening=instant(state.opening.at_ns),
            next_opening_because=state.opening.because,
            next_closing=instant(state.closing.at_ns),
            next_closing_because=state.closing.because,
            known_until=rfc3339(state.known_until_ns),
        )


class SlotsAnswer(Whose):
    """The next spans in which a change would pass."""

    duration: timedelta
    searched_from: str
    searched_until: str
    slots: tuple[SlotAnswer, ...]
    """In order; fewer than asked for where no more were found until `searched_until`."""

    @classmethod
    def of(cls, prospect: Prospect, search: SlotSearch, note: str = ADVICE) -> Self:
        """From the domain."""
        return cls(
            **cls.said_of(prospect, note),
            duration=prospect.duration,
            searched_from=rfc3339(search.from_ns),
            searched_until=rfc3339(search.until_ns),
            slots=tuple(SlotAnswer.of(slot) for slot in search.slots),
        )


class StretchAnswer(Wire):
    """Closed time."""

    start: str
    end: str | None
    """Null: not within the schedule."""


class OccurrenceAnswer(Wire):
    """A window in one of its spans."""

    name: str
    kind: WindowKind
    description: str
    start: str
    end: str | None
    """Null: no known end."""
    overrun: Overrun

    @classmethod
    def of(cls, one: Occurrence) -> Self:
        """From the domain."""
        return cls(
            name=one.name,
            kind=one.kind,
            description=one.description,
            start=rfc3339(one.span.start_ns),
            end=instant(one.span.end_ns),
            overrun=one.overrun,
        )


class ScheduleAnswer(Whose):
    """Open and closed time, and the windows that make it so."""

    start: str
    end: str
    """So far is known; earlier than asked for where the calendar is too crowded to be told whole."""
    only_in_maintenance: bool
    """Whether a maintenance window covers the service, so that all time outside of one is closed."""
    closed: tuple[StretchAnswer, ...]
    """The rest is open."""
    windows: tuple[OccurrenceAnswer, ...]
    """By start; the first thousand."""
    more_windows: Annotated[int, Field(ge=0)]
    """Those that are not told."""

    @classmethod
    def of(cls, prospect: Prospect, schedule: Schedule, note: str = ADVICE) -> Self:
        """From the domain."""
        told, more = schedule.closed[:MOST_TOLD], schedule.closed[MOST_TOLD:]
        windows = schedule.occurrences
        return cls(
            **cls.said_of(prospect, note),
            start=rfc3339(schedule.begin_ns),
            end=rfc3339(more[0].start_ns if more else schedule.until_ns),
            only_in_maintenance=schedule.is_covered,
            closed=tuple(StretchAnswer(start=rfc3339(one.start_ns), end=instant(one.end_ns)) for one in told),
            windows=tuple(OccurrenceAnswer.of(one) for one in windows[:MOST_TOLD]),
            more_windows=max(0, len(windows) - MOST_TOLD),
        )

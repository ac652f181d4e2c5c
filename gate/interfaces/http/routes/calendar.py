"""`/v1/calendar`: is a service's time open, when does that change, and when would a change pass next. Advice only."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from gate.domain.catalogue import Positive
from gate.domain.prospect import OFFERED, USUAL_KIND, Prospect
from gate.domain.schedule import DAY_NS
from gate.domain.slots import MOST_SLOTS
from gate.interfaces.calendar_wire import CalendarAnswer, InstantAsked, ScheduleAnswer, SlotsAnswer
from gate.interfaces.http.caller import Reader, TheGate
from gate.interfaces.http.documented import problems

router = APIRouter(prefix="/v1/calendar", tags=["calendar"])

_NAME: Final = r"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$"
_INSTANT: Final = "RFC 3339 with an offset; now where none is given."
_LENGTH: Final = "ISO 8601, such as PT2H; as long as the service's changes usually take where nothing is said."

Service = Annotated[str, Query(pattern=_NAME, description="Whose time.", examples=["payments"])]
Environment = Annotated[str, Query(pattern=_NAME, description="Where.", examples=["production"])]
Kind = Annotated[str, Query(pattern=_NAME, description="Kind of change; a window may be for some only.")]
At = Annotated[InstantAsked | None, Query(description=_INSTANT)]
From = Annotated[InstantAsked | None, Query(alias="from", description=_INSTANT)]
Duration = Annotated[Positive | None, Query(description=_LENGTH)]
Count = Annotated[int, Query(ge=1, le=MOST_SLOTS, description="How many slots.")]
Days = Annotated[int, Query(ge=1, le=100, description="How many days of 24 hours.")]


async def _asked(
    caller: Reader, gate: TheGate, service: Service, environment: Environment, kind: Kind = USUAL_KIND
) -> Prospect:
    caller.demand_change(service, environment)
    return gate.lookahead.prospect(service, environment, kind)


Asked = Annotated[Prospect, Depends(_asked)]


@router.get("", response_description="Open or closed, and why", responses=problems(422))
async def state(asked: Asked, gate: TheGate, at: At = None) -> CalendarAnswer:
    """Whether a service's time is open or closed at an instant, which windows say so, and when that changes.

    Closed time whose end nobody knows has no `next_opening`. This is advice: the decision about a change alone decides.
    """
    return CalendarAnswer.of(asked, await gate.lookahead.state(asked, at))


@router.get("/slots", response_description="The slots", responses=problems(422))
async def slots(
    asked: Asked, gate: TheGate, duration: Duration = None, count: Count = OFFERED, from_: From = None
) -> SlotsAnswer:
    """The next spans, up to 90 days ahead, in which windows and other changes would let a change of the service pass.

    Nothing is reserved by it: ask, or let a change that waits go on by itself, when it begins.
    """
    prospect = asked.taking(duration)
    return SlotsAnswer.of(prospect, await gate.lookahead.slots(prospect, count, from_))


@router.get("/schedule", response_description="The schedule", responses=problems(422))
async def schedule(asked: Asked, gate: TheGate, from_: From = None, days: Days = 31) -> ScheduleAnswer:
    """Open and closed time of a service from an instant on, with the windows that make it so; for drawing."""
    begin_ns = gate.clock.now_ns() if from_ is None else from_
    return ScheduleAnswer.of(asked, await gate.lookahead.schedule(asked, begin_ns, begin_ns + days * DAY_NS))

"""`/v1/calendar.ics`: windows and pressed freezes as a feed that calendar programs subscribe to."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from gate.domain.errors import NoPolicyError
from gate.domain.naming import Name
from gate.domain.policy_set import PolicySet
from gate.domain.reach import Known, Reach
from gate.domain.red_button import PressedFreeze
from gate.interfaces.calendars import ical_export
from gate.interfaces.http.caller import Reader, TheGate
from gate.interfaces.http.documented import Responses, problems
from gate.interfaces.http.entity_tags import IfNoneMatch, names

router = APIRouter(tags=["calendar"])

ServiceName = Annotated[Name | None, Query(description="Only windows that may hold for this service")]
EnvironmentName = Annotated[Name | None, Query(description="Only windows that may hold for this environment")]

_ETAG = {
    "ETag": {
        "schema": {"type": "string"},
        "description": "The policy revision, what was asked for and what is pressed, quoted",
    }
}
_FEED: Responses = {
    200: {
        "description": "An iCalendar document (RFC 5545)",
        "content": {"text/calendar": {"schema": {"type": "string"}}},
        "headers": _ETAG,
    },
    304: {"description": "Not modified", "headers": _ETAG},
}
_LATER = "Ask again once /readyz answers 200."
_MOST_KEPT = 16


class Feeds:
    """Feeds of the active revision that were written once: subscribers ask for the same few again and again.

    One that has become another by a press or a thaw is written anew.
    """

    def __init__(self) -> None:
        self._revision = ""
        self._texts: dict[str, str] = {}

    async def of(self, policy: PolicySet, known: Known, pressed: Sequence[PressedFreeze], tag: str) -> str:
        """The feed of what may hold for changes of which this is known. `tag` tells it from every other."""
        if policy.revision != self._revision:
            self._revision, self._texts = policy.revision, {}
        texts = self._texts
        text = texts.get(tag)
        if text is None:
            # A large calendar takes a second to write, and nobody else should wait for that.
            text = await asyncio.to_thread(_written, policy, known, pressed)
            if len(texts) >= _MOST_KEPT:
                texts.pop(next(iter(texts)))
            texts[tag] = text
        return text


def _feeds(request: Request) -> Feeds:
    feeds: Feeds = request.app.state.feeds
    return feeds


@router.get("/v1/calendar.ics", response_class=Response, responses=_FEED | problems(422))
async def feed(
    _: Reader,
    gate: TheGate,
    feeds: Annotated[Feeds, Depends(_feeds)],
    service: ServiceName = None,
    environment: EnvironmentName = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The freezes, maintenance windows and advisories of the active revision, and pressed freezes that hold.

    For calendar programs.
    """
    policy = gate.active.policy
    if policy is None:
        raise NoPolicyError("no policy revision is active yet", hint=gate.active.trouble or _LATER)
    known = Known.of(policy.catalogue, service, environment)
    pressed = [each for each in await gate.red_button.freezes(holding=True) if _is_told(each, policy, known)]
    tag = _tag(policy.revision, service, environment, pressed)
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if if_none_match is not None and names(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(await feeds.of(policy, known, pressed, tag), headers=headers, media_type=ical_export.MEDIA_TYPE)


def _tag(revision: str, service: str | None, environment: str | None, pressed: Sequence[PressedFreeze]) -> str:
    asked = [service or "", environment or "", *sorted(freeze.id for freeze in pressed)]
    if not any(asked):
        return revision
    return f"{revision}.{hashlib.sha256(' '.join(asked).encode()).hexdigest()[:16]}"


def _is_told(freeze: PressedFreeze, policy: PolicySet, known: Known) -> bool:
    """Whether it is shown beside the windows: one that was committed meanwhile is among those already."""
    return freeze.id not in policy.calendar.names and known.within(freeze.scope) is not Reach.NEVER


def _written(policy: PolicySet, known: Known, pressed: Sequence[PressedFreeze]) -> str:
    windows = [each for each in policy.calendar.windows if known.within(each.scope) is not Reach.NEVER]
    about = " in ".join(filter(None, (known.service, known.environment)))
    called = f"Change Gate: {about}" if about else "Change Gate"
    shown = [(freeze.as_window(), freeze.pressed_at_ns) for freeze in pressed]
    return ical_export.written(windows, called, policy.committed_at_ns, shown)

"""So many requests are answered at once and so many callers wait; one more is told to come again."""

import asyncio

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from gate.interfaces.http.places import Places
from tests.unit.application.conftest import until
from tests.unit.interfaces.http.asgi import HANG_UP, Call, Held, echo, part

pytestmark = pytest.mark.anyio


def places(app: ASGIApp) -> Places:
    """Two at once, and one who waits."""
    return Places(app, at_once=2, waiting=1)


def long_poll() -> Call:
    return Call(part(), method="GET", path="/v1/changes/chg_1", query="wait=30")


async def test_one_more_than_may_be_under_way_is_told_to_come_again() -> None:
    app = Held()
    room = places(app)
    calls = [asyncio.create_task(Call(part()).of(room)) for _ in range(2)]
    await until(lambda: app.entered == 2)
    call = await Call(part()).of(room)
    assert (call.status, call.headers["retry-after"]) == (503, "1")
    assert (call.problem["type"], "2 requests" in call.problem["detail"]) == ("urn:change-gate:problem:busy", True)
    app.go.set()
    assert [(await each).status for each in calls] == [200, 200]
    assert (await Call(part()).of(room)).status == 200


async def test_whoever_waits_for_an_answer_takes_no_place_from_those_who_ask() -> None:
    app = Held()
    room = places(app)
    waiting = asyncio.create_task(long_poll().of(room))
    await until(lambda: app.entered == 1)
    asking = [asyncio.create_task(Call(part()).of(room)) for _ in range(2)]
    await until(lambda: app.entered == 3)
    app.go.set()
    assert [(await each).status for each in (waiting, *asking)] == [200, 200, 200]


async def test_the_waiting_room_is_bounded() -> None:
    app = Held()
    room = places(app)
    waiting = asyncio.create_task(long_poll().of(room))
    await until(lambda: app.entered == 1)
    call = await long_poll().of(room)
    assert (call.status, call.headers["retry-after"], call.problem["detail"]) == (503, "1", "1 callers wait already")
    app.go.set()
    await waiting
    assert (await long_poll().of(room)).status == 200


async def test_whoever_hangs_up_while_waiting_leaves_the_room() -> None:
    app = Held()
    room = places(app)
    call = long_poll()
    waiting = asyncio.create_task(call.of(room))
    await until(lambda: app.entered == 1)
    call.say(HANG_UP)
    assert (await waiting).answered == []
    assert app.cancelled == 1
    app.go.set()
    assert (await long_poll().of(room)).status == 200


async def test_a_gate_that_ends_does_not_wait_for_those_who_wait() -> None:
    app = Held()
    waiting = asyncio.create_task(long_poll().of(places(app)))
    await until(lambda: app.entered == 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert app.cancelled == 1


async def test_a_defect_while_waiting_is_not_swallowed() -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await long_poll().of(places(broken))


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_a_full_gate_still_answers_those_who_watch_it(path: str) -> None:
    room = Places(echo, at_once=0, waiting=0)
    assert (await Call(part(), path="/v1/policy", method="GET").of(room)).status == 503
    assert (await Call(part(), path=path, method="GET").of(room)).status == 200


async def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    await Call(kind="lifespan").of(places(app))
    assert seen == ["lifespan"]

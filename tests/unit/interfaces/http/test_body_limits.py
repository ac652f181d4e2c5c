"""A body has a size and a time; what is larger or slower is turned away with a problem, before anybody looks at it."""

import asyncio

import pytest
from starlette.types import ASGIApp

from gate.domain.access import Caller
from gate.interfaces.http.body_limits import LARGE, BodyLimits
from tests.unit.application.conftest import until
from tests.unit.interfaces.http.asgi import HANG_UP, Call, Held, echo, part

pytestmark = pytest.mark.anyio


def bounded(app: ASGIApp = echo, *, seconds: float = 60) -> BodyLimits:
    return BodyLimits(app, size=10, seconds=seconds)


async def test_a_body_arrives_whole_however_it_is_cut() -> None:
    call = await Call(part(b"01234", more=True), part(b"", more=True), part(b"56789")).of(bounded())
    assert (call.status, call.answered[1]["body"]) == (200, b"0123456789")


async def test_what_is_announced_too_large_is_refused_unread() -> None:
    call = await Call(part(b"x" * 11), headers=[("Content-Length", "11")]).of(bounded())
    assert (call.status, call.problem["type"]) == (413, "urn:change-gate:problem:too-large")
    assert call.unread == 1


async def test_what_turns_out_too_large_is_refused_at_the_first_byte_beyond() -> None:
    call = await Call(part(b"x" * 10, more=True), part(b"x", more=True), part()).of(bounded())
    assert (call.status, "10 bytes" in call.problem["detail"]) == (413, True)
    assert call.unread == 1


@pytest.mark.parametrize("announced", ["1" * 5000, "9" * 19])
async def test_an_absurd_announcement_is_just_too_large(announced: str) -> None:
    call = await Call(part(), headers=[("Content-Length", announced)]).of(bounded())
    assert call.status == 413


@pytest.mark.parametrize("announced", ["", "-1", "ten", "1e9"])
async def test_an_announcement_that_is_none_is_not_believed(announced: str) -> None:
    call = await Call(part(b"x"), headers=[("Content-Length", announced)]).of(bounded())
    assert call.status == 200


async def test_a_body_that_takes_too_long_is_408() -> None:
    call = await Call(part(b"x", more=True)).of(bounded(seconds=0.001))
    assert (call.status, call.problem["type"]) == (408, "urn:change-gate:problem:too-slow")


async def test_a_caller_who_hangs_up_before_all_is_said_gets_nothing_and_costs_nothing() -> None:
    limits = bounded()
    for _ in range(5):
        call = await Call(part(b"x", more=True), HANG_UP).of(limits)
        assert call.answered == []
    assert (await Call(part()).of(limits)).status == 200


async def test_a_get_has_no_body_that_anybody_would_wait_for() -> None:
    call = await Call(part(b"x" * 100), method="GET").of(bounded())
    assert call.answered[1]["body"] == b"x" * 100


def large(caller: str = "crowd") -> Call:
    call = Call(part(b"x" * (LARGE + 1)))
    call.scope["state"] = {"caller": Caller(name=caller, permissions=("submit",))}
    return call


async def test_large_ones_take_turns_and_small_ones_go_by() -> None:
    app = Held()
    limits = BodyLimits(app, size=2 * LARGE, seconds=60)
    crowd = [asyncio.create_task(large().of(limits)) for _ in range(5)]
    await until(lambda: app.entered == 2)
    small = asyncio.create_task(Call(part(b"x" * LARGE)).of(limits))
    await until(lambda: app.entered == 3)
    app.go.set()
    assert [(await each).status for each in (*crowd, small)] == [200] * 6


async def test_a_large_one_whose_turn_does_not_come_is_told_to_come_again() -> None:
    app = Held()
    limits = BodyLimits(app, size=2 * LARGE, seconds=60, patience=0.001)
    crowd = [asyncio.create_task(large().of(limits)) for _ in range(2)]
    await until(lambda: app.entered == 2)
    call = await large("other").of(limits)
    assert (call.status, call.headers["retry-after"]) == (503, "1")
    assert call.problem["type"] == "urn:change-gate:problem:busy"
    app.go.set()
    assert [(await each).status for each in crowd] == [200, 200]

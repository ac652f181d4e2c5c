"""A request may be so large, take so long, and find so many others; beyond that it is turned away with a problem."""

import asyncio
from dataclasses import replace

import pytest

from gate.interfaces.http.limits import Limits, RequestLimits
from tests.unit.application.conftest import until
from tests.unit.interfaces.http.asgi import HANG_UP, Call, Held, echo, part

pytestmark = pytest.mark.anyio

BOUNDS = RequestLimits(body_bytes=10, body_seconds=60, requests=2, waiting=1)


def long_poll() -> Call:
    return Call(part(), method="GET", path="/v1/changes/chg_1", query="wait=30")


async def test_a_body_arrives_whole_however_it_is_cut() -> None:
    call = await Call(part(b"01234", more=True), part(b"", more=True), part(b"56789")).of(Limits(echo, BOUNDS))
    assert (call.status, call.answered[1]["body"]) == (200, b"0123456789")


async def test_what_is_announced_too_large_is_refused_unread() -> None:
    call = await Call(part(b"x" * 11), headers=[("Content-Length", "11")]).of(Limits(echo, BOUNDS))
    assert (call.status, call.problem["type"]) == (413, "urn:change-gate:problem:too-large")
    assert call.unread == 1


async def test_what_turns_out_too_large_is_refused_at_the_first_byte_beyond() -> None:
    call = await Call(part(b"x" * 10, more=True), part(b"x", more=True), part()).of(Limits(echo, BOUNDS))
    assert (call.status, "10 bytes" in call.problem["detail"]) == (413, True)
    assert call.unread == 1


@pytest.mark.parametrize("announced", ["1" * 5000, "9" * 19])
async def test_an_absurd_announcement_is_just_too_large(announced: str) -> None:
    call = await Call(part(), headers=[("Content-Length", announced)]).of(Limits(echo, BOUNDS))
    assert call.status == 413


@pytest.mark.parametrize("announced", ["", "-1", "ten", "1e9"])
async def test_an_announcement_that_is_none_is_not_believed(announced: str) -> None:
    call = await Call(part(b"x"), headers=[("Content-Length", announced)]).of(Limits(echo, BOUNDS))
    assert call.status == 200


async def test_a_body_that_takes_too_long_is_408() -> None:
    call = await Call(part(b"x", more=True)).of(Limits(echo, replace(BOUNDS, body_seconds=0.001)))
    assert (call.status, call.problem["type"]) == (408, "urn:change-gate:problem:too-slow")


async def test_a_caller_who_hangs_up_before_all_is_said_gets_nothing_and_costs_nothing() -> None:
    limits = Limits(echo, BOUNDS)
    for _ in range(5):
        call = await Call(part(b"x", more=True), HANG_UP).of(limits)
        assert call.answered == []
    assert (await Call(part()).of(limits)).status == 200


async def test_one_more_than_may_be_under_way_is_told_to_come_again() -> None:
    app = Held()
    limits = Limits(app, BOUNDS)
    calls = [asyncio.create_task(Call(part()).of(limits)) for _ in range(2)]
    await until(lambda: app.entered == 2)
    call = await Call(part()).of(limits)
    assert (call.status, call.headers["retry-after"]) == (503, "1")
    assert (call.problem["type"], "2 requests" in call.problem["detail"]) == ("urn:change-gate:problem:busy", True)
    app.go.set()
    assert [(await each).status for each in calls] == [200, 200]
    assert (await Call(part()).of(limits)).status == 200


async def test_a_slow_body_holds_a_place_too() -> None:
    limits = Limits(echo, replace(BOUNDS, requests=1))
    slow = Call(part(b"x", more=True))
    sending = asyncio.create_task(slow.of(limits))
    await until(lambda: slow.unread == 0)
    assert (await Call(part()).of(limits)).status == 503
    slow.say(part(b"y"))
    assert (await sending).status == 200


async def test_whoever_waits_for_an_answer_takes_no_place_from_those_who_ask() -> None:
    app = Held()
    limits = Limits(app, BOUNDS)
    waiting = asyncio.create_task(long_poll().of(limits))
    await until(lambda: app.entered == 1)
    asking = [asyncio.create_task(Call(part()).of(limits)) for _ in range(2)]
    await until(lambda: app.entered == 3)
    app.go.set()
    assert [(await each).status for each in (waiting, *asking)] == [200, 200, 200]


async def test_the_waiting_room_is_bounded() -> None:
    app = Held()
    limits = Limits(app, BOUNDS)
    waiting = asyncio.create_task(long_poll().of(limits))
    await until(lambda: app.entered == 1)
    call = await long_poll().of(limits)
    assert (call.status, call.headers["retry-after"], call.problem["detail"]) == (503, "1", "1 callers wait already")
    app.go.set()
    await waiting
    assert (await long_poll().of(limits)).status == 200


async def test_whoever_hangs_up_while_waiting_leaves_the_room() -> None:
    app = Held()
    limits = Limits(app, BOUNDS)
    call = long_poll()
    waiting = asyncio.create_task(call.of(limits))
    await until(lambda: app.entered == 1)
    call.say(HANG_UP)
    assert (await waiting).answered == []
    assert app.cancelled == 1
    app.go.set()
    assert (await long_poll().of(limits)).status == 200


async def test_a_gate_that_ends_does_not_wait_for_those_who_wait() -> None:
    app = Held()
    waiting = asyncio.create_task(long_poll().of(Limits(app, BOUNDS)))
    await until(lambda: app.entered == 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert app.cancelled == 1


async def test_a_defect_while_waiting_is_not_swallowed() -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await long_poll().of(Limits(broken, BOUNDS))


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_a_full_gate_still_answers_those_who_watch_it(path: str) -> None:
    async def quick(*call: object) -> None:
        await echo(*call)  # type: ignore[arg-type]  # as the server calls it

    limits = Limits(quick, replace(BOUNDS, requests=0, waiting=0))
    assert (await Call(part(), path="/v1/policy", method="GET").of(limits)).status == 503
    assert (await Call(part(), path=path, method="GET").of(limits)).status == 200


async def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def app(scope: dict[str, str], *_: object) -> None:
        seen.append(scope["type"])

    await Call(kind="lifespan").of(Limits(app, BOUNDS))  # type: ignore[arg-type]  # as above
    assert seen == ["lifespan"]

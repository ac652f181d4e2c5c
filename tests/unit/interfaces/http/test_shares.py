"""One caller takes a share of the gate, however much it brings; the rest is for the others."""

import asyncio

import pytest
from starlette.types import ASGIApp

from gate.domain.access import Caller
from gate.interfaces.http.shares import Shares
from tests.unit.application.conftest import until
from tests.unit.interfaces.http.asgi import Call, Held, part

pytestmark = pytest.mark.anyio


def shares(app: ASGIApp) -> Shares:
    """Two at once, and one who waits."""
    return Shares(app, at_once=2, waiting=1)


def asked_by(caller: Caller | None) -> Call:
    call = Call(part())
    call.scope["state"] = {} if caller is None else {"caller": caller}
    return call


def waited_for_by(name: str) -> Call:
    call = Call(part(), method="GET", path="/v1/changes/chg_1", query="wait=30")
    call.scope["state"] = {"caller": named(name)}
    return call


def named(name: str) -> Caller:
    return Caller(name=name, permissions=("submit",))


async def test_one_more_than_its_share_gets_429_and_another_caller_is_answered() -> None:
    app = Held()
    house = shares(app)
    crowd = [asyncio.create_task(asked_by(named("crowd")).of(house)) for _ in range(2)]
    await until(lambda: app.entered == 2)
    refused = await asked_by(named("crowd")).of(house)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert refused.problem["type"] == "urn:change-gate:problem:too-many-requests"
    assert "2 of your requests" in refused.problem["detail"]
    other = asyncio.create_task(asked_by(named("other")).of(house))
    await until(lambda: app.entered == 3)
    app.go.set()
    assert [(await each).status for each in (*crowd, other)] == [200, 200, 200]
    assert (await asked_by(named("crowd")).of(house)).status == 200


async def test_waiting_has_a_share_of_its_own() -> None:
    app = Held()
    house = shares(app)
    waiting = asyncio.create_task(waited_for_by("crowd").of(house))
    await until(lambda: app.entered == 1)
    assert (await waited_for_by("crowd").of(house)).status == 429
    others = [asyncio.create_task(call.of(house)) for call in (waited_for_by("other"), asked_by(named("crowd")))]
    await until(lambda: app.entered == 3)
    app.go.set()
    assert [(await each).status for each in (waiting, *others)] == [200, 200, 200]


@pytest.mark.parametrize("caller", [None, Caller.anybody()], ids=["no caller", "open gate"])
async def test_where_nobody_can_be_told_apart_nobody_has_a_share(caller: Caller | None) -> None:
    app = Held()
    house = shares(app)
    calls = [asyncio.create_task(asked_by(caller).of(house)) for _ in range(5)]
    await until(lambda: app.entered == 5)
    app.go.set()
    assert [(await each).status for each in calls] == [200] * 5


async def test_a_request_that_fails_gives_its_place_back() -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    house = shares(broken)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await asked_by(named("crowd")).of(house)

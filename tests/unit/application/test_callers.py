"""From a token to a caller: open until the first token is made, and never again after that."""

import json

import pytest

from gate.application.access import FRESH_NS, Access
from gate.domain.errors import CallerError, StoreError, UnauthenticatedError, UnknownNameError
from tests.builders import DAY
from tests.simulators.clock import FixedClock
from tests.simulators.store import StoreSimulator

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator()


@pytest.fixture
def access(store: StoreSimulator, clock: FixedClock) -> Access:
    return Access(store, clock)


async def test_a_gate_without_tokens_is_open_to_anybody(access: Access) -> None:
    assert await access.is_open()
    assert (await access.caller(None)).name == "anonymous"
    assert (await access.caller("whatever")).name == "anonymous"


async def test_the_first_token_closes_the_gate(access: Access) -> None:
    _, text = await access.make("ci", ["submit"], services=["payments"])
    assert not await access.is_open()
    caller = await access.caller(text)
    assert (caller.name, caller.permissions, caller.services) == ("ci", ("submit",), ("payments",))
    with pytest.raises(UnauthenticatedError, match="needs a token"):
        await access.caller(None)


async def test_a_token_that_does_not_open_is_told_nothing(access: Access) -> None:
    _, text = await access.make("ci", ["submit"])
    for wrong in (text[:-1] + "_", text.replace("cg_", "cg_0")[: len(text)], "nonsense", ""):
        with pytest.raises(UnauthenticatedError, match="the token is not accepted"):
            await access.caller(wrong)


async def test_a_token_runs_out_to_the_nanosecond(access: Access, clock: FixedClock) -> None:
    _, text = await access.make("ci", ["submit"], valid_ns=DAY)
    clock.advance(DAY - 1)
    assert (await access.caller(text)).name == "ci"
    clock.advance(1)
    with pytest.raises(UnauthenticatedError):
        await access.caller(text)


async def test_a_revoked_token_opens_nothing_here_at_once_and_elsewhere_soon(
    access: Access, store: StoreSimulator, clock: FixedClock
) -> None:
    token, text = await access.make("ci", ["submit"])
    elsewhere = Access(store, clock)
    await elsewhere.caller(text)
    await access.revoke(token.id)
    with pytest.raises(UnauthenticatedError):
        await access.caller(text)
    clock.advance(FRESH_NS)
    with pytest.raises(UnauthenticatedError):
        await elsewhere.caller(text)


async def test_when_all_tokens_are_revoked_the_gate_stays_closed(access: Access) -> None:
    token, _ = await access.make("ci", ["submit"])
    await access.revoke(token.id)
    assert not await access.is_open()


async def test_a_store_that_forgot_its_tokens_does_not_open_the_gate(
    access: Access, store: StoreSimulator, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, text = await access.make("ci", ["submit"])
    await access.caller(text)

    async def nothing() -> list[object]:
        return []

    monkeypatch.setattr(store, "tokens", nothing)
    clock.advance(DAY)
    assert not await access.is_open()
    assert (await access.caller(text)).name == "ci"


async def test_a_store_that_is_away_opens_nothing(access: Access, store: StoreSimulator) -> None:
    store.fails_at = 1
    with pytest.raises(StoreError):
        await access.caller(None)


async def test_the_store_is_not_asked_for_every_request(
    access: Access, store: StoreSimulator, clock: FixedClock
) -> None:
    _, text = await access.make("ci", ["submit"])
    await access.caller(text)
    calls = store.calls
    for _ in range(10):
        await access.caller(text)
    assert store.calls == calls
    clock.advance(FRESH_NS)
    await access.caller(text)
    assert store.calls == calls + 1


async def test_the_ledger_is_told_of_tokens_and_never_their_secret(access: Access, store: StoreSimulator) -> None:
    token, text = await access.make("ci", ["submit"])
    await access.revoke(token.id)
    said = [json.loads(record.body) for record in store.notes]
    assert [(each["kind"], each["token"]) for each in said] == [("token_made", token.id), ("token_revoked", token.id)]
    assert text.rsplit("_", 1)[-1] not in str(said)
    assert token.digest not in str(said)


async def test_a_token_that_nobody_has_is_not_revoked_nor_repeated(access: Access) -> None:
    _, text = await access.make("ci", ["submit"])
    with pytest.raises(UnknownNameError) as caught:
        await access.revoke(text)
    assert text not in caught.value.message


async def test_a_token_that_cannot_be_meant_is_the_callers_mistake(access: Access, store: StoreSimulator) -> None:
    with pytest.raises(CallerError, match="name of the token cannot be used") as caught:
        await access.make("a b", ["submit"])
    assert caught.value.field == "name"
    assert store.notes == []

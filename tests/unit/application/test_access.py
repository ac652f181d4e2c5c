"""A gate is open until its first token is made; from then on whoever asks shows one, and bad ones all look alike."""

import json

import pytest

from gate.application.access import FRESH_NS, Access
from gate.domain.errors import CallerError, StoreError, UnauthenticatedError, UnknownNameError
from tests.builders import AT_NS, HOUR
from tests.simulators.clock import FixedClock
from tests.simulators.store import StoreSimulator

pytestmark = pytest.mark.anyio


class House:
    """Two gates on one store, and a clock for both."""

    def __init__(self) -> None:
        self.store = StoreSimulator()
        self.clock = FixedClock()
        self.access = Access(self.store, self.clock)
        self.other = Access(self.store, self.clock)


@pytest.fixture
def house() -> House:
    return House()


async def test_without_any_token_the_gate_is_open_to_anybody(house: House) -> None:
    assert await house.access.is_open()
    assert (await house.access.caller(None)).name == "anonymous"
    assert (await house.access.caller("rubbish")).name == "anonymous"


async def test_the_first_token_closes_the_gate_at_once(house: House) -> None:
    await house.access.caller(None)
    _, written = await house.access.make("ci", ["submit"], services=["pay*"])
    assert not await house.access.is_open()
    caller = await house.access.caller(written)
    assert (caller.name, caller.permissions, caller.services) == ("ci", ("submit",), ("pay*",))
    with pytest.raises(UnauthenticatedError):
        await house.access.caller(None)


async def test_every_gate_on_the_store_follows_within_two_seconds(house: House) -> None:
    assert await house.other.is_open()
    token, written = await house.access.make("ci", ["submit"])
    house.clock.advance(FRESH_NS)
    assert (await house.other.caller(written)).name == "ci"
    await house.access.revoke(token.id)
    assert (await house.other.caller(written)).name == "ci"  # for what is left of the two seconds
    house.clock.advance(FRESH_NS)
    with pytest.raises(UnauthenticatedError):
        await house.other.caller(written)
    assert FRESH_NS == 2_000_000_000


async def test_a_revoked_token_opens_nothing_any_more_where_it_was_revoked(house: House) -> None:
    token, written = await house.access.make("ci", ["submit"])
    await house.access.caller(written)
    await house.access.revoke(token.id)
    with pytest.raises(UnauthenticatedError):
        await house.access.caller(written)


async def test_a_token_expires_to_the_nanosecond(house: House) -> None:
    _, written = await house.access.make("ci", ["submit"], valid_ns=HOUR)
    house.clock.advance(HOUR - 1)
    await house.access.caller(written)
    house.clock.advance(1)
    with pytest.raises(UnauthenticatedError):
        await house.access.caller(written)


async def test_every_bad_token_gets_the_same_answer(house: House) -> None:
    token, written = await house.access.make("ci", ["submit"])
    revoked, written_revoked = await house.access.make("old", ["submit"])
    _, written_expired = await house.access.make("late", ["submit"], valid_ns=1)
    await house.access.revoke(revoked.id)
    house.clock.advance(1)
    wrong = [
        written[:-1] + ("a" if written[-1] != "a" else "b"),  # its secret
        written.replace(token.id, "0" * 16),  # nobody's id
        written.replace(token.id, revoked.id),  # another's secret
        written_revoked,
        written_expired,
        "rubbish",
        "",
    ]
    answers = set()
    for each in wrong:
        with pytest.raises(UnauthenticatedError) as error:
            await house.access.caller(each)
        answers.add((error.value.message, error.value.hint, error.value.field))
    assert len(answers) == 1


async def test_asking_often_asks_the_store_seldom(house: House) -> None:
    _, written = await house.access.make("ci", ["submit"])
    await house.access.caller(written)
    calls = house.store.calls
    for _ in range(100):
        await house.access.caller(written)
    assert house.store.calls == calls


async def test_a_clock_that_is_set_back_does_not_keep_a_revoked_token_alive(house: House) -> None:
    token, written = await house.access.make("ci", ["submit"])
    await house.other.caller(written)
    await house.access.revoke(token.id)
    behind = Access(house.store, FixedClock(AT_NS - HOUR))
    behind._read_at_ns, behind._tokens = AT_NS, {token.id: token}  # noqa: SLF001 -- read before the clock was set back
    with pytest.raises(UnauthenticatedError):
        await behind.caller(written)


async def test_without_the_store_nobody_gets_in(house: House) -> None:
    house.store.fails_at = 1
    with pytest.raises(StoreError):
        await house.access.caller(None)


async def test_a_store_that_forgets_its_tokens_does_not_open_the_gate(house: House) -> None:
    _, written = await house.access.make("ci", ["submit"])
    await house.access.caller(written)
    house.store._tokens.forget_all()  # noqa: SLF001 -- what no port can do, an old backup does
    house.clock.advance(FRESH_NS)
    assert not await house.access.is_open()
    with pytest.raises(UnauthenticatedError):
        await house.access.caller(None)


async def test_making_and_revoking_are_on_record_without_the_secret(house: House) -> None:
    token, written = await house.access.make("ci", ["submit", "audit"], environments=["staging"], valid_ns=HOUR)
    await house.access.revoke(token.id)
    await house.access.revoke(token.id)
    made, revoked = house.store.notes
    told = json.loads(made.body)
    assert (made.kind, told["token"], told["name"], told["permissions"]) == (
        "token_made",
        token.id,
        "ci",
        ["submit", "audit"],
    )
    assert (told["environments"], told["expires_at_ns"]) == (["staging"], AT_NS + HOUR)
    assert (revoked.kind, json.loads(revoked.body)["token"]) == ("token_revoked", token.id)
    secret = written.split("_", 2)[-1]  # it may hold a `_` itself
    assert not any(secret.encode() in note.body or token.digest.encode() in note.body for note in house.store.notes)


async def test_tokens_are_listed_with_what_they_are_worth(house: House) -> None:
    await house.access.make("a", ["submit"], valid_ns=1)
    token, _ = await house.access.make("b", ["submit"])
    await house.access.make("c", ["admin"])
    await house.access.revoke(token.id)
    house.clock.advance(1)
    listed = {each.name: state for each, state in await house.access.tokens()}
    assert listed == {"a": "expired", "b": "revoked", "c": "active"}


async def test_revoking_what_is_not_there_says_so_without_repeating_it(house: House) -> None:
    with pytest.raises(UnknownNameError) as error:
        await house.access.revoke("cg_0123456789abcdef_secret")
    assert "secret" not in error.value.message
    assert house.store.notes == []


@pytest.mark.parametrize(
    ("said", "field"),
    [({"name": "a b"}, "name"), ({"permissions": []}, "permissions"), ({"services": ["x" * 201]}, "services")],
)
async def test_a_token_that_makes_no_sense_is_not_made(house: House, said: dict[str, object], field: str) -> None:
    usual: dict[str, object] = {"name": "ci", "permissions": ["submit"]}
    with pytest.raises(CallerError) as error:
        await house.access.make(**(usual | said))  # type: ignore[arg-type]  # nonsense on purpose
    assert (error.value.field, bool(error.value.hint)) == (field, True)
    assert await house.access.is_open()


async def test_a_name_has_one_token_that_opens(house: House) -> None:
    token, written = await house.access.make("ci", ["submit"])
    with pytest.raises(CallerError, match="ci has a token already") as error:
        await house.other.make("ci", ["admin"])
    assert (error.value.field, token.id in error.value.hint) == ("name", True)
    assert (await house.access.caller(written)).permissions == ("submit",)
    await house.access.revoke(token.id)
    house.clock.advance(1)  # tokens of one instant have no order
    _, written = await house.other.make("ci", ["admin"], valid_ns=HOUR)
    house.clock.advance(HOUR)
    await house.access.make("ci", ["audit"])
    assert [(each.permissions[0], state) for each, state in await house.access.tokens()] == [
        ("submit", "revoked"),
        ("admin", "expired"),
        ("audit", "active"),
    ]


async def test_no_token_has_the_name_of_those_who_have_none(house: House) -> None:
    with pytest.raises(CallerError, match="anonymous is the caller of a gate without tokens"):
        await house.access.make("anonymous", ["submit"])
    assert await house.access.is_open()


async def test_no_two_tokens_are_alike(house: House) -> None:
    made = [await house.access.make(f"ci-{number}", ["submit"]) for number in range(50)]
    assert len({token.id for token, _ in made}) == len({written[-43:] for _, written in made}) == 50

"""What every provider where people sign in promises: the simulator, and the adapter on one that listens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from gate.adapters.oidc.people import Client, OidcPeople
from gate.domain.errors import IssuerError
from gate.domain.identity import Unverified
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.sign_in import Asked, Visitor
from gate.ports import SignInProvider
from tests.builders import HOUR
from tests.oidc_provider import CLIENT, CLIENT_SECRET, OidcProvider
from tests.simulators.clock import FixedClock
from tests.simulators.sign_in import ProviderSimulator

BACK = "https://gate.house.test/sign-in/callback"

pytestmark = pytest.mark.anyio


@dataclass
class House:
    """A provider with one visitor."""

    provider: SignInProvider
    issuer: str
    clock: FixedClock
    code: Callable[[str], Awaitable[str]]
    """Somebody is sent there; what they come back with."""
    go_away: Callable[[], None]

    async def been_there(self) -> tuple[str, Asked]:
        url, asked = await self.provider.ask()
        return await self.code(url), asked


@pytest.fixture(params=["simulator", "adapter"])
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    clock = FixedClock()
    if request.param == "simulator":
        simulator = ProviderSimulator()
        yield House(simulator, simulator.person.issuer, clock, simulator.code, simulator.go_away)
        return
    with OidcProvider.running() as provider:
        provider.visitor = {"sub": "12", "email": "maria@house.test", "email_verified": True}
        provider.now_s = lambda: clock.now_ns() / NANOSECOND_PER_SECOND
        people = OidcPeople(Client(provider.url, CLIENT, CLIENT_SECRET, BACK), clock)
        yield House(people, provider.url, clock, _sent_back, provider.go_away)
        await people.close()


async def _sent_back(url: str) -> str:
    async with httpx2.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(url)
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def test_whoever_was_there_is_told_by_account_and_address(house: House) -> None:
    code, asked = await house.been_there()
    visitor = await house.provider.visitor(code, asked, None)
    assert visitor == Visitor(issuer=house.issuer, account="12", email="maria@house.test")


async def test_a_code_is_good_once(house: House) -> None:
    code, asked = await house.been_there()
    assert isinstance(await house.provider.visitor(code, asked, house.issuer), Visitor)
    assert isinstance(await house.provider.visitor(code, asked, house.issuer), Unverified)


async def test_a_code_is_good_for_whoever_asked_alone(house: House) -> None:
    code, _ = await house.been_there()
    _, other = await house.been_there()
    assert isinstance(await house.provider.visitor(code, other, None), Unverified)


async def test_two_are_never_asked_alike(house: House) -> None:
    (first, one), (second, other) = await house.provider.ask(), await house.provider.ask()
    assert first != second
    assert not set(one.model_dump().values()) & set(other.model_dump().values())
    assert one.state in first
    assert one.verifier not in first


async def test_a_code_that_nobody_gave_out_is_nothing(house: House) -> None:
    _, asked = await house.been_there()
    assert isinstance(await house.provider.visitor("rubbish", asked, None), Unverified)


async def test_an_answer_of_another_provider_is_none(house: House) -> None:
    code, asked = await house.been_there()
    assert isinstance(await house.provider.visitor(code, asked, "https://evil.test"), Unverified)


async def test_while_it_is_away_nobody_knows(house: House) -> None:
    code, asked = await house.been_there()
    house.go_away()
    house.clock.advance(HOUR)
    with pytest.raises(IssuerError):
        await house.provider.ask()
    with pytest.raises(IssuerError):
        await house.provider.visitor(code, asked, None)

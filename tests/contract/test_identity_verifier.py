"""What every verifier of identity tokens promises: the simulator, and the adapter on an issuer that listens."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from gate.adapters.oidc.reading import Expected
from gate.adapters.oidc.verifier import OidcVerifier
from gate.domain.errors import IssuerError
from gate.domain.identity import Identity, Unverified
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.ports import IdentityVerifier
from tests.builders import DAY, HOUR, MINUTE
from tests.oidc_provider import OidcProvider
from tests.robots import AUDIENCE, GITHUB_CLAIMS, GITLAB_CLAIMS
from tests.simulators.clock import FixedClock
from tests.simulators.identity import IssuerSimulator

MILLISECOND = NANOSECOND_PER_SECOND // 1000

pytestmark = pytest.mark.anyio


@dataclass
class House:
    """A verifier, and the one issuer that it trusts."""

    verifier: IdentityVerifier
    issuer: IssuerSimulator | OidcProvider
    clock: FixedClock
    url: str
    issue: Callable[..., str]

    async def identity(self, token: str) -> Identity:
        verdict = await self.verifier.verify(token)
        assert isinstance(verdict, Identity), verdict
        return verdict

    async def refused(self, token: str) -> str:
        verdict = await self.verifier.verify(token)
        assert isinstance(verdict, Unverified), verdict
        return verdict.reason


@pytest.fixture(params=["simulator", "adapter"])
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    clock = FixedClock()
    if request.param == "simulator":
        issuer = IssuerSimulator(clock)
        yield House(issuer, issuer, clock, issuer.issuer, issuer.issue)
        return
    with OidcProvider.running() as provider:
        verifier = OidcVerifier([provider.url], Expected(AUDIENCE, 30), clock)

        def issue(claims: Mapping[str, Any], audience: Any = AUDIENCE) -> str:
            return provider.issue(claims, audience=audience, at_s=clock.now_ns() / NANOSECOND_PER_SECOND)

        yield House(verifier, provider, clock, provider.url, issue)
        await verifier.close()


@pytest.mark.parametrize("claims", [GITHUB_CLAIMS, GITLAB_CLAIMS], ids=["github", "gitlab"])
async def test_a_token_of_the_issuer_for_this_gate_tells_who_shows_it(house: House, claims: Mapping[str, Any]) -> None:
    identity = await house.identity(house.issue(claims))
    assert identity.issuer == house.url
    assert {name: identity.claims[name] for name, value in claims.items() if isinstance(value, str)}.items() <= (
        identity.claims.items()
    )
    assert identity.jti


async def test_the_same_token_is_the_same_and_another_is_another(house: House) -> None:
    token = house.issue(GITHUB_CLAIMS)
    assert await house.identity(token) == await house.identity(token)
    assert (await house.identity(house.issue(GITHUB_CLAIMS))).digest != (await house.identity(token)).digest


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://github.com/house"},
        {"aud": None},
        {"aud": [AUDIENCE, "https://other.test"]},
        {"iss": "https://issuer.elsewhere.test"},
        {"iss": None},
        {"jti": None},
        {"jti": ""},
    ],
)
async def test_a_token_that_is_not_for_this_gate_is_not_believed(house: House, claims: Mapping[str, Any]) -> None:
    assert await house.refused(house.issue(claims))


async def test_a_token_holds_from_its_issue_to_its_expiry_give_or_take_the_leeway(house: House) -> None:
    token = house.issue({})
    house.clock.step_back(MINUTE)
    assert await house.refused(token)
    house.clock.advance(MINUTE - 30 * NANOSECOND_PER_SECOND)
    await house.identity(token)
    house.clock.advance(5 * MINUTE + 60 * NANOSECOND_PER_SECOND - MILLISECOND)
    await house.identity(token)
    house.clock.advance(MILLISECOND)
    assert await house.refused(token)


async def test_a_key_that_the_issuer_brings_in_is_found(house: House) -> None:
    await house.identity(house.issue({}))
    house.issuer.rotate()
    house.clock.advance(MINUTE)
    await house.identity(house.issue({}))


async def test_a_key_that_nobody_knows_is_looked_for_once_a_minute_only(house: House) -> None:
    await house.identity(house.issue({}))
    house.issuer.rotate()
    assert await house.refused(house.issue({}))
    house.clock.advance(MINUTE)
    await house.identity(house.issue({}))


async def test_a_key_that_the_issuer_withdrew_does_not_open_for_ever(house: House) -> None:
    old = house.issue({"exp": house.clock.now_ns() / NANOSECOND_PER_SECOND + 3 * 3600})
    await house.identity(house.issue({}))
    house.issuer.rotate()
    house.clock.advance(HOUR)
    await house.identity(house.issue({}))
    assert await house.refused(old)


async def test_an_issuer_that_is_away_keeps_nobody_out_for_a_day(house: House) -> None:
    await house.identity(house.issue({}))
    house.issuer.go_away()
    house.clock.advance(DAY - MINUTE)
    await house.identity(house.issue({}))
    house.clock.advance(2 * MINUTE)
    with pytest.raises(IssuerError):
        await house.verifier.verify(house.issue({}))
    house.issuer.come_back()
    house.clock.advance(MINUTE)
    await house.identity(house.issue({}))


async def test_an_issuer_that_never_answered_is_no_fault_of_the_token(house: House) -> None:
    house.issuer.go_away()
    with pytest.raises(IssuerError):
        await house.verifier.verify(house.issue({}))


@pytest.mark.parametrize("token", ["..", "a.b.c", "eyJ9.eyJ9.x"])
async def test_what_is_no_token_is_not_believed(house: House, token: str) -> None:
    assert await house.refused(token)

"""Identity tokens of people that their provider did not mean, or not for this sign-in, let nobody in."""

from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwk, jws

from gate.adapters.oidc.people import Client, OidcPeople
from gate.domain.errors import IssuerError
from gate.domain.identity import Unverified
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.sign_in import Asked, Visitor
from tests.adapters.oidc.conftest import encoded
from tests.oidc_provider import CLIENT, CLIENT_SECRET, OidcProvider, a_key
from tests.simulators.clock import FixedClock

BACK = "https://gate.house.test/sign-in/callback"

pytestmark = pytest.mark.anyio


@dataclass
class House:
    """A provider, and what asks it."""

    provider: OidcProvider
    people: OidcPeople
    clock: FixedClock

    async def code(self) -> tuple[str, Asked]:
        """Somebody was at the provider."""
        url, asked = await self.people.ask()
        async with httpx2.AsyncClient(trust_env=False) as browser:
            back = (await browser.get(url)).headers["location"]
        return parse_qs(urlsplit(back).query)["code"][0], asked

    async def verdict(self) -> Visitor | Unverified:
        code, asked = await self.code()
        return await self.people.visitor(code, asked, None)

    async def visitor(self) -> Visitor:
        verdict = await self.verdict()
        assert isinstance(verdict, Visitor), verdict
        return verdict

    async def reason(self) -> str:
        verdict = await self.verdict()
        assert isinstance(verdict, Unverified), verdict
        return verdict.reason


@pytest.fixture
async def house() -> AsyncIterator[House]:
    with OidcProvider.running() as provider:
        clock = FixedClock()
        provider.visitor = {"sub": "12"}
        provider.now_s = lambda: clock.now_ns() / NANOSECOND_PER_SECOND
        client = Client(
            issuer=provider.url, client_id=CLIENT, secret=CLIENT_SECRET, redirect_uri=BACK, groups_claim="groups"
        )
        people = OidcPeople(client, clock)
        yield House(provider, people, clock)
        await people.close()


async def test_what_the_provider_says_is_believed(house: House) -> None:
    house.provider.visitor = {"sub": "12", "email": "maria@house.test", "email_verified": True, "groups": ["a", 7, "b"]}
    visitor = await house.visitor()
    assert visitor == Visitor(issuer=house.provider.url, account="12", email="maria@house.test", groups=("a", "b"))


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"iss": "https://evil.test"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": {"the-gate": 1}}, "aud"),
        ({"aud": [CLIENT, "another-client"]}, "azp"),
        ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, "azp"),
        ({"azp": "another-client"}, "azp"),
        ({"sub": None}, "sub"),
        ({"sub": 12}, "sub"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": True}, "iat"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": "of-another-sign-in"}, "nonce"),
        ({"nonce": ["x"]}, "nonce"),
        ({"at_hash": "of-another-access-token"}, "at_hash"),
        ({"amr": "pwd"}, "amr"),
    ],
)
async def test_claims_of_another_sign_in_are_refused(house: House, claims: dict[str, Any], told: str) -> None:
    house.provider.visitor = {"sub": "12", **claims}
    assert told in await house.reason()


async def test_several_audiences_are_taken_where_the_gate_is_the_party(house: House) -> None:
    house.provider.visitor = {"sub": "12", "aud": [CLIENT, "another-client"], "azp": CLIENT}
    assert (await house.visitor()).account == "12"


async def test_a_token_without_at_hash_is_taken(house: House) -> None:
    house.provider.visitor = {"sub": "12", "at_hash": None}
    assert (await house.visitor()).account == "12"


@pytest.mark.parametrize(
    ("claim", "seconds", "opens"),
    [
        ("exp", -29, True),
        ("exp", -30, False),
        ("iat", 30, True),
        ("iat", 31, False),
        ("nbf", 30, True),
        ("nbf", 31, False),
    ],
)
async def test_clocks_may_differ_by_the_leeway_and_no_more(
    house: House,
    claim: str,
    seconds: int,
    opens: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    house.provider.visitor = {"sub": "12", claim: house.provider.now_s() + seconds}
    assert isinstance(await house.verdict(), Visitor) is opens


async def test_a_key_that_the_provider_does_not_have_opens_nothing(house: House) -> None:
    house.provider.issuing = {"key": a_key()}
    assert "key that its issuer does not have" in await house.reason()


async def test_a_name_of_the_providers_key_on_another_key_opens_nothing(house: House) -> None:
    house.provider.issuing = {"key": a_key(), "header": {"kid": house.provider.key.kid}}
    assert await house.reason() == "its signature is wrong"


async def test_a_token_that_nobody_signed_opens_nothing(house: House) -> None:
    for algorithm in ("none", "None", "nOnE"):
        head = {"alg": algorithm, "kid": house.provider.key.kid}
        claims = {"iss": house.provider.url, "sub": "12", "aud": CLIENT}
        house.provider.token = f"{encoded(head)}.{encoded(claims)}."
        assert await house.reason() == "it is signed by an algorithm that is not accepted"


async def test_the_public_key_is_no_shared_secret(house: House) -> None:
    public = house.provider.key.as_pem(private=False)
    for algorithm in ("HS256", "HS512"):
        head = {"alg": algorithm, "kid": house.provider.key.kid}
        claims = encoded({"iss": house.provider.url, "sub": "12", "aud": CLIENT})
        secret = jwk.OctKey.import_key(encoded(public))
        house.provider.token = jws.serialize_compact(head, urlsafe_b64decode(claims + "=="), secret, [algorithm])
        assert await house.reason() == "it is signed by an algorithm that is not accepted"


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "a.b.c.d", "é.b.c", "x" * 20_000, "..", "e30.e30."])
async def test_what_is_no_token_opens_nothing(house: House, token: str) -> None:
    house.provider.token = token or "-"
    assert await house.reason()


@pytest.mark.parametrize("head", [{"crit": ["exp"]}, {"b64": False}, {"typ": "at+jwt"}])
async def test_another_kind_of_token_opens_nothing(house: House, head: dict[str, Any]) -> None:
    header = encoded({"alg": "ES256", "kid": house.provider.key.kid, **head})
    house.provider.token = f"{header}.{encoded({'iss': house.provider.url})}.AAAA"
    assert await house.reason()


async def test_a_code_is_worth_nothing_without_its_verifier(house: House) -> None:
    code, asked = await house.code()
    other = asked.model_copy(update={"verifier": "another"})
    verdict = await house.people.visitor(code, other, None)
    assert isinstance(verdict, Unverified)
    assert "invalid_grant" in verdict.reason


async def test_a_provider_demands_the_challenge_that_the_gate_sends(house: House) -> None:
    url, _ = await house.people.ask()
    async with httpx2.AsyncClient(trust_env=False) as browser:
        without = url.replace("code_challenge_method=S256", "code_challenge_method=plain")
        assert "error=invalid_request" in (await browser.get(without)).headers["location"]


async def test_so_many_exchange_codes_at_once_and_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.adapters.oidc.people.MOST_WAITING", 0)
    code, asked = await house.code()
    with pytest.raises(IssuerError, match="many already"):
        await house.people.visitor(code, asked, None)


@pytest.mark.parametrize("claim", [None, "", "x" * 101, ["12"], True])
async def test_without_a_usable_account_nobody_is_let_in(house: House, claim: object) -> None:
    client = Client(house.provider.url, CLIENT, CLIENT_SECRET, BACK, account_claim="oid")
    people = OidcPeople(client, house.clock)
    house.provider.visitor = {"sub": "12", "oid": claim}
    verdict = await House(house.provider, people, house.clock).verdict()
    await people.close()
    assert isinstance(verdict, Unverified)


async def test_the_secret_is_not_shown(house: House) -> None:
    assert CLIENT_SECRET not in repr(house.people) + repr(Client(house.provider.url, CLIENT, CLIENT_SECRET, BACK))

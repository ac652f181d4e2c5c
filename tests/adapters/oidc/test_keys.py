"""Keys come from the issuer alone, within bounds, and are asked for no more than they must be."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from joserfc import jwk

from gate.adapters.oidc import keys as module
from gate.adapters.oidc.fetching import MAX_BYTES, Fetching
from gate.adapters.oidc.keys import MOST_WAITING, signing_key
from gate.domain.errors import IssuerError
from gate.domain.instant import NANOSECOND_PER_SECOND
from tests.adapters.oidc.conftest import House
from tests.builders import HOUR, MINUTE
from tests.oidc_provider import DISCOVERY, JWKS, OidcProvider, Said, a_key, said

pytestmark = pytest.mark.anyio


async def trouble(house: House) -> str:
    with pytest.raises(IssuerError) as caught:
        await house.verifier.verify(house.issue())
    assert "API tokens" in caught.value.hint or "issuer of OpenID Connect" in caught.value.hint
    return caught.value.message


async def test_many_at_once_ask_once(house: House) -> None:
    tokens = [house.issue() for _ in range(20)]
    assert all(await asyncio.gather(*(house.opens(token) for token in tokens)))
    assert house.provider.asked == [DISCOVERY, JWKS]


async def test_many_tokens_with_keys_that_nobody_has_ask_once_a_minute(house: House) -> None:
    assert await house.opens(house.issue())
    for round_ in range(3):
        house.clock.advance(MINUTE)
        strangers = [house.issue(key=a_key()) for _ in range(10)]
        assert not any(await asyncio.gather(*(house.opens(token) for token in strangers)))
        assert house.provider.asked.count(JWKS) == round_ + 2


async def test_so_many_wait_for_an_issuer_and_the_others_are_told_to_come_back(house: House) -> None:
    tokens = [house.issue() for _ in range(MOST_WAITING + 8)]
    answers = await asyncio.gather(*(house.opens(token) for token in tokens), return_exceptions=True)
    assert Counter(map(type, answers)) == {bool: MOST_WAITING, IssuerError: 8}
    assert all(await asyncio.gather(*(house.opens(token) for token in tokens)))


async def test_strangers_keys_keep_nobody_else_out(house: House) -> None:
    assert await house.opens(house.issue())
    house.clock.advance(MINUTE)
    house.provider.go_away()
    with pytest.raises(IssuerError):
        await house.verifier.verify(house.issue(key=a_key()))
    assert await house.opens(house.issue())


async def test_fresh_keys_are_not_asked_for_and_old_ones_are_asked_for_anew(house: House) -> None:
    for _ in range(6):
        assert await house.opens(house.issue())
        house.clock.advance(MINUTE)
    assert house.provider.asked.count(JWKS) == 1
    house.clock.advance(5 * MINUTE)
    assert await house.opens(house.issue())
    assert house.provider.asked.count(JWKS) == 2


async def test_a_clock_that_was_set_back_makes_no_key_fresh(house: House) -> None:
    assert await house.opens(house.issue())
    house.clock.step_back(HOUR)
    house.provider.rotate()
    assert await house.opens(house.issue())


async def test_a_verified_token_costs_nothing_more_until_it_expires(house: House) -> None:
    token = house.issue()
    assert await house.opens(token)
    house.provider.go_away()
    house.clock.advance(5 * MINUTE)
    assert await house.opens(token)
    house.clock.advance(MINUTE)
    assert not await house.opens(token)


async def test_so_many_tokens_are_remembered_and_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.adapters.oidc.verifier.KNOWN", 2)
    for _ in range(5):
        assert await house.opens(house.issue())
    assert len(house.verifier._known) == 2  # noqa: SLF001 -- what grows is what it keeps


@pytest.mark.parametrize(
    ("path", "answer", "expected"),
    [
        (DISCOVERY, Said(302, location="/elsewhere"), "answers HTTP 302"),
        (JWKS, Said(301, location="/elsewhere"), "answers HTTP 301"),
        (JWKS, Said(204), "answers HTTP 204"),
        (JWKS, Said(500), "answers HTTP 500"),
        (JWKS, Said(body=b"x" * (MAX_BYTES + 1)), f"answers with more than {MAX_BYTES} bytes"),
        (DISCOVERY, Said(body=b"x" * (MAX_BYTES + 1)), f"answers with more than {MAX_BYTES} bytes"),
        (JWKS, Said(body=b"\x1f\x8b\x08", encoding="gzip"), "answers compressed, unasked"),
        (JWKS, Said(body=b"<html>"), "answers with what is no JSON"),
        (JWKS, Said(body=b"[" * 100_000), "answers with what is no JSON"),
        (JWKS, said([]), "answers with what is no JSON object"),
        (JWKS, said({}), "has no list of keys"),
        (JWKS, said({"keys": {}}), "has no list of keys"),
        (JWKS, said({"keys": [{}] * 101}), "or one of more than 100"),
        (JWKS, said({"keys": []}), "has no key that tokens can be verified with"),
        (JWKS, said({"keys": [1, None, {"kid": "x"}]}), "has no key that tokens can be verified with"),
        (DISCOVERY, said({"issuer": "https://evil.test"}), "describes another issuer"),
    ],
)
async def test_an_answer_that_is_no_key_set_is_the_issuers_fault(
    house: House, path: str, answer: Said, expected: str
) -> None:
    house.provider.says[path] = answer
    assert expected in await trouble(house)
    assert "/elsewhere" not in house.provider.asked


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.1/jwks", "ftp://127.0.0.1/jwks", "file:///etc/passwd", "http://[", "//x", "", None, 7],
)
async def test_keys_are_fetched_over_https_only_or_from_this_machine(house: House, address: Any) -> None:
    house.provider.says[DISCOVERY] = said({"issuer": house.provider.url, "jwks_uri": address})
    assert "https" in (message := await trouble(house)) or "where its keys are" in message


async def test_an_issuer_out_there_cannot_have_us_ask_this_machine() -> None:
    with OidcProvider.running() as provider:
        fetching = Fetching("https://issuer.elsewhere.test")
        with pytest.raises(IssuerError, match="not https"):
            await fetching.document(f"{provider.url}{JWKS}")
        await fetching.close()
        assert provider.asked == []


async def test_an_issuer_that_does_not_listen_is_told_so(house: House) -> None:
    house.provider.says[DISCOVERY] = said({"issuer": house.provider.url, "jwks_uri": "http://127.0.0.1:9/jwks"})
    assert "does not answer" in await trouble(house)


async def test_without_any_key_the_issuer_is_asked_again_soon(house: House) -> None:
    house.provider.go_away()
    await trouble(house)
    await trouble(house)
    assert house.provider.asked == [DISCOVERY]
    house.provider.come_back()
    house.clock.advance(5 * NANOSECOND_PER_SECOND)
    assert await house.opens(house.issue())


async def test_what_fails_is_logged_without_a_token(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.provider.go_away()
    await trouble(house)
    assert "keys of identity tokens are not read anew" in caplog.text
    assert "eyJ" not in caplog.text


RSA = jwk.RSAKey.generate_key(2048, {"kid": "k"})
EC = jwk.ECKey.generate_key("P-256", {"kid": "k"})


@pytest.mark.parametrize(
    ("written", "is_one"),
    [
        (RSA.as_dict(private=False), True),
        (EC.as_dict(private=False), True),
        (RSA.as_dict(private=False) | {"use": "enc"}, False),
        (RSA.as_dict(private=False) | {"kid": 7}, False),
        (RSA.as_dict(private=False) | {"n": "AQAB"}, False),
        (RSA.as_dict(private=False) | {"n": 7}, False),
        (EC.as_dict(private=False) | {"crv": "secp256k1"}, False),
        (EC.as_dict(private=False) | {"x": "AAAA"}, False),
        ({"kty": "oct", "k": "c2VjcmV0", "kid": "k"}, False),
        ({"kty": "OKP", "crv": "Ed25519", "x": "c2VjcmV0", "kid": "k"}, False),
        ({"kty": "RSA", "kid": "k"}, False),
        ("key", False),
    ],
)
def test_only_keys_that_verify_are_taken(written: Any, is_one: bool) -> None:  # noqa: FBT001 -- a table
    assert (signing_key(written) is not None) is is_one


def test_of_a_key_only_the_public_numbers_are_taken() -> None:
    key = signing_key(RSA.as_dict(private=True) | {"x5c": ["MII"], "x5u": "https://evil.test"})
    assert key is not None
    assert not key.is_private
    assert module.signing_key is signing_key

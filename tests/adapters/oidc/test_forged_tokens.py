"""No token opens that the issuer did not sign, with a key that only the issuer has, for this gate and for now."""

import hashlib
import hmac
from typing import Any

import pytest
from joserfc import jwk

from tests.adapters.oidc.conftest import House, encoded
from tests.oidc_provider import Key, a_key
from tests.robots import AUDIENCE

pytestmark = pytest.mark.anyio

RSA = a_key("RSA", 2048)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA, "RS256"),
        (RSA, "RS384"),
        (RSA, "RS512"),
        (RSA, "PS256"),
        (a_key("EC", "P-256"), "ES256"),
        (a_key("EC", "P-384"), "ES384"),
        (a_key("EC", "P-521"), "ES512"),
    ],
)
async def test_whatever_only_the_issuer_can_sign_with_opens(house: House, key: Key, algorithm: str) -> None:
    house.provider.rotate(key)
    assert await house.opens(house.issue(algorithm=algorithm))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
@pytest.mark.parametrize("signature", ["", "x"])
async def test_an_unsigned_token_does_not_open(house: House, algorithm: str, signature: str) -> None:
    _, claims, _ = house.issue().split(".")
    head = encoded({"alg": algorithm, "kid": house.provider.key.kid})
    assert not await house.opens(f"{head}.{claims}.{signature}")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_the_public_key_is_no_shared_secret(house: House, algorithm: str) -> None:
    house.provider.rotate(RSA)
    for form in ("pem", "jwk"):
        secret = RSA.as_pem(private=False) if form == "pem" else str(RSA.as_dict(private=False)).encode()
        _, claims, _ = house.issue().split(".")
        said = f"{encoded({'alg': algorithm, 'kid': RSA.kid})}.{claims}"
        digest = getattr(hashlib, algorithm.replace("HS", "sha"))
        forged = encoded(hmac.new(secret, said.encode(), digest).digest())
        assert await house.reason(f"{said}.{forged}") == "it is signed by an algorithm that is not accepted"


async def test_a_shared_secret_among_the_keys_opens_nothing(house: House) -> None:
    secret = jwk.OctKey.generate_key(256, {"kid": "shared"})
    house.provider.more = [secret.as_dict(private=True)]
    _, claims, _ = house.issue().split(".")
    said = f"{encoded({'alg': 'HS256', 'kid': 'shared'})}.{claims}"
    signature = encoded(hmac.new(secret.raw_value, said.encode(), hashlib.sha256).digest())
    assert not await house.opens(f"{said}.{signature}")
    assert await house.reason(house.issue(key=secret, algorithm="HS256")) == (
        "it is signed by an algorithm that is not accepted"
    )


async def test_another_key_of_the_same_name_does_not_open(house: House) -> None:
    thief = jwk.ECKey.generate_key("P-256", {"kid": str(house.provider.key.kid)})
    assert await house.reason(house.issue(key=thief)) == "its signature is wrong"


async def test_a_key_that_the_token_brings_itself_is_not_looked_at(house: House) -> None:
    thief = a_key()
    public = dict(thief.as_dict(private=False))
    for header in ({"jwk": public}, {"jku": f"{house.provider.url}/thief"}, {"x5u": f"{house.provider.url}/thief"}):
        token = house.issue(key=thief, header={"kid": house.provider.key.kid, **header})
        assert await house.reason(token) == "its signature is wrong"
    assert "/thief" not in house.provider.asked


async def test_an_algorithm_of_another_kind_of_key_does_not_open(house: House) -> None:
    _, claims, signature = house.issue().split(".")
    for algorithm in ("RS256", "ES384", "PS256"):
        head = encoded({"alg": algorithm, "kid": house.provider.key.kid})
        assert await house.reason(f"{head}.{claims}.{signature}") == "its signature is wrong"


async def test_a_key_is_for_the_algorithm_that_it_names(house: House) -> None:
    house.provider.published = []
    house.provider.more = [RSA.as_dict(private=False) | {"alg": "RS256"}]
    assert await house.opens(house.issue(key=RSA, algorithm="RS256"))
    assert await house.reason(house.issue(key=RSA, algorithm="PS256")) == "its signature is wrong"


async def test_changed_words_do_not_open(house: House) -> None:
    head, _, signature = house.issue().split(".")
    _, others, _ = house.issue({"repository_id": "75"}).split(".")
    assert await house.reason(f"{head}.{others}.{signature}") == "its signature is wrong"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "https://github.com/house"}, "it is for another audience"),
        ({"aud": AUDIENCE + "/"}, "it is for another audience"),
        ({"aud": AUDIENCE.upper()}, "it is for another audience"),
        ({"aud": []}, "it is for another audience"),
        ({"aud": [AUDIENCE, "x"]}, "it is for another audience"),
        ({"aud": {AUDIENCE: 1}}, "it is for another audience"),
        ({"iss": "https://evil.test"}, "it is of an issuer that is not trusted"),
        ({"iss": ["x"]}, "it names no algorithm, key or issuer"),
        ({"exp": None}, "it does not say from when until when it holds"),
        ({"exp": "tomorrow"}, "it does not say from when until when it holds"),
        ({"exp": True}, "it does not say from when until when it holds"),
        ({"exp": 10**400}, "it does not say from when until when it holds"),
        ({"exp": float("inf")}, "it does not say from when until when it holds"),
        ({"exp": float("nan")}, "it does not say from when until when it holds"),
        ({"iat": None}, "it does not say from when until when it holds"),
        ({"nbf": "x"}, "it does not say from when until when it holds"),
        ({"jti": 7}, "it has no id (jti)"),
        ({"jti": "x" * 256}, "it has no id (jti)"),
    ],
)
async def test_a_signed_token_that_says_something_else_does_not_open(
    house: House, claims: dict[str, Any], reason: str
) -> None:
    assert await house.reason(house.issue(claims)) == reason


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        ({"exp": -31}, "it has expired"),
        ({"iat": 31}, "it does not hold yet"),
        ({"nbf": 31}, "it does not hold yet"),
        ({"exp": 86_401}, "it holds for longer than a day"),
    ],
)
async def test_a_token_for_another_time_does_not_open(house: House, times: dict[str, int], reason: str) -> None:
    assert await house.reason(house.issue({name: house.now_s + value for name, value in times.items()})) == reason


async def test_a_token_of_which_nbf_is_not_said_opens(house: House) -> None:
    assert await house.opens(house.issue({"nbf": None}))
    assert await house.opens(house.issue({"nbf": house.now_s - 600}))  # as GitHub does


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}, {"typ": "at+jwt"}, {"typ": "dpop+jwt"}, {"typ": 1}]
)
async def test_a_token_of_another_kind_does_not_open(house: House, header: dict[str, Any]) -> None:
    _, claims, signature = house.issue().split(".")
    head = encoded({"alg": "ES256", "kid": house.provider.key.kid, **header})
    assert await house.reason(f"{head}.{claims}.{signature}") in {
        "it demands an extension",
        "it is another kind of token",
    }


async def test_headers_that_nobody_needs_to_understand_are_left_aside(house: House) -> None:
    token = house.issue(header={"x5t": "eBZ"})
    assert await house.opens(token)


@pytest.mark.parametrize(
    "token",
    [
        "a" * 20_000 + ".b.c",
        ".".join([encoded({"alg": "ES256", "kid": "k"}), encoded({"iss": "x" * 20_000}), "c"]),
        ".".join([encoded(b"[" * 5_000), encoded(b"[" * 5_000), ""]),
        ".".join([encoded([]), encoded([]), "x"]),
        ".".join([encoded({"alg": ["ES256"], "kid": {}}), encoded({"iss": 1}), "x"]),
        ".".join([encoded(b"\xff\xfe"), encoded({}), "x"]),
        ".".join([encoded({"kid": "1" * 5_000, "alg": "ES256"}), encoded({"iss": "x"}), "x"]),
        "é.ü.ß",
        "\ud800.b.c",
        "..",
    ],
)
async def test_garbage_does_not_open_and_asks_nobody(house: House, token: str) -> None:
    assert not await house.opens(token)
    assert house.provider.asked == []


async def test_claims_that_cannot_be_matched_are_not_told(house: House) -> None:
    claims = {"list": ["a"], "object": {"a": 1}, "half": 0.5, "nothing": None, "long": "x" * 1001, "n": 7, "yes": True}
    verdict = await house.verifier.verify(house.issue(claims))
    told = {name: getattr(verdict, "claims").get(name) for name in claims}  # noqa: B009 -- an identity
    assert told == dict.fromkeys(("list", "object", "half", "nothing", "long")) | {"n": "7", "yes": "true"}

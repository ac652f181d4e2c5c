"""A webhook is a forge's if it shows that it knows the secret, in the way of GitHub or of GitLab."""

import hmac
from hmac import compare_digest

import pytest
from starlette.datastructures import Headers

from gate.interfaces.http.forge_signature import is_signed, signed

# GitHub's own example: docs.github.com, "Validating webhook deliveries", "Testing the webhook payload validation".
SECRET = "It's a Secret to Everybody"  # noqa: S105 -- everybody knows it
BODY = b"Hello, World!"
SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def is_from_forge(body: bytes = BODY, secret: str = SECRET, **headers: str) -> bool:
    return is_signed(Headers({name.replace("_", "-"): value for name, value in headers.items()}), body, secret)


def test_githubs_example_is_signed() -> None:
    assert signed(BODY, SECRET) == SIGNATURE
    assert is_from_forge(x_hub_signature_256=SIGNATURE)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        SIGNATURE[:-1],
        SIGNATURE[:-1] + "8",
        SIGNATURE.removeprefix("sha256="),
        SIGNATURE.upper(),
        f" {SIGNATURE}",
        SECRET,
        "é",
    ],
)
def test_another_signature_is_not(signature: str) -> None:
    assert not is_from_forge(x_hub_signature_256=signature)


def test_a_signature_is_for_one_body_to_the_byte_and_one_secret() -> None:
    assert not is_from_forge(b"Hello, World! ", x_hub_signature_256=SIGNATURE)
    assert not is_from_forge(secret=SECRET[1:], x_hub_signature_256=SIGNATURE)


def test_gitlab_sends_the_secret_along() -> None:
    assert is_from_forge(x_gitlab_token=SECRET)


@pytest.mark.parametrize("token", ["", SECRET[:-1], SECRET + " ", SECRET.lower(), "é"])
def test_another_token_is_not_it(token: str) -> None:
    assert not is_from_forge(x_gitlab_token=token)


def test_a_wrong_signature_is_not_mended_by_a_token() -> None:
    assert not is_from_forge(x_hub_signature_256="sha256=0", x_gitlab_token=SECRET)


def test_without_either_it_is_nobodys() -> None:
    assert not is_from_forge()
    assert not is_from_forge(x_hub_signature="sha1=0")


def test_secrets_are_compared_in_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[tuple[int, int]] = []

    def watched(left: bytes, right: bytes) -> bool:
        lengths.append((len(left), len(right)))
        return compare_digest(left, right)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    is_from_forge(x_hub_signature_256="short")
    is_from_forge(x_gitlab_token="long" * 1000)
    assert lengths == [(32, 32), (32, 32)]

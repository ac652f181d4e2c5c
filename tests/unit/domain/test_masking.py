"""What looks like a secret is not shown, and what does not is."""

import pytest

from gate.domain.masking import mask

TOKEN = "cg_0123456789abcdef_" + "s" * 43


def test_of_a_token_its_id_may_be_told() -> None:
    assert mask(f"token {TOKEN} was revoked") == "token cg_0123456789abcdef_*** was revoked"


def test_an_identity_token_is_not_told() -> None:
    assert mask("got eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln_-x at last") == "got eyJ*** at last"
    assert mask("got eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn at last") == "got eyJ*** at last"


@pytest.mark.parametrize(
    "text", ["a bearer of news", "https://git.example.org/a@b", "cg_tools", "basic tests passed", "a@b.c"]
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert mask(text) == text

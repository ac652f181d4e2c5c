"""Some reasons are none: a warning, with its line, for whoever reads the pull request."""

import pytest

from tests.house import a_bypass, a_policy


def warnings(reason: str) -> list[str]:
    return [str(warning) for warning in a_policy({"bypasses/x.yaml": [a_bypass(reason=reason)]}).warnings]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("urgent", "says 0 words beside urgent"),
        ("URGENT! asap, please!!", "says 0 words beside asap, please, urgent"),
        ("The customer wants it", "says 4 words"),
    ],
)
def test_a_reason_that_is_none_is_warned_of(reason: str, said: str) -> None:
    (warning,) = warnings(reason)
    assert warning.startswith(f"bypasses/x.yaml:5: warning: reason: {said}, and at least 6 are asked for")
    assert "Say what waiting would cost" in warning


@pytest.mark.parametrize(
    "reason",
    ["The bug charges customers twice; waiting costs more.", "Urgent: customers are charged twice as we speak"],
)
def test_a_reason_that_says_why_is_not(reason: str) -> None:
    assert warnings(reason) == []

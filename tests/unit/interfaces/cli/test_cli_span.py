import pytest

from gate.domain.errors import CallerError
from gate.interfaces.cli.span import in_words, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0), ("90", 90), ("90s", 90), ("15m", 900), ("1h30m", 5_400), ("2d", 172_800)]
)
def test_a_span_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [("PT2H", 7_200), ("PT1H30M", 5_400), ("PT90S", 90), ("P2D", 172_800), ("P1DT1M", 86_460)]
)
def test_a_span_may_be_written_as_policy_and_http_have_it(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


NO_SPANS = ["", "m", "-5m", "1.5h", "15 m", "soon", "30m1h", "32d", "9" * 400]
NO_ISO_8601 = ["P", "PT", "P1DT", "P2H", "PT1D", "PT30M1H", "pt2h", "P1Y", "P32D", "-PT2H"]


@pytest.mark.parametrize("text", [*NO_SPANS, *NO_ISO_8601])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(CallerError) as error:
        seconds_of(text)
    assert error.value.hint


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (40, "40 s"), (720, "12 min"), (3_601, "1 h 1 s"), (277_200, "3 d 5 h")]
)
def test_a_span_is_told_in_its_two_largest_units(seconds: int, words: str) -> None:
    assert in_words(seconds) == words

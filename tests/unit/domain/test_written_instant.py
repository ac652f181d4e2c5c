"""An instant as people write it: one reading, within reach."""

import pytest
from pydantic import TypeAdapter, ValidationError

from gate.domain.instant import to_ns
from gate.domain.written_instant import WrittenInstant

INSTANTS = TypeAdapter(WrittenInstant)


@pytest.mark.parametrize("text", ["2026-11-27T20:00:00Z", "2026-11-27T21:00+01:00", "2026-11-27T15:00:00-05:00"])
def test_an_offset_makes_it_one_instant(text: str) -> None:
    assert to_ns(INSTANTS.validate_python(text)) == 1_795_809_600_000_000_000


@pytest.mark.parametrize(
    ("value", "because"),
    [
        (1_795_809_600, "a time with an offset"),
        (1_795_809_600.5, "a time with an offset"),
        ("1795809600", "a time with an offset"),
        (True, "a time with an offset"),
        ("2026-11-27", "a time with an offset"),
        ("2026-11-27T20:00:00", "a time with an offset"),
        ("2026-11-27 20:00:00Z", "a time with an offset"),
        ("2026-11-27T20:00:00Z\n", "a time with an offset"),
        ("2026-02-30T20:00:00Z", "valid datetime"),
        ("1969-12-31T23:59:59Z", "years 1970 to 2200"),
        ("9999-12-31T23:59:59-12:00", "years 1970 to 2200"),
    ],
)
def test_what_could_be_read_otherwise_or_not_reckoned_with_is_refused(value: object, because: str) -> None:
    with pytest.raises(ValidationError, match=because):
        INSTANTS.validate_python(value)

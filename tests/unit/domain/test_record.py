"""Records say when, what and about which change, in exact bytes."""

import pytest

from gate.domain.record import Record
from tests.builders import AT_NS


def test_a_record_is_canonical_json() -> None:
    record = Record.of("decided", "rec_1", AT_NS, "chg_1", outcome="approved")
    assert record.body == (
        b'{"at":"2026-11-02T10:00:00Z","change":"chg_1","format":1,"id":"rec_1","kind":"decided","outcome":"approved"}'
    )


def test_what_belongs_to_no_change_says_so() -> None:
    assert b'"change":null' in Record.of("policy_activated", "rec_1", AT_NS, None, revision="r").body


def test_a_number_that_other_readers_would_round_is_not_recorded() -> None:
    with pytest.raises(TypeError):
        Record.of("decided", "rec_1", AT_NS, None, score=2**64)

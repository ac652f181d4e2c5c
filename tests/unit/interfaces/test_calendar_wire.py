"""Time over the wire: instants in questions, and answers as JSON."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from gate.domain.prospect import OFFERED, Prospect
from gate.domain.slots import Slot
from gate.interfaces import calendar_wire
from gate.interfaces.calendar_wire import ADVICE, CalendarAnswer, InstantAsked, ScheduleAnswer, SlotsAnswer
from gate.interfaces.wire import SlotAnswer
from tests.builders import AT_NS, DAY, HOUR, REVISION
from tests.house import a_freeze, a_policy

ASKED = TypeAdapter[int](InstantAsked)
FROZEN = Prospect.of_service(
    a_policy({"calendar/x.yaml": [a_freeze(description="We count.")]}), "payments", "production"
)
ENDLESS = Prospect.of_service(a_policy({"calendar/x.yaml": [a_freeze(end=None)]}), "payments", "production")
WHOSE = {
    "service": "payments",
    "environment": "production",
    "kind": "deploy",
    "timezone": "Europe/Amsterdam",
    "revision": REVISION,
    "note": ADVICE,
}


def dumped(answer: BaseModel) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.model_dump_json(by_alias=True))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02T10:00:00Z",
        "2026-11-02T10:00Z",
        "2026-11-02t11:00:00+01:00",
        "2026-11-02T10:00:00.000000Z",
        "2026-11-02T04:30:00-05:30",
    ],
)
def test_an_instant_is_written_with_its_offset(text: str) -> None:
    assert ASKED.validate_python(text) == AT_NS


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("2026-11-02T10:00:00", "with an offset"),
        ("2026-11-02", "with an offset"),
        ("2026-11-02T11:00:00 01:00", "with an offset"),
        ("1793613600", "with an offset"),
        ("tomorrow", "with an offset"),
        ("", "with an offset"),
        ("2026-11-02T10:00:00.0000000000Z", "with an offset"),
        ("2026-02-30T10:00:00Z", "no time that there is"),
        ("2026-11-02T24:61:00Z", "no time that there is"),
        ("2026-11-02T10:00:00+99:99", "no time that there is"),
        ("0001-01-01T00:00:00+14:00", "years 1970 to 2200"),
        ("9999-12-31T23:59:59Z", "years 1970 to 2200"),
    ],
)
def test_what_is_no_instant_is_refused(text: str, because: str) -> None:
    with pytest.raises(ValidationError, match=because):
        ASKED.validate_python(text)


def test_a_state_says_whose_why_and_when() -> None:
    answer = dumped(CalendarAnswer.of(FROZEN, FROZEN.state_at(AT_NS)))
    assert answer == WHOSE | {
        "at": "2026-11-02T10:00:00Z",
        "state": "closed",
        "reasons": [
            {
                "code": "frozen",
                "message": "production is closed to payments by the freeze stocktaking "
                "until 2026-11-02T12:00:00Z: We count.",
            }
        ],
        "windows": [
            {
                "says": "closes",
                "name": "stocktaking",
                "kind": "freeze",
                "description": "We count.",
                "start": "2026-11-02T09:00:00Z",
                "end": "2026-11-02T12:00:00Z",
            }
        ],
        "next_opening": "2026-11-02T12:00:00Z",
        "next_opening_because": "the freeze stocktaking ends",
        "next_closing": None,
        "next_closing_because": "nothing closes it anew before 2027-12-07T10:00:00Z, and no farther was looked",
        "known_until": "2027-12-07T10:00:00Z",
    }


def test_closed_with_no_known_end_has_no_next_opening() -> None:
    answer = dumped(CalendarAnswer.of(ENDLESS, ENDLESS.state_at(AT_NS)))
    assert (answer["state"], answer["next_opening"], answer["windows"][0]["end"]) == ("closed", None, None)
    assert answer["next_opening_because"] == "the freeze stocktaking has no known end"


def test_slots_say_from_when_and_how_far_was_looked() -> None:
    search = FROZEN.slots(FROZEN.wish(AT_NS, OFFERED), ())
    answer = dumped(SlotsAnswer.of(FROZEN, search))
    assert answer == WHOSE | {
        "duration": "PT30M",
        "searched_from": "2026-11-02T10:00:00Z",
        "searched_until": "2027-01-31T10:00:00Z",
        "slots": [{"start": "2026-11-02T12:00:00Z", "end": "2026-11-02T12:30:00Z", "start_by": None}],
    }


def test_the_last_start_is_told_to_the_second_but_never_before_the_slot() -> None:
    assert SlotAnswer.of(Slot(AT_NS, AT_NS + HOUR, AT_NS + HOUR - 1)).start_by == "2026-11-02T10:59:59Z"
    assert SlotAnswer.of(Slot(AT_NS, AT_NS + HOUR, AT_NS + HOUR)).start_by == "2026-11-02T11:00:00Z"
    odd = SlotAnswer.of(Slot(AT_NS + 1, AT_NS + HOUR, AT_NS + 2))
    assert odd.start_by == odd.start == "2026-11-02T10:00:00.000000001Z"


@pytest.mark.parametrize(
    ("start_ns", "start_by_ns", "told"),
    [
        (1, None, "2026-11-02T10:00:01Z"),
        (0, None, "2026-11-02T10:00:00Z"),
        (1, 10**9, "2026-11-02T10:00:01Z"),
        (1, 10**9 - 1, "2026-11-02T10:00:00.000001Z"),
        (1001, 1999, "2026-11-02T10:00:00.000001001Z"),
    ],
)
def test_a_slot_is_told_as_people_and_programs_can_plan_for_it_and_never_begins_sooner(
    start_ns: int, start_by_ns: int | None, told: str
) -> None:
    by_ns = None if start_by_ns is None else AT_NS + start_by_ns
    slot = SlotAnswer.of(Slot(AT_NS + start_ns, AT_NS + start_ns + HOUR, by_ns))
    lasts = datetime.fromisoformat(slot.end) - datetime.fromisoformat(slot.start)
    assert (slot.start, lasts) == (told, timedelta(hours=1))


def test_a_schedule_tells_closed_time_and_windows() -> None:
    answer = dumped(ScheduleAnswer.of(FROZEN, FROZEN.schedule(AT_NS - DAY, AT_NS + DAY)))
    assert (answer["start"], answer["end"]) == ("2026-11-01T10:00:00Z", "2026-11-03T10:00:00Z")
    assert answer["closed"] == [{"start": "2026-11-02T09:00:00Z", "end": "2026-11-02T12:00:00Z"}]
    assert [(one["name"], one["overrun"]) for one in answer["windows"]] == [("stocktaking", "finish")]
    assert (answer["only_in_maintenance"], answer["more_windows"]) == (False, 0)


def test_a_crowded_schedule_is_told_up_to_where_it_gets_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_wire, "MOST_TOLD", 2)
    daily = a_policy({"calendar/x.yaml": [a_freeze(recurrence="RRULE:FREQ=DAILY")]})
    prospect = Prospect.of_service(daily, "payments", "production")
    answer = dumped(ScheduleAnswer.of(prospect, prospect.schedule(AT_NS, AT_NS + 9 * DAY)))
    assert (len(answer["closed"]), answer["end"]) == (2, "2026-11-04T09:00:00Z")
    assert (len(answer["windows"]), answer["more_windows"]) == (2, 8)

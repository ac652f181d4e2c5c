"""The state of the calendar at an instant: open or closed, who says so and why, and when it turns."""

from gate.domain.calendar import Calendar, Window
from gate.domain.calendar_state import CalendarState, state_at
from gate.domain.recurrence import Span
from gate.domain.schedule import Occurrence
from tests.windows import PAYMENTS, advisory, at, freeze, maintenance, told

TEN = "2026-11-02T10:00"


def state(*windows: Window, moment: str = TEN, pressed: tuple[Occurrence, ...] = ()) -> CalendarState:
    return state_at(Calendar(windows), PAYMENTS, at(moment), pressed)


def codes(found: CalendarState) -> list[str]:
    return [reason.code for reason in found.reasons]


def says(found: CalendarState) -> list[tuple[str, str]]:
    return [(voice.name, voice.says) for voice in found.voices]


def turns(found: CalendarState) -> tuple[str | None, str | None]:
    return told(found.opening.at_ns), told(found.closing.at_ns)


def test_nothing_said_is_open_and_stays_so() -> None:
    found = state()
    assert (found.is_open, codes(found), found.voices) == (True, ["open"], ())
    assert turns(found) == (None, None)
    assert found.opening.because.startswith("nothing closes it before 2027-12-07")
    assert found.closing.because.startswith("nothing closes it anew before 2027-12-07")


def test_a_freeze_closes_and_says_why_and_until_when() -> None:
    found = state(freeze("2026-11-02T09:00", "2026-11-02T12:00", description="We count."))
    assert not found.is_open
    assert found.reasons[0].message == (
        "production is closed to payments by the freeze stocktaking until 2026-11-02T12:00:00Z: We count."
    )
    assert says(found) == [("stocktaking", "closes")]
    assert turns(found) == ("2026-11-02T12:00", None)
    assert found.opening.because == "the freeze stocktaking ends"


def test_a_freeze_to_come_is_the_next_closing_and_its_end_the_next_opening() -> None:
    found = state(freeze("2026-11-26T00:00", "2026-12-01T08:00", "black-friday"))
    assert (found.is_open, found.voices) == (True, ())
    assert turns(found) == ("2026-12-01T08:00", "2026-11-26T00:00")
    assert found.closing.because == "the freeze black-friday begins"
    assert found.opening.because == "the freeze black-friday ends"


def test_a_closing_that_lets_nothing_run_on_says_that_changes_must_be_done_by_then() -> None:
    told = {
        overrun: state(freeze("2026-11-02T18:00", "2026-11-02T20:00", overrun=overrun)).closing.because
        for overrun in ("finish", "stop")
    }
    assert told["finish"] == "the freeze stocktaking begins"
    assert told["stop"] == "the freeze stocktaking begins; what starts must be done by then"
    nights = maintenance("2026-11-02T08:00", "2026-11-02T11:00", overrun="stop")
    assert state(nights).closing.because == "the maintenance window nights ends; what starts must be done by then"


def test_an_advisory_that_begins_or_ends_then_opens_and_closes_nothing() -> None:
    found = state(freeze("2026-11-02T09:00", "2026-11-02T12:00"), advisory("2026-11-02T12:00", "2026-11-02T13:00"))
    assert found.opening.because == "the freeze stocktaking ends"


def test_freezes_in_a_row_open_only_after_the_last() -> None:
    found = state(
        freeze("2026-11-02T09:00", "2026-11-02T12:00"),
        freeze("2026-11-02T12:00", "2026-11-02T14:00", "b"),
        freeze("2026-11-02T13:00", "2026-11-02T14:00", "c"),
    )
    assert turns(found) == ("2026-11-02T14:00", None)
    assert found.opening.because == "the freeze b ends and the freeze c ends"


def test_closed_with_no_known_end_is_an_answer() -> None:
    found = state(freeze("2026-11-02T09:00", None))
    assert (found.is_open, turns(found)) == (False, (None, None))
    assert found.opening.because == "the freeze stocktaking has no known end"
    assert found.reasons[0].message.endswith("by the freeze stocktaking, which has no known end")


def test_open_until_a_freeze_that_has_no_known_end() -> None:
    found = state(freeze("2026-11-05T09:00", None))
    assert (found.is_open, turns(found)) == (True, (None, "2026-11-05T09:00"))
    assert found.opening.because == "the freeze stocktaking has no known end"


def test_a_maintenance_window_that_is_open_says_so() -> None:
    found = state(maintenance("2026-11-02T08:00", "2026-11-02T11:00", recurrence="RRULE:FREQ=WEEKLY"))
    assert (found.is_open, says(found)) == (True, [("nights", "opens")])
    assert found.reasons[0].message == "production is open to payments, by the maintenance window nights"
    assert turns(found) == ("2026-11-09T08:00", "2026-11-02T11:00")
    assert found.opening.because == "the maintenance window nights begins"
    assert found.closing.because == "the maintenance window nights ends"


def test_outside_of_maintenance_it_is_told_which_window_opens_next() -> None:
    found = state(
        maintenance("2026-11-02T22:00", "2026-11-03T02:00"), maintenance("2026-11-02T20:00", "2026-11-02T21:00", "b")
    )
    assert (found.is_open, codes(found)) == (False, ["outside_maintenance"])
    assert found.reasons[0].message.endswith("the next, b, opens 2026-11-02T20:00:00Z")
    assert says(found) == [("b", "would_open")]


def test_a_maintenance_window_that_never_opens_again_closes_for_good() -> None:
    found = state(maintenance("2026-01-05T22:00", "2026-01-06T02:00"))
    assert (codes(found), says(found), turns(found)) == (["never_opens"], [("nights", "never_opens")], (None, None))
    assert found.opening.because == "no maintenance window is to come"


def test_a_freeze_in_a_maintenance_window_closes_it() -> None:
    found = state(maintenance("2026-11-02T08:00", "2026-11-02T13:00"), freeze("2026-11-02T09:00", "2026-11-02T12:00"))
    assert codes(found) == ["frozen"]
    assert says(found) == [("nights", "opens"), ("stocktaking", "closes")]
    assert turns(found) == ("2026-11-02T12:00", "2026-11-02T13:00")


def test_a_freeze_outside_of_maintenance_gives_both_reasons() -> None:
    found = state(maintenance("2026-11-02T22:00", "2026-11-03T02:00"), freeze("2026-11-02T09:00", "2026-11-02T12:00"))
    assert codes(found) == ["frozen", "outside_maintenance"]
    assert turns(found) == ("2026-11-02T22:00", "2026-11-03T02:00")


def test_an_advisory_is_shown_and_blocks_nothing() -> None:
    found = state(advisory("2026-11-02T09:00", "2026-11-02T12:00"))
    assert (found.is_open, says(found)) == (True, [("payday", "shown")])


def test_a_pressed_freeze_speaks_like_any_other() -> None:
    pressed = Occurrence(Span(at("2026-11-02T09:50"), None), "freeze", "frz_1", "something is on fire")
    found = state(pressed=(pressed,))
    assert (found.is_open, says(found)) == (False, [("frz_1", "closes")])
    assert found.opening.because == "the freeze frz_1 has no known end"


def test_what_is_beyond_the_horizon_is_not_known_and_said_to_be_so() -> None:
    found = state(freeze("2026-11-02T09:00", "2028-11-02T09:00"))
    assert found.opening.at_ns is None
    assert found.opening.because == "it stays closed before 2027-12-07T10:00:00Z, and no farther was looked"


def test_many_windows_that_turn_at_once_are_not_all_named() -> None:
    many = [freeze("2026-11-02T09:00", "2026-11-02T12:00", f"w{number}") for number in range(9)]
    assert state(*many).opening.because.endswith("the freeze w2 ends and 6 more")

"""What `gate calendar` asks, and how it tells the answers. How it draws is in `test_cli_calendar_drawing`."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gate.domain.errors import CallerError
from gate.domain.instant import rfc3339
from gate.domain.policy_set import PolicySet
from gate.domain.prospect import Prospect
from gate.interfaces.calendar_wire import FROM_FILES, CalendarAnswer, ScheduleAnswer, SlotsAnswer
from gate.interfaces.cli import calendar_words, main
from gate.interfaces.cli.calendar_options import instant_of
from gate.interfaces.cli.calendar_source import OfFiles, OfGate
from gate.interfaces.cli.gate_client import GateClient
from gate.interfaces.cli.lines import Line
from tests.builders import AT_NS, DAY, HOUR
from tests.house import Fields, a_freeze, a_policy
from tests.unit.interfaces.cli.simulated_gate import SimulatedGate, says_json

WHOSE = {"service": "payments", "environment": "production", "kind": "deploy"}


def prospect(*windows: Fields) -> Prospect:
    return Prospect.of_service(a_policy({"calendar/x.yaml": list(windows)}), "payments", "production")


def maintenance(**fields: Any) -> Fields:
    usual = {"kind": "Maintenance", "name": "nights", "start": "2026-11-02T22:00", "end": "2026-11-03T02:00"}
    return usual | {"timezone": "Europe/Amsterdam", "recurrence": "RRULE:FREQ=DAILY"} | fields


def text(lines: Iterator[Line]) -> list[str]:
    return [line.text for line in lines]


# In words


def state(*windows: Fields, at_ns: int = AT_NS) -> list[str]:
    of = prospect(*windows)
    return text(calendar_words.state(CalendarAnswer.of(of, of.state_at(at_ns))))


def test_closed_time_says_why_and_until_when_on_the_clock_of_the_service() -> None:
    told = state(
        a_freeze(description="We count."), a_freeze(name="b", start="2026-11-05T00:00", end="2026-11-06T00:00")
    )
    assert told[0] == "CLOSED: payments in production on Mon 2026-11-02 11:00 CET"
    assert "  next opening: Mon 2026-11-02 13:00 CET, in 2 h: the freeze stocktaking ends" in told
    assert "  next closing: Thu 2026-11-05 01:00 CET, in 2 d 14 h: the freeze b begins" in told
    assert "  freeze stocktaking closes it, Mon 2026-11-02 10:00 CET to Mon 2026-11-02 13:00 CET: We count." in told
    assert told[-2].startswith("times in Europe/Amsterdam; policy a11c")
    assert "the decision about it alone says" in told[-1]


def test_what_comes_first_is_told_first() -> None:
    told = state(a_freeze(start="2026-11-02T18:00", end="2026-11-02T20:00"))
    assert told[0].startswith("OPEN: payments")
    assert [line.split(":")[0].strip() for line in told[2:4]] == ["next closing", "next opening"]


def test_closed_with_no_known_end_is_said_in_so_many_words() -> None:
    assert "  next opening: not known, the freeze stocktaking has no known end" in state(a_freeze(end=None))


def test_a_maintenance_window_says_when_it_opens_or_that_it_never_does() -> None:
    told = state(maintenance())
    assert told[1].startswith(
        "  payments changes in production only in its maintenance windows; the next, nights, opens"
    )
    assert "  maintenance nights would open it, Mon 2026-11-02 22:00 CET to Tue 2026-11-03 02:00 CET" in told
    over = state(maintenance(start="2026-01-05T22:00", end="2026-01-06T02:00", recurrence=None))
    assert "  maintenance nights opens it no more" in over


def test_more_windows_than_anybody_reads_are_counted() -> None:
    told = state(*(a_freeze(name=f"w{number}") for number in range(25)))
    assert "  and 5 windows more" in told


def slots(*windows: Fields, length: timedelta | None = None) -> list[str]:
    of = prospect(*windows).taking(length)
    search = of.slots(of.wish(AT_NS, 3), ())
    return text(calendar_words.slots(SlotsAnswer.of(of, search)))


def test_slots_are_told_on_the_clock_of_the_service_and_in_utc() -> None:
    told = slots(a_freeze(start="2026-11-02T10:00", recurrence="RRULE:FREQ=DAILY;COUNT=2"))
    assert told[:4] == [
        "from Mon 2026-11-02 13:00 CET, to start by Tue 2026-11-03 10:59:59 CET",
        "  2026-11-02T12:00:00Z",
        "from Tue 2026-11-03 13:00 CET on",
        "  2026-11-03T12:00:00Z",
    ]
    assert told[4] == "for a change of payments in production that takes 30 min"


def test_a_slot_that_just_fits_is_told_so() -> None:
    told = slots(maintenance(overrun="stop"), length=timedelta(hours=4))
    assert told[0] == "from Mon 2026-11-02 22:00 CET, no later"


def test_where_there_is_no_slot_it_is_said_how_far_was_looked() -> None:
    told = slots(a_freeze(end=None))
    assert told[0] == "There is no time for payments in production before Sun 2027-01-31 11:00 CET."


# Where answers come from


def asked(gate: SimulatedGate, monkeypatch: pytest.MonkeyPatch) -> OfGate:
    monkeypatch.setattr(GateClient, "at", lambda _: gate.client())
    return OfGate("http://127.0.0.1:8080", WHOSE)


def test_a_gate_is_asked_for_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    of = prospect(a_freeze())
    answer = CalendarAnswer.of(of, of.state_at(AT_NS))
    gate = SimulatedGate(says_json(answer.model_dump(mode="json")))
    source = asked(gate, monkeypatch)
    assert source.state(AT_NS).said == source.state(None).said == answer
    whose = "service=payments&environment=production&kind=deploy"
    assert gate.calls == [
        f"GET /v1/calendar?{whose}&at=2026-11-02T10%3A00%3A00Z",
        f"GET /v1/calendar?{whose}",
    ]


def test_a_gate_is_asked_for_slots_and_for_a_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    of = prospect()
    found = SlotsAnswer.of(of, of.slots(of.wish(AT_NS, 3), ()))
    table = ScheduleAnswer.of(of, of.schedule(AT_NS, AT_NS + DAY))
    gate = SimulatedGate(says_json(found.model_dump(mode="json")), says_json(table.model_dump(mode="json")))
    source = asked(gate, monkeypatch)
    assert source.slots(timedelta(hours=2), 5, None).said == found
    assert source.schedule(AT_NS, 33).said == table
    whose = "service=payments&environment=production&kind=deploy"
    assert gate.calls == [
        f"GET /v1/calendar/slots?{whose}&duration=PT7200S&count=5",
        f"GET /v1/calendar/schedule?{whose}&days=33&from=2026-11-02T10%3A00%3A00Z",
    ]


def test_files_answer_the_same_and_say_what_they_do_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.interfaces.cli.calendar_source.time.time_ns", lambda: AT_NS)
    of = prospect(a_freeze())
    source = OfFiles(of)
    assert source.state(None).said == CalendarAnswer.of(of, of.state_at(AT_NS), FROM_FILES)
    assert source.state(AT_NS + 3 * HOUR).said.state == "open"
    found = source.slots(None, 1, None)
    assert [slot.start for slot in found.said.slots] == [rfc3339(AT_NS + 2 * HOUR)]
    assert json.loads(found.body)["note"] == FROM_FILES
    assert source.schedule(AT_NS, 1).said.end == rfc3339(AT_NS + DAY)


def test_an_instant_on_the_command_line_has_an_offset() -> None:
    assert instant_of("2026-11-02T10:00Z", "--at") == AT_NS
    assert instant_of(None, "--at") is None
    with pytest.raises(CallerError, match="--at '2026-11-02T10:00' must be a time with an offset"):
        instant_of("2026-11-02T10:00", "--at")


# The command line


class Files:
    """Reads the house, whatever the folder."""

    def read_working_copy(self, _: object) -> PolicySet:
        return a_policy({"calendar/x.yaml": [a_freeze()]})


def invoked(*arguments: str, named: bool = True) -> Result:
    whose = ("--service", "payments", "--environment", "production") if named else ()
    return CliRunner().invoke(main.app, ["calendar", *arguments, *whose, "--policy", "."], prog_name="gate", obj=Files)


@pytest.mark.parametrize("command", [("--at", "2026-11-02T10:00Z"), ("show", "--at", "2026-11-02T10:00Z")])
def test_options_alone_are_those_of_show(command: tuple[str, ...]) -> None:
    done = invoked(*command)
    assert done.exit_code == 0
    assert done.output.startswith("CLOSED: payments in production on Mon 2026-11-02 11:00 CET")


def test_help_is_of_the_whole_group() -> None:
    done = CliRunner().invoke(main.app, ["calendar", "--help"], prog_name="gate")
    assert all(name in done.output for name in ("show", "next", "month"))


@pytest.mark.parametrize("command", [("--month", "2026-11"), ("month", "--month", "2026-11")])
def test_a_month_can_be_asked_for_both_ways(command: tuple[str, ...]) -> None:
    done = invoked(*command)
    assert done.output.startswith("payments in production, November 2026, Europe/Amsterdam")
    assert "stocktaking 10:00-13:00" in done.output


@pytest.mark.parametrize("command", ["month", "--month"])
def test_this_month_is_drawn_where_none_is_named(command: str) -> None:
    done = invoked(command)
    assert (done.exit_code, done.output.count("\n") > 30) == (0, True)


def test_answers_come_as_json_too() -> None:
    assert json.loads(invoked("--at", "2026-11-02T10:00Z", "--output", "json").output)["state"] == "closed"
    assert json.loads(invoked("next", "--duration", "2h", "--output", "json").output)["duration"] == "PT2H"
    assert json.loads(invoked("month", "--output", "json").output)["closed"] is not None


@pytest.mark.parametrize(
    ("arguments", "because"),
    [
        (("next", "--duration", "0s"), "nothing at all"),
        (("next", "--duration", "31d"), "longer than 30 days"),
        (("next", "--from", "2026-11-02"), "must be a time with an offset"),
        (("month", "--month", "2026-13"), "is not a month"),
        (("month", "--month", "1969-12"), "is not a month"),
        (("--kind", "deploy", "--service", "paymets", "--environment", "production"), "did you mean payments"),
    ],
)
def test_what_cannot_be_meant_is_said_so(arguments: tuple[str, ...], because: str) -> None:
    done = invoked(*arguments, named="--service" not in arguments)
    assert isinstance(done.exception, CallerError)
    assert because in done.exception.message

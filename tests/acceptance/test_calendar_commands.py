"""`gate calendar` against a running gate and against policy files: the same calendar, told and drawn."""

import json
from pathlib import Path

import pytest

from tests.acceptance.served import PROJECT, ServedGate, gate

PACK = ("--policy", str(PROJECT / "policies"))
PAYMENTS = ("--service", "payments", "--environment", "production")
COMMIT = "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514"


def test_a_gate_and_its_policy_files_say_the_same(served_gate: ServedGate) -> None:
    at = ("--at", "2026-12-24T12:00:00Z", "--output", "json")
    of_gate = json.loads(served_gate.gate("calendar", *PAYMENTS, *at).out)
    of_files = json.loads(gate("calendar", *PAYMENTS, *at, *PACK).out)
    assert of_gate.pop("note") != of_files.pop("note")
    assert of_gate.pop("revision") != of_files.pop("revision")
    assert of_gate == of_files
    assert (of_gate["state"], of_gate["next_opening"]) == ("closed", "2027-01-04T07:00:00Z")


def test_a_month_is_drawn_without_colour_where_it_is_piped(served_gate: ServedGate) -> None:
    done = served_gate.gate("calendar", "month", *PAYMENTS, "--month", "2026-12")
    assert (done.status, done.err) == (0, "")
    assert "Tue 01  ████████████████████████████····················  black-friday until 14:00" in done.out
    assert "\x1b" not in done.out


def test_a_month_has_colour_where_that_is_wanted(served_gate: ServedGate) -> None:
    done = served_gate.gate("calendar", "month", *PAYMENTS, "--month", "2026-12", environment={"FORCE_COLOR": "1"})
    assert "\x1b[31m████" in done.out


def test_a_terminal_without_the_characters_gets_plain_ones() -> None:
    environment = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = gate("calendar", "month", *PAYMENTS, *PACK, "--month", "2026-12", environment=environment)
    assert f"Tue 01  {'#' * 28}{'.' * 20}  black-friday until 14:00" in done.out


def test_the_next_slots_of_a_service_keep_to_its_maintenance_windows(served_gate: ServedGate) -> None:
    core = ("--service", "core-banking", "--environment", "production")
    done = served_gate.gate("calendar", "next", *core, "--duration", "5h", "--output", "json")
    slots = json.loads(done.out)["slots"]
    assert len(slots) == 3
    for slot in slots:
        at = ("--at", slot["start"], "--output", "json")
        assert json.loads(served_gate.gate("calendar", *core, *at).out)["state"] == "open"


@pytest.mark.parametrize("arguments", [("calendar",), ("calendar", "next"), ("calendar", "month")])
def test_a_misspelt_name_is_told_with_the_nearest(served_gate: ServedGate, arguments: tuple[str, ...]) -> None:
    done = served_gate.gate(*arguments, "--service", "paymets", "--environment", "production")
    assert done.status == 2
    assert "did you mean payments" in done.err


def test_a_time_without_an_offset_is_a_usage_error(served_gate: ServedGate) -> None:
    done = served_gate.gate("calendar", *PAYMENTS, "--at", "2026-12-24T12:00:00")
    assert done.status == 2
    assert "must be a time with an offset" in done.err


def test_a_change_that_collides_is_told_its_next_slot(served_gate: ServedGate, tmp_path: Path) -> None:
    asked = (
        "check",
        "--service",
        "core-banking",
        "--environment",
        "staging",
        "--path",
        "a.py",
        "--evidence",
        "tests=passed",
    )
    assert served_gate.gate(*asked, "--commit", COMMIT, folder=tmp_path).status == 0
    done = served_gate.gate(*asked, "--commit", COMMIT[::-1], folder=tmp_path)
    assert done.status == 12
    assert "next slot" in done.out
    change = done.out.split("gate explain ")[1].split(",")[0]
    assert "next slot" in served_gate.gate("explain", change).out

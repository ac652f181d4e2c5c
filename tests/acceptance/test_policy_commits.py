"""A policy commit changes the answer, and a bad one changes nothing.

The freeze is of services that no case of the default pack sends to staging: a commit that fails a case is rejected.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tests.acceptance.served import ServedGate
from tests.acceptance.test_cli import OTHER, ask, rehearsal

ZONE: Final = ZoneInfo("Europe/Amsterdam")
TODAY: Final = datetime.now(ZONE).date()
LAST_DAY: Final = TODAY + timedelta(days=20)
FREEZE: Final = f"""\
kind: Freeze
name: inventory
description: The warehouse is being counted.
scope: {{environments: [staging], services: [reporting, help-centre]}}
start: {TODAY}
end: {LAST_DAY}
timezone: Europe/Amsterdam
"""


def test_a_freeze_by_commit_holds_changes_back_until_it_is_reverted(own_gate: ServedGate) -> None:
    own_gate.commit("calendar/inventory.yaml", FREEZE)

    frozen = ask(own_gate, *rehearsal("reporting"))
    assert frozen.status == 12
    assert "inventory" in frozen.out
    over = datetime.combine(LAST_DAY + timedelta(days=1), time(), ZONE).astimezone(UTC)
    assert f"passes by itself at {over:%Y-%m-%dT%H:%M:%SZ}" in frozen.out

    own_gate.commit("calendar/inventory.yaml", None)
    thawed = ask(own_gate, *rehearsal("reporting"), "--wait", "30s")
    assert thawed.status == 0


def test_an_approval_does_not_walk_through_a_freeze_that_began_since(own_gate: ServedGate) -> None:
    assert ask(own_gate, *rehearsal("help-centre", OTHER)).status == 0
    own_gate.commit("calendar/inventory.yaml", FREEZE)
    started = ask(own_gate, *rehearsal("help-centre", OTHER), "--start")
    assert started.status == 12
    own_gate.commit("calendar/inventory.yaml", None)


def test_a_commit_that_does_not_load_is_rejected_and_shown(own_gate: ServedGate) -> None:
    good = own_gate.get("/v1/policy")["revision"]
    bad = own_gate.push("calendar/broken.yaml", "kind: Freze\n")
    shown = own_gate.gate("policy", "show").out
    assert shown.startswith(f"Revision {good}")
    assert f"Revision {bad} was rejected:" in shown
    assert "calendar/broken.yaml:1: kind: 'Freze' is no kind of document; did you mean Freeze?" in shown
    assert ask(own_gate, *rehearsal("search")).status == 0
    own_gate.commit("calendar/broken.yaml", None)

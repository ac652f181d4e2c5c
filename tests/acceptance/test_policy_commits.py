"""A policy commit changes the answer, and a bad one changes nothing.

The freeze is of services that no case of the default pack sends to staging: a commit that fails a case is rejected.
"""

from tests.acceptance.served import ServedGate
from tests.acceptance.test_cli import OTHER, ask, rehearsal

FREEZE = """\
kind: Freeze
name: inventory
description: The warehouse is being counted.
scope: {environments: [staging], services: [reporting, help-centre]}
start: 2020-01-01T00:00
end: 2199-01-01T00:00
timezone: Europe/Amsterdam
"""


def test_a_freeze_by_commit_holds_changes_back_until_it_is_reverted(own_gate: ServedGate) -> None:
    own_gate.commit("calendar/inventory.yaml", FREEZE)

    frozen = ask(own_gate, *rehearsal("reporting"))
    assert frozen.status == 12
    assert "inventory" in frozen.out
    assert "passes by itself at 2198-12-31T23:00:00Z" in frozen.out

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

"""Once a stricter policy is active, nothing is judged by the older one."""

import time
from pathlib import Path

from tests.faults.gate_process import GateProcess, gate_process, request
from tests.faults.small_policy import commit, make

PATIENCE_S = 30.0


def demand_a_scan(policy: Path) -> str:
    """Commit a policy that wants a scan instead of tests; the revision."""
    step = policy / "rego/steps/evidence.rego"
    step.write_text(step.read_text().replace('"tests"', '"scan"'))
    return commit(policy, "Demand a scan")


def follow(gate: GateProcess, revision: str) -> None:
    """Wait until the gate says that it judges at this revision."""
    begun = time.monotonic()
    gate.ask("POST", "/hooks/policy")
    while gate.ask("GET", "/v1/policy")[1]["revision"] != revision:
        assert time.monotonic() - begun < PATIENCE_S


def outcome(gate: GateProcess, run: str) -> str:
    return str(gate.ask("POST", "/v1/changes", request(run))[1]["decision"]["outcome"])


def judged_before_and_after(tmp_path: Path, fault: str) -> tuple[str, str]:
    policy = make(tmp_path / "policy")
    with gate_process(tmp_path, policy, f"sqlite:///{tmp_path / 'gate.db'}", fault=fault) as gate:
        before = outcome(gate, "before")
        follow(gate, demand_a_scan(policy))
        return before, outcome(gate, "after")


def test_a_stricter_policy_is_obeyed_as_soon_as_it_is_active(tmp_path: Path) -> None:
    assert judged_before_and_after(tmp_path, "") == ("approved", "refused")


def test_a_gate_that_goes_on_with_the_older_policy_would_be_found(tmp_path: Path) -> None:
    assert judged_before_and_after(tmp_path, "stale_revision") == ("approved", "approved")

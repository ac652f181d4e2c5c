"""The gate and the OPA of compose.yaml as two processes: tokens made by the how-to, policy pulled, a change judged.

The database is SQLite here. That the gate works on PostgreSQL, others test; that it finds it, test_compose does.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.composition import CONSOLE, SERVICES, interpolated, make_secrets, opa_arguments
from tests.contract.opa_binaries import MISSING, OPA_BINARIES
from tests.image import ROOT, skip_unless_asked
from tests.ports import free_port
from tests.served_gate import serving

pytestmark = [pytest.mark.container, pytest.mark.opa]

GATE: Final = (sys.executable, "-m", "gate")
MAKES_A_TOKEN: Final = re.compile(r"^docker compose run --rm -T gate (token new .*?)(?: > (\S+))?$", re.MULTILINE)
LANE: Final = "feature-flags"
CHANGE: Final[Mapping[str, Any]] = {
    "service": "web-shop",
    "environment": "production",
    "commit": "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514",
    "paths": ["flags/checkout.yaml"],
    "size": {"files": 1, "lines": 2},
    "evidence": [{"kind": "tests", "status": "passed"}],
}


def test_a_change_is_judged_by_the_opa_that_pulled_the_policy_from_the_gate(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    skip_unless_asked(request)
    if not OPA_BINARIES:
        pytest.skip(MISSING)
    secrets = make_secrets(tmp_path)
    port, opa = free_port(), f"127.0.0.1:{free_port()}"
    environment = environment_of_the_gate(tmp_path, opa, secrets / "opa_token")
    subprocess.run([*GATE, "init", f"{tmp_path}/policy"], check=True, env=environment)  # noqa: S603 -- our command
    pipeline = make_tokens(tmp_path, environment)

    with (
        opa_of_compose(opa, f"http://127.0.0.1:{port}", secrets),
        serving([*GATE, "serve"], tmp_path, environment, port) as gate,
    ):
        _, policy = gate.ask("/v1/policy", token=pipeline)
        status, change = gate.ask("/v1/changes", CHANGE, token=pipeline)
        stranger, _ = gate.ask("/v1/changes", CHANGE)

    assert (policy["engine"], stranger) == ("served", 401)
    # Which outcome it is depends on the day of the week.
    assert (status, change["decision"]["revision"], change["decision"]["lane"]) == (201, policy["revision"], LANE)


def environment_of_the_gate(folder: Path, opa: str, opa_token: Path) -> dict[str, str]:
    """What compose.yaml tells the gate, but where it is, where OPA is, and where the policy and the secrets are."""
    told = {name: interpolated(value, {}) for name, value in SERVICES["gate"]["environment"].items()}
    here = {"GATE_STATE_DIR": f"{folder}/state", "GATE_POLICY_REPO": f"{folder}/policy"}
    mounted = folder / "mounted"
    mounted.mkdir()
    (mounted / "gate_opa_token").write_bytes(opa_token.read_bytes())
    engine = {"GATE_OPA_URL": f"http://{opa}", "GATE_SECRETS_DIR": str(mounted)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATE_")}
    return {**inherited, "PYTHONPATH": str(ROOT), **told, **here, **engine}


def make_tokens(folder: Path, environment: Mapping[str, str]) -> str:
    """Make the tokens by the how-to's commands, each where it says; the one that it prints."""
    printed = ""
    for words, target in MAKES_A_TOKEN.findall("".join(CONSOLE)):
        command = [*GATE, *words.split()]
        made = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 -- of our own document
        if target:
            (folder / target).write_text(made)
        else:
            printed = made.strip()
    return printed


@contextmanager
def opa_of_compose(address: str, gate: str, secrets: Path) -> Iterator[None]:
    """The newest real opa that is here, started as compose.yaml starts it."""
    with subprocess.Popen([OPA_BINARIES[-1], *opa_arguments(address, gate, secrets)]) as process:  # noqa: S603 -- as above
        try:
            yield
        finally:
            process.kill()

"""A glass that was broken is on record and judged, whatever is killed between: once, and with what it lifts."""

from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

import pytest

from tests.databases import KINDS, empty_database
from tests.faults.gate_process import GateProcess, gate_process
from tests.faults.small_policy import FILES, commit, make

FIRST_COMMIT: Final = 2
COMMITS: Final = 4
"""At which the gate is killed, before and after: of the policy, the request, the glass, what is judged of it."""
OK: Final = 200
CREATED: Final = 201
ASKED: Final = {
    "service": "payments",
    "environment": "production",
    "commit": "4f0c" * 10,
    "author": "maria",
    "requester": "pipeline",
    "run": "run-1",
}
SAID: Final = {"reason": "customers are charged twice right now", "incident": "INC-7", "by": "ruth"}
HONOURED: Final = """
	"bypasses": {glass.id: {"honoured": true, "reasons": []} | some glass in input.bypasses},
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a change without tests fails, and whoever leads an incident may break the glass."""
    folder = make(tmp_path_factory.mktemp("policy"))
    process = "steps: {evidence: {bypass: {by: commanders}}}\nbreak_glass: {group: commanders}\n"
    (folder / "process.yaml").write_text(FILES["process.yaml"] + process)
    (folder / "groups.yaml").write_text(FILES["groups.yaml"] + "---\nkind: Group\nname: commanders\nmembers: [ruth]\n")
    assessment = FILES["rego/assessment.rego"].replace('\n\t"bypasses": {},\n', HONOURED)
    (folder / "rego/assessment.rego").write_text(assessment)
    commit(folder, "A glass to break")
    return folder


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as url:
        yield url


def ask(gate: GateProcess, path: str, body: dict[str, str]) -> dict[str, Any]:
    status, said = gate.ask("POST", path, body)
    assert status in {OK, CREATED}, said
    return said


def asked_and_broken(gate: GateProcess, request: dict[str, str]) -> dict[str, Any]:
    gate.until_it_judges()
    return ask(gate, f"/v1/changes/{ask(gate, '/v1/changes', request)['id']}/break-glass", SAID)


def test_a_glass_is_kept_once_and_judged_wherever_the_gate_is_killed(
    policy: Path, database: str, tmp_path: Path
) -> None:
    died = 0
    for number in range(COMMITS):
        for when in ("before", "after"):
            asked, fault = ASKED | {"run": f"{when}-{number}"}, f"{when}_commit:{FIRST_COMMIT + number}"
            try:
                with gate_process(tmp_path, policy, database, fault=fault) as gate:
                    asked_and_broken(gate, asked)
            except (ChildProcessError, OSError, HTTPException):
                died += 1
            with gate_process(tmp_path, policy, database) as gate:
                told = asked_and_broken(gate, asked)
                assert told["decision"]["outcome"] == "approved"
                assert told["break_glass"]["lifts"] == ["evidence"]
                history = gate.ask("GET", f"/v1/decisions/{told['decision']['id']}")[1]["history"]
                assert [each["kind"] for each in history].count("glass_broken") == 1
    print(f"killed {died} times")
    assert died >= COMMITS

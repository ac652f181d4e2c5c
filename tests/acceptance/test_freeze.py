"""The red button on the command line, against a real gate that may push to its policy repository."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.acceptance.served import PROJECT, Ended, ServedGate, clean_environment, gate, git, serving

COMMIT = "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedGate]:
    folder = tmp_path_factory.mktemp("red-button")
    made = gate("init", str(folder / "policy"))
    assert made.status == 0, made.err
    with serving(folder / "policy", folder / "state", GATE_POLICY_PROPOSE="true") as running:
        yield running


def rehearsal(service: str, *more: str) -> tuple[str, ...]:
    """A change that the pack approves at any time of any day."""
    named = ("check", "--service", service, "--environment", "staging", "--commit", COMMIT, "--lines", "3")
    return (*named, "--path", "src/a.py", "--evidence", "tests=passed", *more)


def freeze_id(done: Ended) -> str:
    return str(json.loads(done.out)["id"])


def frozen(served: ServedGate, service: str, *more: str) -> str:
    """The id of a freeze of a service that holds."""
    scope = ("--environment", "staging", "--service", service)
    done = served.gate("freeze", "now", *scope, "--reason", "something is on fire", *more, "--output", "json")
    assert done.status == 0, done.err
    return freeze_id(done)


def test_a_freeze_closes_at_once_and_a_thaw_lets_what_waited_go_on(served: ServedGate) -> None:
    scope = ("--environment", "staging", "--service", "search")
    done = served.gate("freeze", "now", *scope, "--reason", "the index is corrupt")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("FROZEN: environments staging, services search\n")
    listed = served.gate("freeze", "list").out
    pressed = listed.splitlines()[1].split()[0]
    assert "the index is corrupt" in listed
    waiting = served.gate(*rehearsal("search"))
    assert waiting.status == 12
    assert f"by the freeze {pressed}, pressed by anonymous, until somebody ends it: the index is corrupt" in waiting.out
    thawed = served.gate("freeze", "thaw", pressed, "--reason", "the index is whole again")
    assert thawed.out.startswith("THAWED: environments staging, services search\n")
    assert served.gate(*rehearsal("search", "--wait", "30s")).status == 0
    assert served.gate("freeze", "list").out == "No pressed freeze holds.\n"


def test_the_branch_for_the_policy_repository_is_pushed_and_merged_it_holds_beyond_the_thaw(served: ServedGate) -> None:
    pressed = frozen(served, "reporting")
    told = served.get(f"/v1/freezes/{pressed}")["proposal"]
    assert (told["state"], told["branch"]) == ("filed", f"gate/freeze-{pressed}")
    text = git(served.policy, "show", f"{told['branch']}:{told['file']}")
    assert text + "\n" == told["text"]
    served.commit(told["file"], told["text"])
    assert served.gate("freeze", "thaw", pressed, "--reason", "it is out now").status == 0
    assert served.gate(*rehearsal("reporting")).status == 12
    served.commit(told["file"], None)
    assert served.gate(*rehearsal("reporting", "--wait", "30s")).status == 0


def test_the_repair_passes(served: ServedGate) -> None:
    pressed = frozen(served, "notifications", "--incident", "INC-1")
    assert served.gate(*rehearsal("notifications", "--run", "other")).status == 12
    assert served.gate(*rehearsal("notifications", "--run", "repair", "--incident", "INC-1")).status == 0
    served.gate("freeze", "thaw", pressed, "--reason", "it is out now")


def test_whoever_watches_a_deployment_hears_that_it_is_to_stop(served: ServedGate, tmp_path: Path) -> None:
    started = served.gate(*rehearsal("help-centre", "--start", "--output", "json"))
    answer = tmp_path / "gate.json"
    answer.write_text(started.out)
    change = json.loads(started.out)["id"]
    with subprocess.Popen(  # noqa: S603 -- the gate itself
        [sys.executable, "-m", "gate", "watch", "--answer", str(answer)],
        cwd=PROJECT,
        env=clean_environment(GATE_URL=served.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stderr is not None
        assert watching.stderr.readline().startswith("watching: help-centre into staging")
        pressed = frozen(served, "help-centre", "--overrun", "stop")
        out, _ = watching.communicate(timeout=60)
    assert watching.returncode == 13
    assert out.startswith("STOP: help-centre into staging")
    assert served.gate(*rehearsal("help-centre")).status == 13
    finished = served.gate("finish", change, "--result", "rolled_back")
    assert "it had been told to stop" in finished.out
    assert served.gate("watch", change).status == 0
    assert "told to stop" in served.gate("explain", change).out
    served.gate("freeze", "thaw", pressed, "--reason", "it is out now")


def test_whoever_watches_a_deployment_hears_that_it_is_over(served: ServedGate) -> None:
    change = json.loads(served.gate(*rehearsal("orders", "--start", "--output", "json")).out)["id"]
    httpx2.post(f"{served.url}/v1/changes/{change}/finish", json={"result": "succeeded"}).raise_for_status()
    done = served.gate("watch", change)
    assert (done.status, done.out.startswith("OVER, finished, succeeded: orders")) == (0, True)


def test_what_never_started_cannot_be_watched(served: ServedGate) -> None:
    change = json.loads(served.gate(*rehearsal("identity", "--output", "json")).out)["id"]
    done = served.gate("watch", change)
    assert done.status == 2
    assert "has not started" in done.err


def test_a_misspelt_service_freezes_nothing_and_says_so(served: ServedGate) -> None:
    done = served.gate("freeze", "now", "--service", "paymets", "--reason", "card payments fail")
    assert (done.status, done.out) == (2, "")
    assert "did you mean payments" in done.err


def test_where_nobody_answers_nobody_knows(served: ServedGate) -> None:
    nowhere = ("--url", "http://127.0.0.1:1")
    assert served.gate("freeze", "now", "--everything", "--reason", "all is lost now", *nowhere).status == 20
    assert served.gate("watch", "chg_1", "--wait", "0s", *nowhere).status == 20

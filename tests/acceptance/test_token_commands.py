"""`gate token` on a real store, beside a gate that runs on it: tokens let in, keep out, and are never seen again."""

import json
import time
from pathlib import Path
from typing import Final

import httpx2
import pytest
from typer.testing import CliRunner

from gate import wiring
from gate.domain.errors import GateError
from gate.interfaces.cli import main
from gate.interfaces.cli.exit_status import of_error
from gate.interfaces.cli.failure import told
from tests.acceptance.served import Ended, ServedGate, gate, serving
from tests.http_house import bearer, problem_in

FOLLOWS_S: Final = 2.0
"""Within this time every gate knows of a token that was made or revoked."""


def tokens(state: Path, *arguments: str) -> Ended:
    """`gate token`, in this process: there are many calls, and each process takes a second to start."""
    runner = CliRunner(env={"GATE_STATE_DIR": str(state)})
    done = runner.invoke(main.app, ["token", *arguments], obj=lambda: wiring, prog_name="gate")
    if isinstance(done.exception, GateError):
        return Ended(of_error(done.exception), done.stdout, "\n".join(line.text for line in told(done.exception)))
    return Ended(done.exit_code, done.stdout, done.stderr)


def made(state: Path, *arguments: str) -> str:
    done = tokens(state, "new", *arguments)
    assert done.status == 0, done.err
    return done.out.removesuffix("\n")


def listed(state: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(tokens(state, "list", "--output", "json").out)
    return found


def test_a_new_token_is_all_that_goes_to_standard_output(tmp_path: Path) -> None:
    options = ("--name", "ci", "--scope", "submit", "--service", "pay*", "--expires", "90d")
    done = gate("token", "new", *options, environment={"GATE_STATE_DIR": str(tmp_path)})
    token = done.out.removesuffix("\n")
    assert token.startswith("cg_")
    assert len(token.split()) == 1
    assert "Made token" in done.err
    assert token.split("_")[1] in done.err
    assert token.split("_", 2)[2] not in done.err


def test_tokens_are_listed_with_what_they_are_for_and_worth(tmp_path: Path) -> None:
    assert "open" in tokens(tmp_path, "list").out
    token = made(tmp_path, "--name", "ci", "--scope", "submit", "--scope", "review", "--environment", "staging")
    made(tmp_path, "--name", "auditors", "--scope", "audit", "--expires", "90d")
    revoked = tokens(tmp_path, "revoke", token.split("_")[1])
    assert (revoked.status, "is revoked" in revoked.out) == (0, True)
    ci, auditors = listed(tmp_path)
    assert (ci["name"], ci["scopes"], ci["environments"]) == ("ci", ["submit", "review"], ["staging"])
    assert (ci["state"], auditors["state"], ci["expires_at"]) == ("revoked", "active", None)
    assert str(auditors["expires_at"]).endswith("Z")
    text = tokens(tmp_path, "list").out
    assert [line.split()[1] for line in text.splitlines()] == ["name", "ci", "auditors"]
    assert token not in text + json.dumps([ci, auditors])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("new", "--scope", "submit"), "--name"),
        (("new", "--name", "ci"), "--scope"),
        (("new", "--name", "ci", "--scope", "root"), "submit"),
        (("new", "--name", "a b", "--scope", "submit"), "name"),
        (("new", "--name", "ci", "--scope", "submit", "--expires", "soon"), "90s"),
        (("new", "--name", "ci", "--scope", "submit", "--expires", "9999d"), "longer than"),
        (("revoke", "0123456789abcdef"), "gate token list"),
        (("revoke",), "ID"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error_and_changes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    done = tokens(tmp_path, *arguments)
    assert (done.status, done.out, why in done.err) == (2, "", True)
    assert listed(tmp_path) == []


def test_a_second_token_of_one_name_is_refused_until_the_first_is_revoked(tmp_path: Path) -> None:
    token = made(tmp_path, "--name", "ci", "--scope", "submit")
    again = tokens(tmp_path, "new", "--name", "ci", "--scope", "audit")
    assert (again.status, again.out) == (2, "")
    assert f"gate token revoke {token.split('_')[1]}" in again.err
    tokens(tmp_path, "revoke", token.split("_")[1])
    made(tmp_path, "--name", "ci", "--scope", "audit")
    assert [each["state"] for each in listed(tmp_path)] == ["revoked", "active"]


def answers(served: ServedGate, token: str | None) -> httpx2.Response:
    return httpx2.get(f"{served.url}/v1/policy", headers=bearer(token))


def wait_until(served: ServedGate, token: str | None, status: int) -> None:
    until = time.monotonic() + FOLLOWS_S + 1  # a second for the machine
    while answers(served, token).status_code != status:
        assert time.monotonic() < until, f"not {status} within {FOLLOWS_S} s"
        time.sleep(0.05)


def test_a_gate_that_runs_follows_within_two_seconds_and_may_listen_anywhere(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert gate("init", str(tmp_path / "policy")).status == 0
    token = made(state, "--name", "pipelines", "--scope", "submit", "--service", "web-shop")
    secret = "the forge and the gate know it"  # noqa: S105 -- of this test alone
    with serving(tmp_path / "policy", state, GATE_HOST="0.0.0.0", GATE_HOOK_SECRET=secret) as served:  # noqa: S104 -- the point
        assert answers(served, token).status_code == 200
        problem_in(answers(served, None), 401, "no-token")
        other = made(state, "--name", "auditors", "--scope", "audit")
        wait_until(served, other, 200)
        assert asked(served, token).status == 0
        assert asked(served, other).status == 2
        assert httpx2.post(f"{served.url}/hooks/policy", headers={"X-Gitlab-Token": secret}).status_code == 202
        tokens(state, "revoke", token.split("_")[1])
        wait_until(served, token, 401)
        assert asked(served, token).status == 2
        problem_in(answers(served, None), 401, "no-token")
    written = (state / "serve.log").read_text() + "".join(_read(file) for file in state.glob("gate.db*"))
    assert not [each for each in (token, other, secret) if each.split("_", 2)[-1] in written]


def asked(served: ServedGate, token: str) -> Ended:
    named = ("--service", "web-shop", "--environment", "staging", "--commit", "4f0c" * 10, "--path", "a.py")
    return served.gate("check", *named, "--evidence", "tests=passed", environment={"GATE_TOKEN": token})


def _read(file: Path) -> str:
    return file.read_bytes().decode("latin-1")

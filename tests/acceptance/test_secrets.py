"""A gate with secrets of every kind is asked everything, rightly and wrongly: none of them can be read anywhere."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2
import pytest
from typer.testing import CliRunner

from gate import wiring
from gate.domain.errors import GateError
from gate.interfaces.cli import main
from gate.interfaces.cli.exit_status import ExitStatus
from gate.interfaces.cli.failure import report
from gate.interfaces.http.forge_signature import signed
from tests import secrecy
from tests.acceptance.served import Ended, ServedGate, gate, git, serving
from tests.contract.opa_binaries import MISSING, OPA_BINARIES
from tests.databases import KINDS, empty_database
from tests.faults import lying_opa
from tests.http_house import bearer

ASKED: Final = (
    *("--service", "web-shop", "--environment", "staging", "--commit", "4f0c" * 10),
    *("--path", "flags/a.yaml", "--evidence", "tests=passed", "--author", "maria"),
)


@dataclass
class House:
    """A gate, its secrets, and all that it, its commands and its answers have said."""

    served: ServedGate
    state: Path
    hook_secret: str
    database: str
    said: list[str] = field(default_factory=list)

    def command(self, *arguments: str, **environment: str) -> Ended:
        """Run a command; what it says counts as said, but for a token that is made just now."""
        told = {"GATE_STATE_DIR": str(self.state), "GATE_DATABASE_URL": self.database, **environment}
        done = self.served.gate(*arguments, environment=told)
        self.said += [done.err] if arguments[:2] == ("token", "new") else [done.err, done.out]
        return done

    def ask(self, method: str, path: str, **more: object) -> httpx2.Response:
        """Ask over HTTP; the whole answer counts as said."""
        answer = httpx2.request(method, f"{self.served.url}{path}", **more)  # type: ignore[arg-type]  # as they come
        self.said += [answer.text, str(answer.headers)]
        return answer

    def token(self, name: str, *more: str) -> str:
        """A new token."""
        done = self.command("token", "new", "--name", name, "--scope", "submit", *more)
        assert done.status == 0, done.err
        return done.out.strip()


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as url:
        yield url


@pytest.mark.parametrize("engine", ["embedded", "served", pytest.param("binary", marks=pytest.mark.opa)])
def test_no_secret_can_be_read_in_logs_answers_metrics_titles_or_addresses(
    engine: str, database: str, tmp_path: Path
) -> None:
    policy, state = tmp_path / "policy", tmp_path / "state"
    assert gate("init", str(policy)).status == 0
    hook_secret, opa_token = secrets.token_hex(16), secrets.token_hex(16)
    credentials = tmp_path / "credentials"
    credentials.write_text(f"https://gate:{opa_token}@git.example.org\n")
    told = {
        "GATE_DATABASE_URL": database,
        "GATE_HOOK_SECRET": hook_secret,
        "GATE_POLICY_CREDENTIALS": str(credentials),
        "GATE_LOG_LEVEL": "debug",
        "GATE_LOG_FORMAT": "json",
    }
    with lying_opa.serving(git(policy, "rev-parse", "HEAD")) as opa, secrecy.watched_titles() as titles:
        told |= {"GATE_OPA_URL": opa.url, "GATE_OPA_TOKEN": opa_token} if engine == "served" else binary(engine)
        with serving(policy, state, **told) as served:
            house = House(served, state, hook_secret, database)
            ask_everything(house)
    assert any("embedded_server" in title or "run --server" in title for title in titles), "the engine was seen, too"
    assert len([title for title in titles if "token new" in title]) >= 1, "and the commands"
    texts = [*house.said, *titles, (state / "serve.log").read_text()]
    assert not [secret for text in texts for secret in secrecy.told(text)]


def binary(engine: str) -> dict[str, str]:
    if engine != "binary":
        return {}
    if not OPA_BINARIES:
        pytest.skip(MISSING)
    return {"GATE_OPA_BINARY": str(OPA_BINARIES[-1])}


def ask_everything(house: House) -> None:
    """Rightly and wrongly, with tokens where they belong and where they do not."""
    short = house.token("short", "--expires", "1s")
    token = house.token("pipelines")
    assert house.command("check", *ASKED, GATE_TOKEN=token).status in {0, 10, 11, 12, 20}
    assert house.command("check", *ASKED, GATE_TOKEN=token[:-1]).status == 2
    house.command("token", "list")
    for shown in (token, short, token[:-1], "rubbish", f"{token} {token}"):
        house.ask("GET", "/v1/policy", headers=bearer(shown))
    house.ask("GET", "/v1/policy", headers={"Authorization": f"Basic {token}"})
    house.ask("GET", f"/v1/policy?token={token}", headers=bearer(token))
    house.ask("GET", f"/v1/changes/{token}", headers=bearer(token))
    house.ask("POST", "/v1/changes", headers=bearer(token), json={"service": token, "commit": token})
    house.ask("POST", "/v1/changes", headers=bearer(token), content=f'{{"{token}": {token}}}')
    house.ask("POST", "/v1/changes", headers=bearer(token) | {"Idempotency-Key": f"a {token}"}, json={})
    signature = {"X-Hub-Signature-256": signed(b"{}", house.hook_secret)}
    assert house.ask("POST", "/hooks/policy", headers=signature, content=b"{}").status_code == 202
    assert house.ask("POST", "/hooks/policy", headers={"X-Gitlab-Token": house.hook_secret}).status_code == 202
    assert house.ask("POST", "/hooks/policy", headers={"X-Gitlab-Token": house.hook_secret[:-1]}).status_code == 401
    for path in ("/readyz", "/metrics", "/openapi.json", "/docs", f"/{token}", f"/docs?{token}"):
        house.ask("GET", path)
    assert house.command("token", "revoke", token.split("_")[1]).status == 0


WRONG: Final = {
    "a password in the address of OPA": {"GATE_OPA_URL": "http://maria:{}@127.0.0.1:1"},
    "a token in the address of OPA": {"GATE_OPA_URL": "http://127.0.0.1:1/?token={}"},
    "no such database": {"GATE_DATABASE_URL": "mysql://gate:{}@127.0.0.1:1/x"},
    "nobody at the database": {"GATE_DATABASE_URL": "postgresql://gate:{}@127.0.0.1:1/x"},
    "no address of a database": {"GATE_DATABASE_URL": "postgresql://gate:{}@[::1/x"},
    "no address at all": {"GATE_DATABASE_URL": "{}"},
    "a short secret": {"GATE_HOOK_SECRET": "{:.12}"},
    "a password in the address of the policy": {"GATE_POLICY_REPO": "https://maria:{}@git.example.org/policy"},
    "a token in the address of the policy": {"GATE_POLICY_REPO": "https://{}@git.example.org/policy"},
    "two engines": {"GATE_OPA_URL": "http://maria:{}@127.0.0.1:1", "GATE_OPA_BINARY": "/bin/true"},
}


@pytest.mark.parametrize("settings", WRONG.values(), ids=WRONG)
def test_a_gate_that_cannot_start_does_not_say_the_secret_that_was_wrong(
    settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = secrets.token_hex(16)
    environment = {name: value.format(secret) for name, value in settings.items()}
    done = CliRunner(env=environment).invoke(
        main.app, ["serve", "--port", "0", "--state-dir", str(tmp_path)], obj=lambda: wiring, prog_name="gate"
    )
    assert isinstance(done.exception, GateError)
    assert report(done.exception) in {ExitStatus.USAGE, ExitStatus.NO_ANSWER}
    said = capsys.readouterr().err
    assert said.startswith("Error: ")
    assert len(said.splitlines()) <= 3, "a sentence and what to do, no trace"
    assert secret[:12] not in said + done.output

"""The OPA of compose.yaml, run for real with deploy/opa.yaml and deploy/authz.rego, against a gate that only publishes.

Two settings differ from what is deployed: the gate's address, and where the secrets lie.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientSession

from gate.adapters.opa.limits import Limits
from gate.adapters.opa.served import ServedEngine
from gate.domain.errors import GateError
from tests.composition import make_secrets, opa_arguments
from tests.contract import policies
from tests.contract.facts import FREEZE, facts_at
from tests.contract.opa_binaries import MISSING, OPA_BINARIES
from tests.ports import free_port
from tests.simulators.policy_engine import PolicyEngineSimulator

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.opa,
    pytest.mark.skipif(not OPA_BINARIES, reason=MISSING),
]

REVISION: Final = "1" * 40
BUNDLE_TOKEN: Final = "cg_0123456789abcdef_" + "x" * 43
STRICT: Final = "?strict-builtin-errors=true"
ASSESSMENT: Final = "/v1/data/gate/assessment"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Deployment:
    """An OPA as compose.yaml starts it, and the gate that it pulls from."""

    url: str
    secrets: Path
    engine: ServedEngine
    refused: threading.Event = field(default_factory=threading.Event)
    """Set once the gate was asked for the bundle without its token."""

    @property
    def token(self) -> str:
        """What the gate shows to OPA."""
        return (self.secrets / "opa_token").read_text()

    async def ask(self, method: str, path: str, token: str | None, body: object = None) -> int:
        """The status of an answer of OPA's."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with (
            ClientSession(headers=headers) as session,
            session.request(method, self.url + path, json=body if body is not None else {}) as answer,
        ):
            return answer.status


@pytest.fixture(params=OPA_BINARIES, ids=lambda program: program.name)
async def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Deployment]:
    """The real thing, as far as one machine without containers goes."""
    secrets = make_secrets(tmp_path)
    # As `gate token new > bundle_token` leaves it: with the end of its line.
    (secrets / "bundle_token").write_text(BUNDLE_TOKEN + "\n")
    url = f"http://127.0.0.1:{free_port()}"
    checker = PolicyEngineSimulator(policies.meaning)
    engine = ServedEngine(
        url, checker, token=(secrets / "opa_token").read_text(), limits=Limits(answer_s=5), settle_s=0
    )
    deployed = Deployment(url, secrets, engine)
    try:
        assert await engine.prepare(policies.GOOD.at(REVISION)) == ()
        with _publishing(deployed) as gate:
            async with _opa(request.param, deployed, gate):
                yield deployed
    finally:
        await engine.close()


async def test_it_follows_the_gate_and_judges_for_it(deployment: Deployment) -> None:
    await _followed(deployment)

    assessment = await deployment.engine.assess(facts_at(REVISION, FREEZE))

    assert assessment.revision == REVISION
    assert assessment.verdicts["freeze"].status == "waiting"
    assert not deployment.refused.is_set()


async def test_without_its_token_it_has_no_policy_and_a_new_token_needs_no_restart(deployment: Deployment) -> None:
    (deployment.secrets / "bundle_token").write_text("cg_revoked")
    # Published only now: a question that was under way may still have shown the old token.
    assert await asyncio.to_thread(deployment.refused.wait, 10)
    await deployment.engine.activate(REVISION)
    deployment.refused.clear()
    assert await asyncio.to_thread(deployment.refused.wait, 10)
    with pytest.raises(GateError):
        await deployment.engine.assess(facts_at(REVISION))

    (deployment.secrets / "bundle_token").write_text(BUNDLE_TOKEN)

    await _followed(deployment)


async def test_it_answers_the_two_questions_of_the_gate_and_nothing_else(deployment: Deployment) -> None:
    await _followed(deployment)
    answered = {
        (method, path, token)
        for token in (deployment.token, deployment.token[:-1], "", None)
        for method, path in QUESTIONS
        if await deployment.ask(method, path, token) not in {401, 403}
    }

    assert answered == {
        ("POST", ASSESSMENT + STRICT, deployment.token),
        ("POST", "/v1/data/policy/revision" + STRICT, deployment.token),
    }


QUESTIONS: Final = (
    ("POST", ASSESSMENT + STRICT),
    ("POST", "/v1/data/policy/revision" + STRICT),
    ("POST", ASSESSMENT),
    ("GET", ASSESSMENT + STRICT),
    ("POST", ASSESSMENT + "/../steps" + STRICT),
    ("POST", "/v1/data" + STRICT),
    ("POST", "/v1/data/change_gate" + STRICT),
    ("POST", "/v0/data/gate/assessment" + STRICT),
    ("PUT", "/v1/data/policy/revision" + STRICT),
    ("PATCH", "/v1/data/policy/revision" + STRICT),
    ("PUT", "/v1/policies/mine" + STRICT),
    ("DELETE", "/v1/policies/rego%2Fassessment.rego" + STRICT),
    ("GET", "/v1/policies"),
    ("POST", "/v1/query" + STRICT),
    ("POST", "/v1/compile" + STRICT),
    ("POST", "/" + STRICT),
    ("GET", "/v1/config"),
    ("GET", "/v1/status"),
    ("GET", "/metrics"),
    ("GET", "/health"),
)


async def _followed(deployment: Deployment) -> None:
    """Wait until OPA holds the revision that the gate publishes."""
    await deployment.engine.activate(REVISION)
    async with asyncio.timeout(15):
        while deployment.engine.status().revision != REVISION:  # noqa: ASYNC110 -- the port has a status, not an event
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _opa(program: Path, deployment: Deployment, gate: int) -> AsyncIterator[None]:
    arguments = opa_arguments(deployment.url.removeprefix("http://"), f"http://127.0.0.1:{gate}", deployment.secrets)
    process = await asyncio.create_subprocess_exec(program, *arguments)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it has ended by itself, and said above why
            process.kill()
        await process.wait()


@contextmanager
def _publishing(deployment: Deployment) -> Iterator[int]:
    """A gate that knows one token and only publishes; its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = deployment.engine.published()
            if self.headers.get("Authorization") != f"Bearer {BUNDLE_TOKEN}":
                deployment.refused.set()
                self._say(401)
            elif found is None or self.path != "/v1/bundles/gate.tar.gz":
                self._say(404)
            elif self.headers.get("If-None-Match", "").strip('"') == found.etag:
                self._say(304, found.etag)
            else:
                self._say(200, found.etag, found.content)

        def _say(self, status: int, etag: str = "", content: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{etag}"')
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()

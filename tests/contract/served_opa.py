"""A real `opa run --server` on the loopback that pulls its bundle from a tiny server here, as operators set it up."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gate.adapters.opa.engine import LocalEngine
from gate.adapters.opa.limits import Limits
from gate.adapters.opa.served import Published, ServedEngine
from tests.contract import policies

BUNDLE_PATH = "/v1/bundles/gate.tar.gz"
_LONG_POLL_S = 10

Publication = Callable[[], Published | None]


@contextlib.asynccontextmanager
async def served_engine(program: Path, folder: Path, limits: Limits) -> AsyncIterator[ServedEngine]:
    """A served engine and its OPA, both ended afterwards."""
    port = _free_port()
    checker = LocalEngine.of_binary(program, limits)
    engine = ServedEngine(f"http://127.0.0.1:{port}", checker, limits=limits, settle_s=10)
    with _bundle_server(engine.published) as source:
        async with _opa(program, folder, port, source):
            try:
                await _follow_for_the_first_time(engine)
                yield engine
            finally:
                await engine.close()


async def _follow_for_the_first_time(engine: ServedEngine) -> None:
    """Bring both to where a gate and its OPA are a moment after their start; the first revision is not waited for."""
    first = policies.GOOD.at("f1" * 20)
    await engine.prepare(first)
    await engine.activate(first.revision)
    async with asyncio.timeout(20):
        while engine.status().revision != first.revision:  # noqa: ASYNC110 -- the port has a status, not an event
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def _opa(program: Path, folder: Path, port: int, source: int) -> AsyncIterator[None]:
    config = folder / f"opa-{port}.json"
    service = {"url": f"http://127.0.0.1:{source}", "response_header_timeout_seconds": 2 * _LONG_POLL_S}
    polling = {"long_polling_timeout_seconds": _LONG_POLL_S}
    bundle = {"service": "gate", "resource": BUNDLE_PATH, "polling": polling}
    config.write_text(json.dumps({"services": {"gate": service}, "bundles": {"gate": bundle}}))
    command = ["run", "--server", f"--addr=127.0.0.1:{port}", f"--config-file={config}", "--skip-version-check"]
    quiet = ["--log-level=error"]
    process = await asyncio.create_subprocess_exec(program, *command, *quiet, stderr=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


@contextlib.contextmanager
def _bundle_server(published: Publication) -> Iterator[int]:
    """Serves what is published, and lets OPA wait for what is not yet, as it asks to; its port."""
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = _awaited(published, self.headers.get("If-None-Match", "").strip('"'), closing)
            self.send_response(200 if found else 304)
            self.send_header("Content-Type", "application/vnd.openpolicyagent.bundles")
            self.send_header("Content-Length", str(len(found.content) if found else 0))
            self.send_header("ETag", f'"{found.etag if found else ""}"')
            self.end_headers()
            self.wfile.write(found.content if found else b"")

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            closing.set()
            server.shutdown()
            thread.join()


def _awaited(published: Publication, held: str, closing: threading.Event) -> Published | None:
    """What is published once it differs from what OPA holds; None if it does not for long."""
    for _ in range(_LONG_POLL_S * 100):
        found = published()
        if found is not None and found.etag != held:
            return found
        if closing.wait(0.01):
            return None
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

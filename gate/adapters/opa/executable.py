"""Launches `opa run --server` from an executable that the operator names.

It listens on the loopback only, on a port that was free a moment before, and answers to nobody without this launch's
token and nothing but this launch's question: a second bundle, the guard, holds the rules for that.
"""

import asyncio
import contextlib
import hashlib
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gate.adapters.opa.bundle import Content
from gate.adapters.opa.child import Child
from gate.adapters.opa.client import OpaClient
from gate.adapters.opa.launch import LOOPBACK, LoadRefusedError, Order, Running, tuned
from gate.domain.errors import EngineError

_LEASH: Final = str(Path(__file__).with_name("leash.py"))
_PORTS_TRIED: Final = 5
_LOOK_EVERY_S: Final = 0.02
_NONCE: Final = "change_gate/guard/nonce"
_GUARD: Final = Path(__file__).with_name("guard.rego")


class PortTakenError(Exception):
    """Somebody else got the port between our looking and OPA's listening."""


class Executable:
    """Real `opa`, such as an organisation may have approved already."""

    kind = "binary"
    parallel = 8

    def __init__(self, program: Path, free_port: Callable[[], int] | None = None) -> None:
        self._program = program
        self._free_port = free_port or _free_port

    async def launch(self, order: Order) -> Running:
        """Start one; another port is tried where one was taken meanwhile."""
        for _ in range(_PORTS_TRIED):
            try:
                return await self._launch_at(self._free_port(), order)
            except PortTakenError:
                continue
            except OSError as cause:
                raise EngineError(f"opa cannot be given its bundle: {cause}", hint="Is the disk full?") from cause
        raise EngineError(f"no port of {LOOPBACK} stayed free, {_PORTS_TRIED} tried", hint="What is taking them all?")

    async def _launch_at(self, port: int, order: Order) -> Running:
        token, nonce = secrets.token_urlsafe(32), secrets.token_hex(16)
        with _bundles(order.content, _guard(order, token, nonce)) as bundles:
            child = await Child.start(self._command(port, order, bundles), environment=tuned(order.limits))
            client = OpaClient(LOOPBACK, port, token=token, timeout_s=order.limits.answer_s)
            try:
                return Running(child, client, await _readiness(child, client, nonce, order.limits.start_s))
            except BaseException:
                await child.close()
                await client.close()
                raise

    def _command(self, port: int, order: Order, bundles: list[str]) -> list[str]:
        leash = [sys.executable, "-I", "-S", _LEASH, str(os.getpid()), str(order.limits.memory_bytes)]
        serve = [str(self._program), "run", "--server", "--addr", f"{LOOPBACK}:{port}"]
        closed = ["--authentication", "token", "--authorization", "basic", "--skip-version-check"]
        return [*leash, *serve, *closed, "--log-level", "error", "--bundle", *bundles]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _guard(order: Order, token: str, nonce: str) -> Content:
    """The rules of who may ask what. Only the token's digest is written to a file."""
    rules = {
        "token_sha256": hashlib.sha256(token.encode()).hexdigest(),
        "paths": [["v1", "data", *question.split("/")] for question in (order.question, _NONCE)],
        "nonce": nonce,
    }
    roots = ("system/authz", "change_gate/guard")
    return Content("guard", {_GUARD.name: _GUARD.read_text()}, {"change_gate": {"guard": rules}}, roots)


@contextlib.contextmanager
def _bundles(*contents: Content) -> Iterator[list[str]]:
    """Files for as long as OPA starts: it reads them once."""
    with tempfile.TemporaryDirectory(prefix="change-gate-") as folder:
        paths = [Path(folder, f"{number}.tar.gz") for number, _ in enumerate(contents)]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content.archive())
        yield [str(path) for path in paths]


async def _readiness(child: Child, client: OpaClient, nonce: str, start_s: float) -> str:
    """Wait until *our* OPA answers, not whoever else may have got the port: only ours knows the nonce. Its version."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(start_s):
            while not child.has_ended:
                with contextlib.suppress(EngineError):
                    known, version = await client.introduce(_NONCE)
                    if known == nonce:
                        return version
                await asyncio.sleep(_LOOK_EVERY_S)
            await child.ended()
    raise _failure(child.said if child.has_ended else f"it was not ready within {start_s} s")


def _failure(said: str) -> Exception:
    if "address already in use" in said:
        return PortTakenError(said)
    if "load error:" in said or "initialization error:" in said:
        return LoadRefusedError(said)
    complaint = next((line for line in said.splitlines() if line.lower().startswith("error")), said)
    return EngineError(
        f"opa did not start: {complaint or 'it said nothing'}", hint="Does GATE_OPA_BINARY name OPA 1.20 or newer?"
    )

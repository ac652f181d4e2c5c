"""Launches the embedded engine: our small server around OPA's own code, in a child process. The server is elsewhere."""

import asyncio
import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from gate.adapters.opa.child import Child
from gate.adapters.opa.client import OpaClient
from gate.adapters.opa.launch import LOOPBACK, LoadRefusedError, Order, Running, tuned
from gate.domain.errors import EngineError

_SERVER: Final = str(Path(__file__).with_name("embedded_server.py"))
_INTERPRETER: Final = (sys.executable, "-I")
"""Isolated, and the server is run by path: neither the gate's modules nor the current directory get in its way."""


class Embedded:
    """OPA's code from PyPI: nothing needs to be installed beside the gate."""

    kind = "embedded"
    parallel = 2  # one is judged, the next is on its way

    def __init__(self, interpreter: Sequence[str] = _INTERPRETER) -> None:
        self._interpreter = interpreter

    async def launch(self, order: Order) -> Running:
        """Start one. The token goes over its input, where no other user of the machine can read it."""
        token = secrets.token_urlsafe(32)
        command = [*self._interpreter, _SERVER]
        child = await Child.start(command, environment=tuned(order.limits), opening=_opening(order, token))
        try:
            words = await _answer(child, order.limits.start_s)
        except BaseException:
            await child.close()
            raise
        client = OpaClient(LOOPBACK, words["port"], token=token, timeout_s=order.limits.answer_s)
        return Running(child, client, words["version"])


def _opening(order: Order, token: str) -> bytes:
    words = {
        "token": token,
        "memory_bytes": order.limits.memory_bytes,
        "modules": dict(order.content.modules),
        "documents": dict(order.content.documents),
        "question": order.question,
    }
    return json.dumps(words).encode() + b"\n"


async def _answer(child: Child, start_s: float) -> dict[str, Any]:
    """What the server said when it was ready. LoadRefusedError, EngineError."""
    try:
        async with asyncio.timeout(start_s):
            line = await child.first_line()
    except TimeoutError as cause:
        raise _failure(f"it was not ready within {start_s} s") from cause
    try:
        words: dict[str, Any] = json.loads(line)
    except ValueError as cause:
        await child.close()
        raise _failure(child.said) from cause
    if "refused" in words:
        raise LoadRefusedError("\n".join(words["refused"]))
    return words


def _failure(said: str) -> EngineError:
    reinstall = "Install requirements/opa.txt" if "opa_bindings" in said else "Reinstall the gate's requirements"
    return EngineError(
        f"the embedded policy engine did not start: {said.splitlines()[-1] if said else 'it said nothing'}",
        hint=f"{reinstall} as the README says, or name an opa executable in GATE_OPA_BINARY.",
    )

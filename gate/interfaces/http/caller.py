"""Who is asking. Without tokens the gate is open, which is why it then listens on loopback only."""

from typing import Annotated

from fastapi import Depends, Request

from gate.application.gate import Gate

ANONYMOUS = "anonymous"


def _asker() -> str:
    return ANONYMOUS


def _gate(request: Request) -> Gate:
    gate: Gate = request.app.state.gate
    return gate


Asker = Annotated[str, Depends(_asker)]
"""The name under which a request is recorded."""

TheGate = Annotated[Gate, Depends(_gate)]
"""The wired gate of this process."""

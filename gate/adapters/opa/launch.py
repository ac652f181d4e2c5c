"""What the two kinds of local OPA have in common: what is launched, what comes of it, and how it may fail."""

from dataclasses import dataclass
from typing import Final, Protocol

from gate.adapters.opa.bundle import Content
from gate.adapters.opa.child import Child
from gate.adapters.opa.client import OpaClient
from gate.adapters.opa.limits import Limits

LOOPBACK: Final = "127.0.0.1"


class LoadRefusedError(Exception):
    """OPA does not accept the content. The message is OPA's text, which `refusals` reads. Never leaves this package."""


@dataclass(frozen=True, slots=True)
class Order:
    """What one OPA process is to hold, and the only question (a slash path) that it answers."""

    content: Content
    question: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class Running:
    """A local OPA that has loaded its content and listens."""

    child: Child
    client: OpaClient
    version: str

    async def close(self) -> None:
        """End the process, then let go of the connections to it."""
        await self.child.close()
        await self.client.close()


class Launcher(Protocol):
    """Starts OPA processes of one kind."""

    @property
    def kind(self) -> str:
        """The name of the kind, for people."""

    @property
    def parallel(self) -> int:
        """How many questions one process works on at a time."""

    async def launch(self, order: Order) -> Running:
        """Start one, ready to be asked. LoadRefusedError, EngineError."""


def tuned(limits: Limits) -> dict[str, str]:
    """Environment of a Go process that judges: garbage is collected less often, but well before the memory limit."""
    return {"GOGC": "400", "GOMEMLIMIT": str(limits.memory_bytes * 3 // 4), "TZ": "UTC"}

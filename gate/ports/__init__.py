"""What the application needs from the world, by role. Adapters implement these; simulators in tests do too."""

from gate.ports.policy import EngineStatus, Forge, PolicyEngine, PolicySource, Proposals, RegoTest
from gate.ports.store import Store
from gate.ports.surroundings import Clock, Meter, Notifier, Stage
from gate.ports.who import IdentityVerifier, SignInProvider

__all__ = [
    "Clock",
    "EngineStatus",
    "Forge",
    "IdentityVerifier",
    "Meter",
    "Notifier",
    "PolicyEngine",
    "PolicySource",
    "Proposals",
    "RegoTest",
    "SignInProvider",
    "Stage",
    "Store",
]

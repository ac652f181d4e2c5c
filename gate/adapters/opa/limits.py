"""How much time, memory and queue a policy engine is given. Where they are read from settings is elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds within which OPA works; past each of them the answer is an error, never a guess."""

    answer_s: float = 2.0  # seconds for one question, from asking to the last byte; a local OPA past it is killed
    start_s: float = 15.0  # seconds for a local OPA to load a bundle and listen
    patience_s: float = 3.0  # seconds that a question waits for a free place, or for a local OPA being restarted
    waiting: int = 256  # questions that may wait; one more is turned away at once
    memory_bytes: int = 1 << 30  # data that a local OPA may allocate; more ends that process, not the gate
    linger_s: float = 2.0  # seconds that a replaced revision still answers those who pinned it just before


DEFAULT = Limits()

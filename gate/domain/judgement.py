"""A judgement: everything that is written of one walk down the path, and what is read back of it."""

from dataclasses import dataclass
from functools import cached_property

from gate.domain.assessment import Assessment
from gate.domain.canonical import canonical
from gate.domain.change import Change
from gate.domain.decision import Decision
from gate.domain.facts import Facts
from gate.domain.history import History, HistoryQuestion, Reservation
from gate.domain.notice import Notice
from gate.domain.pir import Pir
from gate.domain.queue import Place
from gate.domain.review_load import Answered


@dataclass(frozen=True)
class Judgement:
    """One decision with all that it rests on and all that follows from it."""

    change: Change
    """As it stands from now on."""
    request_key: str | None
    facts: Facts
    assessment: Assessment
    decision: Decision
    question: HistoryQuestion
    history: History
    reservation: Reservation | None
    """What the change holds from now on; None lets go of what it held."""
    place: Place | None = None
    """Where it stands in line from now on; None takes it out."""
    uses: tuple[str, ...] = ()
    """Bypasses that are used up now, once each."""
    pir: Pir | None = None
    """The review that it owes for using them."""
    look_again_ns: int | None = None
    """When to judge it again by itself; None for never."""
    waits_on: tuple[str, ...] = ()
    """Changes that make it due when they end, or give up what they hold or are in line for."""
    waits_for_asking: tuple[str, ...] = ()
    """What makes it due as soon as anybody asks for it; see `prerequisites.unasked`."""
    answered: tuple[Answered, ...] = ()
    """The groups that it waited for and waits for no longer, because they have answered."""
    notices: tuple[Notice, ...] = ()
    """What is told of it to people and programs elsewhere."""

    def gives_up(self, since_ns: int, until_ns: int) -> bool:
        """Whether it no longer holds all of the time still to come that the change held before."""
        held = self.reservation
        return held is None or held.since_ns > max(since_ns, self.decision.at_ns) or held.until_ns < until_ns

    @cached_property
    def facts_bytes(self) -> bytes:
        """The exact bytes that are kept and hashed; so below."""
        return canonical(self.facts)

    @cached_property
    def assessment_bytes(self) -> bytes:
        """What the engine said."""
        return canonical(self.assessment)

    @cached_property
    def decision_bytes(self) -> bytes:
        """What came of it."""
        return canonical(self.decision)


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A change and the latest decision about it."""

    change: Change
    decision: Decision
    record_id: str
    """The record by which the ledger can prove the decision."""

    @property
    def standing(self) -> str:
        """Another text whenever it has moved on."""
        return f"{self.decision.id}.{self.change.state}"


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision, and the exact bytes of what it was made of."""

    decision: Decision
    facts: bytes
    assessment: bytes
    record_id: str

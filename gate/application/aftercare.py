"""After-care: the reviews that are owed for going around the process, written and listed.

Who may grant what, and that an overdue review closes the way around, is policy's; here reviews are only kept.
"""

from collections.abc import Sequence

from gate.application.active_policy import ActivePolicy
from gate.domain.errors import ForbiddenError, WrongStateError
from gate.domain.outlook import FORGOTTEN_NS
from gate.domain.pir import Pir, PirFindings, WrittenPir
from gate.domain.record import Record
from gate.ports import Clock, Store


class AfterCare:
    """Takes reviews in."""

    def __init__(self, active: ActivePolicy, store: Store, clock: Clock) -> None:
        self._active = active
        self._store = store
        self._clock = clock

    async def write(self, change_id: str, findings: PirFindings, by: str, asker: str) -> Pir:
        """Put a review on record; the same again changes nothing. `asker`: the caller as the gate knows them.

        WrongStateError where none is owed, or another is written; UnknownNameError, ForbiddenError, WorldError.
        """
        at_ns = self._clock.now_ns()
        pir = await self._owed(change_id)
        self._demand_person(by)
        written = WrittenPir(by=by, at_ns=at_ns, **findings.model_dump())
        said = findings.model_dump(mode="json")
        record = Record.of("pir", self._clock.new_id("rec"), at_ns, change_id, asker=asker, by=by, **said)
        if not await self._store.write_pir(change_id, written, record):
            return _same(await self._owed(change_id), findings, by)
        if pir.is_overdue(at_ns):
            # The way around of its team is open again: what waits for one is judged anew.
            await self._store.make_all_due(at_ns, at_ns - FORGOTTEN_NS)
        return pir.model_copy(update={"written": written})

    async def reviews(self, *, overdue: bool) -> Sequence[Pir]:
        """Newest first; or those that are overdue, the longest first."""
        return await self._store.pirs(overdue_at_ns=self._clock.now_ns() if overdue else None)

    def _demand_person(self, name: str) -> None:
        """A robot has learnt nothing."""
        if self._active.policy is not None and self._active.policy.catalogue.person(name).robot:
            raise ForbiddenError(f"{name} is a robot; a person writes a review", hint="Ask with a token of a person.")

    async def _owed(self, change_id: str) -> Pir:
        pir = await self._store.pir(change_id)
        if pir is None:
            raise WrongStateError(
                f"change {change_id} owes no review", hint="Only what started on a bypass does: see `gate pir list`."
            )
        return pir


def _same(pir: Pir, findings: PirFindings, by: str) -> Pir:
    written = pir.written
    if written is not None and (written.by, PirFindings(**written.model_dump(exclude={"by", "at_ns"}))) == (
        by,
        findings,
    ):
        return pir
    raise WrongStateError(
        f"change {pir.change} was reviewed by {written.by if written else 'somebody'} already",
        hint="A review is never changed; what is to be added belongs into its follow-ups' tickets.",
    )

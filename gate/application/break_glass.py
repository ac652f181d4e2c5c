"""People break the glass: hear → keep → judge at once, by the one path of every change; then file it.

A broken glass is a fact like others. What it lifts is judged. A gate that is killed once it is kept loses nothing:
the change is due, so whichever gate looks next judges it, and sends the alarms with that decision.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from gate.application.active_policy import ActivePolicy
from gate.application.filing import GlassFiling
from gate.application.intake import Intake
from gate.application.perseverance import persevering
from gate.domain.break_glass import BreakGlass, GivenBreakGlass
from gate.domain.breaking import Breaking
from gate.domain.decision import Decision
from gate.domain.errors import GateError, WrongStateError
from gate.domain.judgement import StoredChange
from gate.domain.record import Record
from gate.ports import Clock, Store

_KEPT: Final = "The glass is broken, on record, and will be judged as soon as that can be done."


@dataclass(frozen=True, slots=True)
class Broken:
    """The change as it stands, and the glass that was broken for it."""

    stored: StoredChange
    glass: BreakGlass


class GlassBreaking:
    """Takes in who breaks the glass."""

    def __init__(self, active: ActivePolicy, intake: Intake, store: Store, clock: Clock, filing: GlassFiling) -> None:
        self._active = active
        self._intake = intake
        self._store = store
        self._clock = clock
        self.filing = filing

    async def break_glass(self, change_id: str, given: GivenBreakGlass, asker: str) -> Broken:
        """The change as it stands with the glass broken. The same again changes nothing.

        `asker`: the caller as the gate knows them, for the record. CallerError, PolicyError, WorldError.
        """
        await persevering(change_id, lambda: self._hear(change_id, given, asker))
        stored = await self._judged(change_id)
        await self.filing.begin(_own(await self._store.break_glasses(change_id), given))
        return Broken(stored, _own(await self._store.break_glasses(change_id), given))

    async def _hear(self, change_id: str, given: GivenBreakGlass, asker: str) -> None:
        at_ns = self._clock.now_ns()
        change = (await self._intake.change(change_id)).change
        policy = self._active.pinned(change.request.environment, at_ns)
        before = await self._store.break_glasses(change_id)
        glass = Breaking(given, change, before, policy).admitted(self._clock.new_id("glass"), at_ns)
        if glass is not None:
            await self._store.break_glass(glass, self._record(glass, asker))

    async def _judged(self, change_id: str) -> StoredChange:
        """The change with a decision that knows of every glass: a gate that was killed may have kept one, and no more.

        What started or ended meanwhile stays as it is.
        """
        stored = await self._intake.change(change_id)
        if _knows(stored.decision, await self._store.break_glasses(change_id)):
            return stored
        try:
            return await self._intake.judge_again(change_id)
        except WrongStateError:
            return await self._intake.change(change_id)
        except GateError as error:
            error.hint = f"{_KEPT} {error.hint}".rstrip()
            raise

    def _record(self, glass: BreakGlass, asker: str) -> Record:
        said = glass.model_dump(mode="json", exclude={"change", "at_ns", "id", "expires_ns", "filed_at_ns"})
        record_id = self._clock.new_id("rec")
        return Record.of("glass_broken", record_id, glass.at_ns, glass.change, asker=asker, glass=glass.id, **said)


def _own(glasses: Collection[BreakGlass], given: GivenBreakGlass) -> BreakGlass:
    said = (given.by, given.reason, given.incident)
    return [glass for glass in glasses if (glass.by, glass.reason, glass.incident) == said][-1]


def _knows(decision: Decision, glasses: Collection[BreakGlass]) -> bool:
    known = {result.id for result in decision.bypasses}
    return all(glass.id in known for glass in glasses)

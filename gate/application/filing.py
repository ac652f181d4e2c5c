"""Pressed freezes and broken glasses are filed: each is proposed to the policy repository (`clerk` says how)."""

from collections.abc import Sequence
from typing import Final

from gate.application.clerk import Clerk
from gate.domain.break_glass import BreakGlass
from gate.domain.errors import WorldError
from gate.domain.proposal import Proposal, bypass_proposal_of, proposal_of
from gate.domain.red_button import PressedFreeze

_AT_ONCE: Final = 100


class Filing(Clerk[PressedFreeze]):
    """Files freezes, as long as they hold."""

    what = "freeze"

    async def _to_file(self) -> Sequence[PressedFreeze]:
        return await self._store.freezes(holding_at_ns=self._clock.now_ns())

    def _is_over(self, thing: PressedFreeze) -> bool:
        return thing.state_at(self._clock.now_ns()) != "pressed"

    async def _proposal(self, thing: PressedFreeze) -> Proposal:
        return proposal_of(thing)

    async def _remember(self, thing: PressedFreeze, at_ns: int) -> None:
        await self._store.file(thing.id, at_ns)


class GlassFiling(Clerk[BreakGlass]):
    """Files broken glasses, however long ago they were broken: git is to tell what happened, not only what holds."""

    what = "break-glass"

    async def _to_file(self) -> Sequence[BreakGlass]:
        return await self._store.unfiled_glasses(_AT_ONCE)

    def _is_over(self, _: BreakGlass) -> bool:
        return False

    async def _proposal(self, thing: BreakGlass) -> Proposal:
        return bypass_proposal_of(thing, await self._lifted(thing))

    async def _remember(self, thing: BreakGlass, at_ns: int) -> None:
        await self._store.file_glass(thing.id, at_ns)

    async def _lifted(self, glass: BreakGlass) -> tuple[str, ...]:
        """What it lifts by the latest decision, which must know of it, unless its change ended before any could."""
        stored = await self._store.change(glass.change)
        results = stored.decision.bypasses if stored else ()
        result = next((each for each in results if each.id == glass.id), None)
        if result is None and stored is not None and not stored.change.is_over:
            raise WorldError("it is not judged yet")
        return result.lifts if result else ()

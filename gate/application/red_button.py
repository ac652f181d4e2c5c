"""The red button: freezes that are pressed and thawed here, and hold at once; each is then proposed to git.

What a pressed freeze closes, and for whom, is judged on the one path like any other window (`intake`).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from gate.application.active_policy import ActivePolicy
from gate.application.filing import Filing
from gate.application.freeze_count import FreezeCount
from gate.application.unmetered import Unmetered
from gate.domain.errors import CallerError, ConflictingRequestError, UnknownNameError
from gate.domain.instant import rfc3339
from gate.domain.outlook import FORGOTTEN_NS
from gate.domain.record import Record, RecordKind
from gate.domain.red_button import FreezeRequest, PressedFreeze, Thaw, demand_known
from gate.ports import Clock, Meter, Store


@dataclass(frozen=True, slots=True)
class Pressed:
    """The freeze that a press leads to, and whether it had been pressed before."""

    freeze: PressedFreeze
    pressed_before: bool


class RedButton:
    """Presses, thaws and shows."""

    def __init__(
        self, active: ActivePolicy, store: Store, clock: Clock, filing: Filing, meter: Meter | None = None
    ) -> None:
        self._active = active
        self._store = store
        self._clock = clock
        self.filing = filing
        self.count = FreezeCount(store, clock, meter or Unmetered())

    async def press(self, request: FreezeRequest, presser: str, idempotency_key: str | None = None) -> Pressed:
        """Freeze now. The same key again presses nothing more. CallerError, StoreError.

        When this returns, the freeze holds for every gate on the store. That it is proposed to the policy repository
        is tried for a moment, and goes on being tried.
        """
        at_ns = self._clock.now_ns()
        if self._active.policy is not None:  # without any, nothing is approved, but a press must be heard
            demand_known(request.scope, self._active.policy.catalogue)
        if request.until_ns is not None and request.until_ns <= at_ns:
            raise CallerError("the freeze would be over before it begins", hint="Leave `until` out.", field="until")
        wanted = PressedFreeze(**dict(request), id=self._clock.new_id("frz"), pressed_by=presser, pressed_at_ns=at_ns)
        key = None if idempotency_key is None else _key(presser, idempotency_key)
        freeze = await self._store.press(wanted, key, self._frozen(wanted), at_ns - FORGOTTEN_NS)
        if not freeze.asks_the_same(request):
            raise ConflictingRequestError(
                f"this Idempotency-Key already stands for another freeze, {freeze.id}",
                hint="Press with another key.",
                field="Idempotency-Key",
            )
        await self.filing.begin(freeze)
        return Pressed(await self.freeze(freeze.id), pressed_before=freeze.id != wanted.id)

    async def thaw(self, freeze_id: str, reason: str, thawer: str) -> PressedFreeze:
        """Let go of a freeze. One that does not hold any more stays as it is. UnknownNameError, StoreError."""
        thaw = Thaw(by=thawer, at_ns=self._clock.now_ns(), reason=reason)
        record = self._record("thawed", thaw.at_ns, freeze=freeze_id, by=thawer, reason=reason)
        freeze = await self._store.thaw(freeze_id, thaw, record, thaw.at_ns - FORGOTTEN_NS)
        return freeze or _unknown(freeze_id)

    async def freeze(self, freeze_id: str) -> PressedFreeze:
        """A pressed freeze, however it stands. UnknownNameError, StoreError."""
        return await self._store.freeze(freeze_id) or _unknown(freeze_id)

    async def freezes(self, *, holding: bool) -> Sequence[PressedFreeze]:
        """The pressed freezes, newest first: those that hold, or all. StoreError."""
        return await self._store.freezes(holding_at_ns=self._clock.now_ns() if holding else None)

    def _frozen(self, freeze: PressedFreeze) -> Record:
        return self._record(
            "frozen",
            freeze.pressed_at_ns,
            freeze=freeze.id,
            by=freeze.pressed_by,
            reason=freeze.reason,
            scope=freeze.scope.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            incident=freeze.incident,
            overrun=freeze.overrun,
            until=None if freeze.until_ns is None else rfc3339(freeze.until_ns),
        )

    def _record(self, kind: RecordKind, at_ns: int, **said: object) -> Record:
        return Record.of(kind, self._clock.new_id("rec"), at_ns, None, **said)


def _key(presser: str, idempotency_key: str) -> str:
    return hashlib.sha256(json.dumps(["freeze", presser, idempotency_key]).encode()).hexdigest()


def _unknown(freeze_id: str) -> NoReturn:
    raise UnknownNameError(f"no freeze is called {freeze_id!r}", hint="`gate freeze list --all` shows those pressed.")

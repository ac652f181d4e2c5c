"""Whether decisions can be made, and if not, why not."""

from gate.application.active_policy import ActivePolicy
from gate.application.shared import Shared
from gate.domain.errors import StoreError
from gate.ports import PolicyEngine, Store


class Readiness:
    """Looks at policy, engine and store. However many ask, the store is asked once at a time: it writes for it."""

    def __init__(self, active: ActivePolicy, engine: PolicyEngine, store: Store) -> None:
        self._active = active
        self._engine = engine
        self._store = store
        self._against_store = Shared(self._ask_store)

    async def reasons_against(self) -> tuple[str, ...]:
        """Sentences, for people; none if decisions can be made."""
        reasons = (self._against_policy(), await self._against_store.answer())
        return tuple(reason for reason in reasons if reason)

    def _against_policy(self) -> str | None:
        policy, engine = self._active.policy, self._engine.status()
        if policy is None:
            return f"no policy revision is active. {self._active.trouble}".strip()
        if engine.revision != policy.revision:
            return f"the engine is at {engine.revision or 'no revision'}, the gate at {policy.revision}"
        return None

    async def _ask_store(self) -> str | None:
        try:
            await self._store.ping()
        except StoreError as error:
            return error.message
        return None

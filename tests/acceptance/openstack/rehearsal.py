"""A gate in the way of the release queue that is real in everything but its clock: git, OPA, store, intake, watch."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from gate.adapters.opa.engine import LocalEngine
from gate.adapters.opa.limits import Limits
from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.source import GitPolicySource
from gate.adapters.sql.store import SqlStore
from gate.application.activation import Activation
from gate.application.active_policy import ActivePolicy
from gate.application.intake import Intake
from gate.application.news import News
from gate.application.running import Running
from gate.application.watch import Watch
from tests.acceptance.openstack.asking import SetClock
from tests.acceptance.openstack.data import Request
from tests.acceptance.openstack.judging import Answer, judge_all
from tests.acceptance.openstack.walking import Walk

_PATIENT: Final = Limits(answer_s=60, patience_s=60)
"""Nothing here is about speed, and a busy machine must not make it so."""


class Rehearsal:
    """The gate, to be asked by tests."""

    def __init__(self, runner: asyncio.Runner, engine: LocalEngine, store: SqlStore) -> None:
        self._runner = runner
        self._engine = engine
        self._store = store
        self._clock = SetClock()
        self._active = ActivePolicy()

    @classmethod
    @contextmanager
    def of(cls, repository: Path, state: Path) -> Iterator[Self]:
        """The gate with the last commit of a policy repository active; what it keeps goes below `state`."""
        with asyncio.Runner() as runner:
            engine = LocalEngine.embedded(_PATIENT)
            store = runner.run(SqlStore.open(f"sqlite:///{state}/gate.db"))
            rehearsal = cls(runner, engine, store)
            try:
                rehearsal._activate(GitPolicySource(Address.local(repository, branch="main"), state / "mirror"))
                yield rehearsal
            finally:
                runner.run(engine.close())
                runner.run(store.close())

    def judge(self, requests: Sequence[Request]) -> list[Answer]:
        """The answer to each request, in their order, as if no other change were under way."""
        assert self._active.policy is not None
        return self._runner.run(judge_all(self._active.policy, self._engine, requests))

    def walk(self, requests: Sequence[Request]) -> Walk:
        """Each request down the whole path, in order of time."""
        intake = Intake(self._active, self._engine, self._store, self._clock, News())
        running = Running(intake, self._active, self._store, self._clock)
        walk = Walk(intake, Watch(intake, running, self._store, self._clock), self._clock)
        self._runner.run(walk.take(requests))
        return walk

    def story_of(self, change_id: str) -> list[str]:
        """What the store remembers of a change, oldest first."""
        return [record.kind for record in self._runner.run(self._store.records(change_id))]

    def _activate(self, source: GitPolicySource) -> None:
        activation = Activation(self._active, source, self._engine, self._store, self._clock)
        self._runner.run(activation.begin())
        assert self._active.policy is not None, self._active.rejected or self._active.trouble

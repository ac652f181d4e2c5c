"""Starts `gate serve` with a fault built in, named by FAULT: `python -m tests.faults.launcher`.

The gate's own code knows nothing of this: what fails is put around it from outside.

    before_commit:N, after_commit:N   SIGKILL to itself just before or after the Nth commit of the database
    answer_before_commit              a planted bug: the answer leaves while the commit is still to come, and never does
    stale_revision                    a planted bug: a new revision takes over by name, but the old one goes on judging
    engine_error_passes               a planted bug: an engine that fails is taken for one that is content
"""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from gate import __main__ as command
from gate.adapters.opa.engine import LocalEngine
from gate.adapters.policy_repo.source import GitPolicySource
from gate.adapters.sql.store import SqlStore
from gate.domain.assessment import Assessment
from gate.domain.errors import EngineError
from gate.domain.facts import Facts
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.policy_set import PolicySet
from gate.domain.record import Record


def kill_at_commit(number: int, *, after: bool) -> None:
    """Die at the Nth commit that writes anything, counted from the start of the process."""
    commit = DefaultDialect.do_commit
    seen = 0

    def counted(self: DefaultDialect, dbapi_connection: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self, dbapi_connection)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    DefaultDialect.do_commit = counted  # type: ignore[method-assign]  # the fault


def answer_before_commit() -> None:
    """Every second judgement is answered, and lost."""
    record, seen = SqlStore.record, 0

    async def forgetful(self: SqlStore, judgement: Judgement, records: Sequence[Record]) -> StoredChange:
        nonlocal seen
        seen += 1
        if seen % 2:
            return await record(self, judgement, records)
        return StoredChange(judgement.change, judgement.decision, records[-1].id)

    SqlStore.record = forgetful  # type: ignore[method-assign]  # the planted bug


def stale_revision() -> None:
    """Whatever is loaded after the first revision is the first one again, under the new name."""
    load = GitPolicySource.load
    first: list[PolicySet] = []

    async def forgetful(self: GitPolicySource, revision: str) -> PolicySet:
        first.append(await load(self, revision))
        return replace(first[0], revision=revision)

    GitPolicySource.load = forgetful  # type: ignore[method-assign]  # the planted bug


def engine_error_passes() -> None:
    """What the engine could not answer is taken as satisfied."""
    assess = LocalEngine.assess

    async def content(self: LocalEngine, facts: Facts) -> Assessment:
        try:
            return await assess(self, facts)
        except EngineError:
            return Assessment.model_validate(
                {
                    "revision": facts.revision,
                    "class": "normal",
                    "lane": None,
                    "risk": {"class": "low", "score": 0},
                    "required": ["evidence"],
                    "verdicts": {"evidence": {"status": "satisfied"}},
                    "bypasses": {},
                }
            )

    LocalEngine.assess = content  # type: ignore[method-assign]  # the planted bug


def main() -> None:
    """Build the fault in, then serve."""
    name, _, number = os.environ.pop("FAULT", "").partition(":")
    if name in {"before_commit", "after_commit"}:
        kill_at_commit(int(number), after=name == "after_commit")
    elif name:
        planted = (answer_before_commit, engine_error_passes, stale_revision)
        next(bug for bug in planted if bug.__name__ == name)()
    sys.argv = ["gate", "serve"]
    command.main()


if __name__ == "__main__":
    main()

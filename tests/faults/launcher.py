"""Starts `gate serve` with a fault built in, named by FAULT: `python -m tests.faults.launcher`.

The gate's own code knows nothing of this: what fails is put around it from outside.

    before_commit:N, after_commit:N   SIGKILL to itself just before or after the Nth commit of the database
    clock:FILE                        the clock is off by as many seconds as the file says, each time it is read
    answer_before_commit              a planted bug: the answer leaves while the commit is still to come, and never does
    stale_revision                    a planted bug: a new revision takes over by name, but the old one goes on judging
    hurried_activation                no fault: a served OPA gets half a second to follow to a new revision
    engine_error_passes               a planted bug: an engine that fails is taken for one that is content
    approved_unasked               a planted bug: who records an approval does not look once more what others took
    press_unheard                     a planted bug: who records a judgement does not look for red buttons once more
"""

import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partialmethod
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from gate import __main__ as command
from gate.adapters import clock
from gate.adapters.opa.engine import LocalEngine
from gate.adapters.opa.served import ServedEngine
from gate.adapters.policy_repo.source import GitPolicySource
from gate.adapters.sql import recording
from gate.adapters.sql.store import SqlStore
from gate.domain.assessment import Assessment
from gate.domain.errors import EngineError
from gate.domain.facts import Facts
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.policy_set import PolicySet
from gate.domain.record import Record
from gate.ports import PolicyEngine


def kill_at_commit(number: int, *, after: bool) -> None:
    """Die at the Nth commit that writes anything, counted from the start of the process."""
    commit = DefaultDialect.do_commit
    numbers = count(1)

    def counted(self: DefaultDialect, dbapi_connection: Any) -> None:
        own = next(numbers)  # others commit meanwhile, on threads of their own
        if own == number and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self, dbapi_connection)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
        if own == number:
            os.kill(os.getpid(), signal.SIGKILL)

    DefaultDialect.do_commit = counted  # type: ignore[method-assign]  # the fault


def clock_off_by(seconds: Path) -> None:
    """Somebody sets the machine's clock, while the gate runs."""
    vars(clock)["time"] = SimpleNamespace(time_ns=lambda: time.time_ns() + int(seconds.read_text()) * 10**9)


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


def hurried_activation() -> None:
    """Half a minute is long for a test."""
    ServedEngine.__init__ = partialmethod(ServedEngine.__init__, settle_s=0.5)  # type: ignore[method-assign,assignment]


def engine_error_passes() -> None:
    """What the engine could not answer is taken as satisfied."""
    for kind in (LocalEngine, ServedEngine):
        kind.assess = _content(kind.assess)  # type: ignore[assignment,method-assign]  # the planted bug


def _content(assess: Callable[..., Awaitable[Assessment]]) -> Callable[..., Awaitable[Assessment]]:
    """What becomes of an engine's `assess`."""

    async def content(self: PolicyEngine, facts: Facts) -> Assessment:
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

    return content


def press_unheard() -> None:
    """What was pressed between gathering and recording is not seen."""
    recording._demand_the_same_freezes = lambda *_: None  # noqa: SLF001 -- the planted bug


def approved_unasked() -> None:
    """What others took between gathering and recording is not seen."""
    recording._demand_the_same = lambda *_: None  # noqa: SLF001 -- the planted bug


def main() -> None:
    """Build the fault in, then serve."""
    name, _, said = os.environ.pop("FAULT", "").partition(":")
    if name in {"before_commit", "after_commit"}:
        kill_at_commit(int(said), after=name == "after_commit")
    elif name == "clock":
        clock_off_by(Path(said))
    elif name:
        planted = (
            answer_before_commit,
            approved_unasked,
            engine_error_passes,
            hurried_activation,
            press_unheard,
            stale_revision,
        )
        next(bug for bug in planted if bug.__name__ == name)()
    sys.argv = ["gate", "serve"]
    command.main()


if __name__ == "__main__":
    main()

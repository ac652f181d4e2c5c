"""The last steps of the path, as the application takes them: ask the history, judge on it, record."""

from typing import Any

from gate.domain.change import Change, ChangeState
from gate.domain.decision import Outcome
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.review import Answer, AnswerKind
from gate.ports import Store
from tests.builders import AT_NS, a_judgement, a_question, a_record, an_answer, records_of


async def judged(
    store: Store,
    change: Change,
    outcome: Outcome = "approved",
    *,
    near: tuple[str, ...] = (),
    bypasses: tuple[str, ...] = (),
    at_ns: int = AT_NS,
    team: str | None = None,
    **fields: Any,
) -> Judgement:
    """A judgement on what the store says now; nothing is written yet."""
    owner = {} if team is None else {"team": team}
    question = a_question(change, near=near, bypasses=bypasses, at_ns=at_ns, **owner)
    history = await store.history(question)
    return a_judgement(change, outcome=outcome, question=question, history=history, **fields)


async def record(store: Store, judgement: Judgement) -> StoredChange:
    """Write a judgement together with its records."""
    return await store.record(judgement, records_of(judgement))


async def judge(store: Store, change: Change, outcome: Outcome = "approved", **fields: Any) -> StoredChange:
    """Both at once."""
    return await record(store, await judged(store, change, outcome, **fields))


async def answer(store: Store, change: Change, number: int = 1, said: AnswerKind = "approve", **fields: Any) -> Answer:
    """Keep an answer together with its record."""
    kept = an_answer(change, number, said, **fields)
    await store.add_answer(kept, a_record("step_vetoed" if said == "veto" else "step_approved", change))
    return kept


async def end(store: Store, change: Change, expected: ChangeState = "started") -> None:
    """Write the end of a change, `change` being what it is from now on."""
    assert change.state in {"finished", "withdrawn"}
    await store.end(change, expected, [a_record(change.state, change)])

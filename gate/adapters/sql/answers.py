"""People's answers to rows and back, and the transaction that keeps one."""

from gate.adapters.sql import statements as sql
from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.rows import Values, record_rows
from gate.domain.errors import FactsMovedError
from gate.domain.record import Record
from gate.domain.review import Answer, Approval, standing


def answers_of(session: Session, change_id: str) -> list[Answer]:
    """Every answer to a change, oldest first."""
    return [_answer_of(row) for row in session.execute(sql.ANSWERS, {"change": change_id})]


def approvals_of(session: Session, change_id: str) -> tuple[Approval, ...]:
    """The answers that stand."""
    return standing(answers_of(session, change_id))


def write_answer(session: Session, answer: Answer, record: Record) -> None:
    """Keep it, and make the change due. FactsMovedError if it is not open, or was answered meanwhile."""
    told = {"change": answer.change, "at_ns": answer.at_ns}
    record_count = session.execute(sql.ANSWERED, told).scalar_one_or_none()
    if record_count is None:
        raise FactsMovedError(f"change {answer.change} is not open any more")
    last = session.execute(sql.LAST_ANSWER, {"change": answer.change}).scalar_one_or_none()
    if answer.number != (last or 0) + 1:
        raise FactsMovedError(f"change {answer.change} was answered by somebody else meanwhile")
    session.execute(sql.NEW_ANSWER, _answer_row(answer))
    session.execute(sql.NEW_RECORD, record_rows([record])[0] | {"number": record_count})


def _answer_row(answer: Answer) -> Values:
    return {
        "change_id": answer.change,
        "number": answer.number,
        "step": answer.step,
        "person": answer.by,
        "answer": answer.answer,
        "at_ns": answer.at_ns,
        "commit_id": answer.commit,
        "artifact": answer.artifact,
        "comment": answer.comment,
        "shown_by": answer.shown_by,
    }


def _answer_of(row: Row) -> Answer:
    return Answer(
        change=row["change_id"],
        number=row["number"],
        step=row["step"],
        by=row["person"],
        answer=row["answer"],
        at_ns=row["at_ns"],
        commit=row["commit_id"],
        artifact=row["artifact"],
        comment=row["comment"],
        shown_by=row["shown_by"],
    )

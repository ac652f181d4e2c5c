"""The outbox: notices that were committed with their decisions, until they are delivered.

Whoever wants to deliver takes notices by putting them off for a while; who comes second finds them put off. A gate that
dies with one in hand loses nothing: it is due again when that while is over.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.rows import Values
from gate.adapters.sql.tables import notices
from gate.domain.canonical import canonical
from gate.domain.notice import Notice

NEW_NOTICE: Final = insert(notices)
_DUE: Final = (
    select(notices.c.id)
    .where(notices.c.due_ns <= bindparam("at_ns"))
    .order_by(notices.c.due_ns, notices.c.id)
    .limit(bindparam("limit"))
)
_TAKE: Final = (
    update(notices)
    # Asked twice: on PostgreSQL, whoever waited for the row looks at this once more when he gets it.
    .where(notices.c.id.in_(_DUE), notices.c.due_ns <= bindparam("at_ns"))
    .values(due_ns=bindparam("until_ns"))
    .returning(notices.c.notice, notices.c.attempts)
)
_DELIVERED: Final = delete(notices).where(notices.c.id == bindparam("notice_id"))
_FAILED: Final = (
    update(notices)
    .where(notices.c.id == bindparam("notice_id"))
    .values(due_ns=bindparam("next_ns"), attempts=notices.c.attempts + 1)
)


def notice_rows(told: Iterable[Notice]) -> list[Values]:
    """The rows of notices that are due at once."""
    return [{"id": each.id, "notice": canonical(each), "due_ns": each.at_ns, "attempts": 0} for each in told]


def take_notices(session: Session, at_ns: int, until_ns: int, limit: int) -> list[Notice]:
    """Take what is due, the longest due first; it is due again at `until_ns`."""
    taken = [_notice_of(row) for row in session.execute(_TAKE, {"at_ns": at_ns, "until_ns": until_ns, "limit": limit})]
    return sorted(taken, key=lambda notice: (notice.at_ns, notice.id))


def forget_notice(session: Session, notice_id: str) -> None:
    """It is delivered, or given up."""
    session.execute(_DELIVERED, {"notice_id": notice_id})


def put_off_notice(session: Session, notice_id: str, until_ns: int) -> None:
    """It was tried in vain, and is due again then."""
    session.execute(_FAILED, {"notice_id": notice_id, "next_ns": until_ns})


def _notice_of(row: Row) -> Notice:
    return Notice.model_validate_json(row["notice"]).model_copy(update={"attempts": row["attempts"]})

"""Lists of changes, and of what waits for a group; filled in for the changes that are there."""

import json
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"

AT_ONCE: Final = 500
LONGEST_TITLE: Final = 200
LONGEST_WORDS: Final = 800
"""As they were when this step was written: a migration does the same for ever."""


def upgrade() -> None:
    op.create_table(
        "asked_groups",
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("asked_at_ns", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("group_name", "asked_at_ns", "change_id", name="pk_asked_groups"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_asked_groups_change_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_asked_groups_change_id", "asked_groups", ["change_id"])
    for name in ("title", "words"):
        op.add_column("changes", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_index("ix_changes_asked", "changes", ["asked_at_ns", "id"])
    op.create_index("ix_changes_service_asked", "changes", ["service", "asked_at_ns", "id"])
    op.create_index("ix_changes_requester_asked", "changes", ["requester", "asked_at_ns", "id"])
    connection = op.get_bind()
    written = sa.text("UPDATE changes SET title = :title, words = :words WHERE id = :id")
    for rows in _changes(connection):
        connection.execute(written, [_told(row) for row in rows])
    for group_name, asked_at_ns, change_id in _asked(connection):
        values = {"group": group_name, "at_ns": asked_at_ns, "change": change_id}
        connection.execute(sa.text("INSERT INTO asked_groups VALUES (:group, :at_ns, :change)"), values)


def _changes(connection: sa.Connection) -> Iterator[list[Any]]:
    """All of them, some at once."""
    told = "id, service, commit_id, requester, request"
    some = sa.text(f"SELECT {told} FROM changes WHERE id > :last ORDER BY id LIMIT :n")  # noqa: S608 -- fixed names
    last = ""
    while rows := list(connection.execute(some, {"last": last, "n": AT_ONCE})):
        yield rows
        last = rows[-1].id


def _told(row: Any) -> dict[str, str]:
    request = json.loads(row.request)
    lines = (" ".join(line.split()) for line in request.get("summary", "").replace("\0", "").splitlines())
    title = next(filter(None, lines), "")[:LONGEST_TITLE]
    people = ((request.get(name) or "").replace("\0", "") for name in ("author", "implementer", "incident"))
    said = " ".join(filter(None, (row.id, row.service, row.commit_id, row.requester, *people, title)))
    return {"id": row.id, "title": title, "words": " ".join(said.casefold().split())[:LONGEST_WORDS]}


def _asked(connection: sa.Connection) -> list[tuple[str, int, str]]:
    """Whom the open changes in review wait for, as their latest decisions say."""
    in_review = sa.text(
        "SELECT c.id, c.asked_at_ns, d.decision FROM changes c JOIN decisions d"
        " ON d.change_id = c.id AND d.sequence = c.sequence WHERE c.state = 'open' AND c.outcome = 'review'"
    )
    return sorted({(group, row.asked_at_ns, row.id) for row in connection.execute(in_review) for group in _groups(row)})


def _groups(row: Any) -> Iterator[str]:
    for step in json.loads(row.decision)["steps"]:
        if step["verdict"]["status"] == "pending" and not step["lifted_by"]:
            yield from (need["group"] for need in step["verdict"]["needs"] if need["group"])

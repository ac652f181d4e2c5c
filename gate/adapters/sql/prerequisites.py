"""The changes that others name as their prerequisites: by id, or by service and commit."""

from collections.abc import Sequence

from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.rows import change_of
from gate.adapters.sql.statements import BY_ID, NEWEST_OF_COMMIT
from gate.domain.change import Change
from gate.domain.prerequisites import is_id


def named(session: Session, environment: str, names: Sequence[str]) -> dict[str, Change]:
    """Those that are there, by the name they were asked for."""
    ids = [name for name in names if is_id(name)]
    rows = session.execute(BY_ID, {"changes": ids}) if ids else ()
    found = {row["id"]: change_of(row) for row in rows}
    for name in names:
        if not is_id(name) and (row := newest_of_commit(session, environment, name)) is not None:
            found[name] = change_of(row)
    return found


def newest_of_commit(session: Session, environment: str, name: str) -> Row | None:
    """The change that `service@commit` stands for: the newest that was not withdrawn, or the newest if all were."""
    service, _, commit = name.partition("@")
    asked = {"environment": environment, "service": service, "commit": commit}
    return session.execute(NEWEST_OF_COMMIT, asked).one_or_none()

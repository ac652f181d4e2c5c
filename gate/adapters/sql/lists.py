"""Lists of changes: a page of those that somebody looks for, and those that wait for somebody's groups.

A page looks through so many changes by one index, newest first, and no more: what is rare among them is found page by
page, never by looking through them all at once.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, String, bindparam, delete, func, insert, literal_column, or_, select, tuple_

from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.rows import stored_change_of
from gate.adapters.sql.statements import STORED
from gate.adapters.sql.tables import asked_groups, changes, decisions
from gate.domain.judgement import StoredChange
from gate.domain.listing import LOOKED_THROUGH, ListedChange, Listing, Wanted, folded

_LATEST: Final = (1 << 63) - 1

ASK: Final = insert(asked_groups)
ASK_NO_MORE: Final = delete(asked_groups).where(asked_groups.c.change_id == bindparam("change"))

_FIRST_ASKED: Final = (
    select(asked_groups.c.change_id, func.min(asked_groups.c.asked_at_ns).label("first_asked_ns"))
    .where(asked_groups.c.group_name.in_(bindparam("groups", expanding=True)))
    .group_by(asked_groups.c.change_id)
    .order_by(literal_column("first_asked_ns"), asked_groups.c.change_id)
    .limit(bindparam("limit"))
    .subquery("ahead")
)
ASKED_OF: Final = STORED.join(_FIRST_ASKED, _FIRST_ASKED.c.change_id == changes.c.id).order_by(
    _FIRST_ASKED.c.first_asked_ns, changes.c.id
)

_PLACE: Final = select(changes.c.asked_at_ns).where(changes.c.id == bindparam("change"))
_NEWEST_FIRST: Final = (changes.c.asked_at_ns.desc(), changes.c.id.desc())
_BEFORE: Final = tuple_(changes.c.asked_at_ns, changes.c.id) < tuple_(
    bindparam("asked_before_ns", type_=BigInteger), bindparam("before", type_=String)
)


_LOOKED_AT: Final = ("service", "environment", "requester", "state", "outcome")
_NARROW: Final = tuple(changes.c[name] for name in ("id", "asked_at_ns", "words", *_LOOKED_AT))
"""What is read of those that are looked through: of a change, the request is by far the most."""
_TOLD: Final = tuple(changes.c[name] for name in ("id", "asked_at_ns", "commit_id", "title", "result", *_LOOKED_AT))


def _looked_through(*which: Any) -> Any:
    return select(*_NARROW).where(_BEFORE, *which).order_by(*_NEWEST_FIRST)


def _is(column: Any, name: str) -> Any:
    """That a column is what is wanted; an empty text wants anything."""
    wanted = bindparam(name, type_=String)
    return or_(wanted == literal_column("''"), column == wanted)


def _page(*which: Any) -> Any:
    looked = _looked_through(*which).limit(literal_column(str(LOOKED_THROUGH))).subquery("ahead")
    wanted = [_is(looked.c[name], name) for name in _LOOKED_AT]
    found = (
        select(looked.c.id)
        .where(*wanted, looked.c.words.like(bindparam("text", type_=String), escape="\\"))
        .order_by(looked.c.asked_at_ns.desc(), looked.c.id.desc())
        .limit(bindparam("limit"))
        .subquery("anon_found")
    )
    latest = (decisions.c.change_id == changes.c.id) & (decisions.c.sequence == changes.c.sequence)
    return (
        select(*_TOLD, decisions.c.change_class, decisions.c.risk_class)
        .select_from(found)
        .join(changes, changes.c.id == found.c.id)
        .join(decisions, latest)
        .order_by(*_NEWEST_FIRST)
    )


def _last_looked_at(*which: Any) -> Any:
    last: Any = literal_column(str(LOOKED_THROUGH - 1))
    return _looked_through(*which).with_only_columns(changes.c.id).offset(last).limit(literal_column("1"))


_BY_SERVICE: Final = changes.c.service == bindparam("service", type_=String)
_BY_REQUESTER: Final = changes.c.requester == bindparam("requester", type_=String)
PAGE: Final = _page()
PAGE_OF_SERVICE: Final = _page(_BY_SERVICE)
PAGE_OF_REQUESTER: Final = _page(_BY_REQUESTER)
LAST: Final = _last_looked_at()
LAST_OF_SERVICE: Final = _last_looked_at(_BY_SERVICE)
LAST_OF_REQUESTER: Final = _last_looked_at(_BY_REQUESTER)


def read_listing(session: Session, wanted: Wanted) -> Listing | None:
    """A page, newest first; None if nobody knows the change of `before`."""
    before = {"asked_before_ns": _LATEST, "before": ""}
    if wanted.before is not None:
        asked_at_ns = session.execute(_PLACE, {"change": wanted.before}).scalar_one_or_none()
        if asked_at_ns is None:
            return None
        before = {"asked_before_ns": asked_at_ns, "before": wanted.before}
    page, last = _statements_for(wanted)
    asked = {name: getattr(wanted, name) or "" for name in _LOOKED_AT}
    asked |= before | {"text": _pattern(wanted.text), "limit": wanted.limit + 1}
    found = [_listed_of(row) for row in session.execute(page, asked)]
    if len(found) > wanted.limit:
        return Listing(changes=tuple(found[: wanted.limit]), next=found[wanted.limit - 1].id)
    looked_to = session.execute(last, asked).scalar_one_or_none()
    return Listing(changes=tuple(found), next=looked_to)


def read_asked(session: Session, groups: Sequence[str], limit: int) -> list[StoredChange]:
    """Open changes in review that wait for any of these groups, the oldest first."""
    if not groups:
        return []
    return [stored_change_of(row) for row in session.execute(ASKED_OF, {"groups": list(groups), "limit": limit})]


def _statements_for(wanted: Wanted) -> tuple[Any, Any]:
    if wanted.service:
        return PAGE_OF_SERVICE, LAST_OF_SERVICE
    if wanted.requester:
        return PAGE_OF_REQUESTER, LAST_OF_REQUESTER
    return PAGE, LAST


def _pattern(text: str) -> str:
    """For LIKE: anywhere, and letter by letter."""
    literal = folded(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"


def _listed_of(row: Row) -> ListedChange:
    return ListedChange(
        id=row["id"],
        service=row["service"],
        environment=row["environment"],
        commit=row["commit_id"],
        title=row["title"],
        requester=row["requester"],
        asked_at_ns=row["asked_at_ns"],
        state=row["state"],
        result=row["result"],
        outcome=row["outcome"],
        change_class=row["change_class"],
        risk_class=row["risk_class"],
    )

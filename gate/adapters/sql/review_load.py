"""How loaded groups are that review: counted when a change is judged, added to when a group has answered one."""

from typing import Any, Final

from sqlalchemy import bindparam, func, literal_column, select, union_all

from gate.adapters.sql.prepared import Session
from gate.adapters.sql.rows import Values, day_of
from gate.adapters.sql.statements import COUNTED_AT_MOST
from gate.adapters.sql.tables import asked_groups, daily_answers
from gate.domain.history import HistoryQuestion
from gate.domain.judgement import Judgement
from gate.domain.review_load import LOOKED_BACK_DAYS, GroupLoad


def _of_these(column: Any) -> Any:
    return column.in_(bindparam("groups", expanding=True))


_WAITING: Final = (
    select(asked_groups.c.group_name)
    .where(_of_these(asked_groups.c.group_name), asked_groups.c.change_id != bindparam("change"))
    .limit(literal_column(str(COUNTED_AT_MOST)))
    .subquery("ahead")
)
_NOTHING: Final[Any] = literal_column("0")
_LOADS: Final = union_all(
    select(
        _WAITING.c.group_name,
        func.count().label("waiting"),
        _NOTHING.label("answered"),
        _NOTHING.label("waited_ns"),
    ).group_by(_WAITING.c.group_name),
    select(
        daily_answers.c.group_name, _NOTHING, func.sum(daily_answers.c.answered), func.sum(daily_answers.c.waited_ns)
    )
    .where(
        _of_these(daily_answers.c.group_name),
        daily_answers.c.day.between(bindparam("first_day"), bindparam("last_day")),
    )
    .group_by(daily_answers.c.group_name),
)
"""Of each group at most one row that tells who waits, and one that tells how it answered."""


def loads_of(session: Session, question: HistoryQuestion) -> dict[str, GroupLoad]:
    """How loaded those are that the process may ask. Who is not named has nothing to do, and never answered."""
    if not question.groups:
        return {}
    today = day_of(question.at_ns)
    asked = {"groups": list(question.groups), "change": question.change}
    found: dict[str, Values] = {}
    for row in session.execute(_LOADS, asked | {"first_day": today - LOOKED_BACK_DAYS, "last_day": today}):
        counted = found.setdefault(row["group_name"], {"waiting": 0, "answered": 0, "waited_ns": 0})
        for name in counted:
            counted[name] += int(row[name])
    return {name: GroupLoad(**counted) for name, counted in found.items()}


def answer_rows(judgement: Judgement) -> list[Values]:
    """What is added for the groups that have answered; sorted, so that two who add to the same come to them alike."""
    day = day_of(judgement.decision.at_ns)
    return [
        {"group_name": each.group, "day": day, "answered": 1, "waited_ns": each.waited_ns}
        for each in sorted(judgement.answered, key=lambda each: each.group)
    ]

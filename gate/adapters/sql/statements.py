"""Every question and every write as a prepared SQL statement; values are bound when it is run.

They are built once, when the module is loaded, so that each is compiled once and its text never depends on data.
What the two databases spell differently is in `sqlite` and `postgresql`.
"""

from typing import Any, Final

from sqlalchemy import (
    ScalarSelect,
    Select,
    Update,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from gate.adapters.sql.tables import (
    OPEN,
    answers,
    bypass_uses,
    changes,
    daily_results,
    decisions,
    records,
    reservations,
    reserved_resources,
    tokens,
    waits,
)

COUNTED_AT_MOST: Final = 1000
"""Load is counted up to here: no policy's limit is higher, and counting stays cheap however busy the house."""

# What is known of a change, a decision, what happened.

_STORED: Final = select(
    changes, decisions.c.decision.label("latest_decision"), decisions.c.record_id.label("latest_record_id")
).join(decisions, (decisions.c.change_id == changes.c.id) & (decisions.c.sequence == changes.c.sequence))

CHANGE: Final = _STORED.where(changes.c.id == bindparam("change"))
KNOWN: Final = _STORED.where(changes.c.request_key == bindparam("request_key"))
DECISION: Final = select(decisions.c.decision, decisions.c.facts, decisions.c.assessment, decisions.c.record_id).where(
    decisions.c.id == bindparam("decision")
)
RECORDS: Final = select(records).where(records.c.change_id == bindparam("change")).order_by(records.c.number)

# History. Nothing here looks at more rows than it returns, but for the load, which is counted up to a limit.

RESERVATIONS: Final = select(reservations).where(
    reservations.c.change_id.in_(
        select(reserved_resources.c.change_id).where(
            reserved_resources.c.environment == bindparam("environment"),
            reserved_resources.c.resource.in_(bindparam("resources", expanding=True)),
            reserved_resources.c.until_ns > bindparam("at_ns"),
        )
    ),
    reservations.c.change_id != bindparam("change"),
)


def _in_flight(*more: Any) -> ScalarSelect[int]:
    some = (
        select(literal_column("1"))
        .select_from(reservations)
        .where(
            reservations.c.environment == bindparam("environment"),
            *more,
            reservations.c.until_ns > bindparam("at_ns"),
            reservations.c.change_id != bindparam("change"),
        )
        .limit(literal_column(str(COUNTED_AT_MOST)))
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()


LOAD_AND_TRACK_RECORD: Final[Select[Any]] = select(
    _in_flight(reservations.c.team == bindparam("team")).label("team"),
    _in_flight().label("environment"),
    func.coalesce(func.sum(daily_results.c.finished), 0).label("finished"),
    func.coalesce(func.sum(daily_results.c.failed), 0).label("failed"),
).where(
    daily_results.c.service == bindparam("service"),
    daily_results.c.environment == bindparam("environment"),
    daily_results.c.day.between(bindparam("first_day"), bindparam("last_day")),
)

BYPASS_USES: Final = (
    select(bypass_uses.c.bypass_id, func.count().label("uses"))
    .where(bypass_uses.c.bypass_id.in_(bindparam("bypasses", expanding=True)))
    .group_by(bypass_uses.c.bypass_id)
)

# Recording a judgement.

HOLD_STILL: Final = (
    select(changes.c.state)
    .where(changes.c.id.in_(bindparam("changes", expanding=True)))
    .order_by(changes.c.id)
    .with_for_update(read=True)
)
"""None of these changes can end before this transaction does (SQLite has one writer at a time anyway)."""

MOVE_ON: Final = (
    update(changes)
    .where(
        changes.c.id == bindparam("change"),
        changes.c.sequence == bindparam("sequence_before"),
        changes.c.state.in_(bindparam("states_before", expanding=True)),
    )
    .values(
        state=bindparam("new_state"),
        started_at_ns=bindparam("new_started_at_ns"),
        sequence=bindparam("new_sequence"),
        outcome=bindparam("new_outcome"),
        look_again_ns=bindparam("new_look_again_ns"),
        record_count=changes.c.record_count + bindparam("more_records"),
    )
    .returning(changes.c.record_count)
)
NEW_DECISION: Final = insert(decisions)
NEW_RECORD: Final = insert(records)
RESERVE: Final = insert(reservations)
RESERVE_RESOURCE: Final = insert(reserved_resources)
LET_GO: Final = delete(reservations).where(reservations.c.change_id == bindparam("change"))
WAIT: Final = insert(waits)
WAIT_NO_MORE: Final = delete(waits).where(waits.c.change_id == bindparam("change"))

# People's answers.

ANSWERS: Final = select(answers).where(answers.c.change_id == bindparam("change")).order_by(answers.c.number)
ANSWERED: Final = (
    update(changes)
    .where(OPEN, changes.c.id == bindparam("change"))
    .values(
        record_count=changes.c.record_count + 1,
        look_again_ns=case(
            (changes.c.look_again_ns < bindparam("at_ns"), changes.c.look_again_ns), else_=bindparam("at_ns")
        ),
    )
    .returning(changes.c.record_count)
)
"""Locks the change, so that no judgement of it and no other answer comes between."""
LAST_ANSWER: Final = select(func.max(answers.c.number)).where(answers.c.change_id == bindparam("change"))
NEW_ANSWER: Final = insert(answers)

# Ending a change.

END: Final = (
    update(changes)
    .where(changes.c.id == bindparam("change"), changes.c.state == bindparam("state_before"))
    .values(
        state=bindparam("new_state"),
        ended_at_ns=bindparam("new_ended_at_ns"),
        result=bindparam("new_result"),
        record_count=changes.c.record_count + bindparam("more_records"),
    )
    .returning(changes.c.record_count)
)
FORGET_REQUEST_KEY: Final = (
    update(changes)
    .where(changes.c.id == bindparam("change"), changes.c.request_key == bindparam("request_key_before"))
    .values(request_key=None)
)


def _due_by(*which: Any) -> Update:
    """What is due sooner already stays so: the longest due are judged first."""
    later = or_(changes.c.look_again_ns.is_(None), changes.c.look_again_ns > bindparam("at_ns"))
    return update(changes).where(OPEN, later, *which).values(look_again_ns=bindparam("at_ns"))


WAKE: Final = _due_by(changes.c.id.in_(select(waits.c.change_id).where(waits.c.other_change_id == bindparam("change"))))

# Judging again.

DUE: Final = (
    select(changes.c.id)
    .where(OPEN, changes.c.look_again_ns <= bindparam("at_ns"))
    .order_by(changes.c.look_again_ns)
    .limit(bindparam("limit"))
)
MAKE_ALL_DUE: Final = _due_by(
    changes.c.outcome != literal_column("'approved'"), changes.c.asked_at_ns >= bindparam("asked_since_ns")
)
POSTPONE: Final = (
    update(changes).where(OPEN, changes.c.id == bindparam("change")).values(look_again_ns=bindparam("until_ns"))
)

# Tokens. There are few, and all of them are wanted at once.

TOKENS: Final = select(tokens).order_by(tokens.c.made_at_ns, tokens.c.id)
TOKEN_IS_THERE: Final = select(tokens.c.id).where(tokens.c.id == bindparam("token"))
NEW_TOKEN: Final = insert(tokens)
REVOKE_TOKEN: Final = (
    update(tokens)
    .where(tokens.c.id == bindparam("token"), tokens.c.revoked_at_ns.is_(None))
    .values(revoked_at_ns=bindparam("at_ns"))
    .returning(tokens.c.id)
)

PROBE: Final = update(changes).where(changes.c.id == literal_column("''")).values(request_key=None)
"""Writes nothing, but a database that takes no writes refuses it."""

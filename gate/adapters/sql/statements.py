"""Every question and every write as a prepared SQL statement; values are bound when it is run.

They are built once, when the module is loaded, so that each is compiled once and its text never depends on data.
What the two databases spell differently is in `sqlite` and `postgresql`.
"""

from typing import Any, Final

from sqlalchemy import (
    ScalarSelect,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    not_,
    or_,
    select,
    union_all,
    update,
)

from gate.adapters.sql.lengths import LENGTHS, reaching
from gate.adapters.sql.tables import (
    NOT_OVER,
    OPEN,
    answers,
    bypass_uses,
    changes,
    daily_results,
    decisions,
    queue_places,
    records,
    reservations,
    reserved_resources,
    token_uses,
    tokens,
    waits,
)

COUNTED_AT_MOST: Final = 1000
"""Load is counted up to here: no policy's limit is higher, and counting stays cheap however busy the house."""

# What is known of a change, a decision, what happened.

STORED: Final = select(
    changes, decisions.c.decision.label("latest_decision"), decisions.c.record_id.label("latest_record_id")
).join(decisions, (decisions.c.change_id == changes.c.id) & (decisions.c.sequence == changes.c.sequence))

CHANGE: Final = STORED.where(changes.c.id == bindparam("change"))
KNOWN: Final = STORED.where(changes.c.request_key == bindparam("request_key"))
OPEN_OF_SERVICE: Final = (
    STORED.where(
        changes.c.service == bindparam("service"),
        changes.c.environment == bindparam("environment"),
        changes.c.state == literal_column("'open'"),
    )
    .order_by(changes.c.asked_at_ns.desc(), changes.c.id.desc())
    .limit(literal_column("10"))
)
OPEN_OF_COMMIT: Final = OPEN_OF_SERVICE.where(changes.c.commit_id == bindparam("commit"))
DECISION: Final = select(decisions.c.decision, decisions.c.facts, decisions.c.assessment, decisions.c.record_id).where(
    decisions.c.id == bindparam("decision")
)
RECORDS: Final = select(records).where(records.c.change_id == bindparam("change")).order_by(records.c.number)

# History; who is in the way of a change is in `in_the_way`. Nothing looks at many more rows than it returns, but for
# the load, which is counted up to a limit.


def _in_flight(*more: Any) -> ScalarSelect[int]:
    some = (
        select(literal_column("1"))
        .select_from(LENGTHS, reservations)
        .where(
            reservations.c.environment == bindparam("environment"),
            *more,
            *reaching(reservations, reservations.c.since_ns <= bindparam("start_ns")),
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

_BY_ITSELF: Final = func.sum(case((bypass_uses.c.change_id == bindparam("change"), 1), else_=0))
BYPASS_USES: Final = (
    select(bypass_uses.c.bypass_id, func.count().label("uses"), _BY_ITSELF.label("by_itself"))
    .where(bypass_uses.c.bypass_id.in_(bindparam("bypasses", expanding=True)))
    .group_by(bypass_uses.c.bypass_id)
)

# Prerequisites.

BY_ID: Final = select(changes).where(changes.c.id.in_(bindparam("changes", expanding=True)))
NEWEST_OF_COMMIT: Final = (
    select(changes)
    .where(
        changes.c.commit_id == bindparam("commit"),
        changes.c.service == bindparam("service"),
        changes.c.environment == bindparam("environment"),
    )
    .order_by(changes.c.state == literal_column("'withdrawn'"), changes.c.asked_at_ns.desc(), changes.c.id.desc())
    .limit(literal_column("1"))
)

# Recording a judgement.

HOLD_STILL: Final = (
    select(changes.c.id, changes.c.state, changes.c.outcome)
    .where(changes.c.id.in_(bindparam("changes", expanding=True)))
    .order_by(changes.c.id)
    .with_for_update(read=True)
)
"""None of these changes can move on before this transaction ends (SQLite has one writer at a time anyway)."""

TIMES: Final = union_all(
    select(
        queue_places.c.change_id, queue_places.c.start_ns.label("since_ns"), literal_column("1").label("in_line")
    ).where(queue_places.c.change_id.in_(bindparam("changes", expanding=True))),
    select(reservations.c.change_id, reservations.c.since_ns, literal_column("0").label("in_line")).where(
        reservations.c.change_id.in_(bindparam("changes", expanding=True))
    ),
)
"""From when on they are in line for something, once for each resource, or hold it."""

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
        lapsed_at_ns=bindparam("new_lapsed_at_ns"),
        sequence=bindparam("new_sequence"),
        outcome=bindparam("new_outcome"),
        look_again_ns=bindparam("new_look_again_ns"),
        plan=bindparam("new_plan"),
        stop=bindparam("new_stop"),
        record_count=changes.c.record_count + bindparam("more_records"),
    )
    .returning(changes.c.record_count)
)
NEW_DECISION: Final = insert(decisions)
NEW_RECORD: Final = insert(records)
ONE_MORE_RECORD: Final = (
    update(changes)
    .where(changes.c.id == bindparam("change"))
    .values(record_count=changes.c.record_count + 1)
    .returning(changes.c.record_count)
)
RESERVE: Final = insert(reservations)
RESERVE_RESOURCE: Final = insert(reserved_resources)
LET_GO: Final = (
    delete(reservations)
    .where(reservations.c.change_id == bindparam("change"))
    .returning(reservations.c.since_ns, reservations.c.until_ns)
)
LINE_UP: Final = insert(queue_places)
LEAVE_LINE: Final = (
    delete(queue_places)
    .where(queue_places.c.change_id == bindparam("change"))
    .returning(queue_places.c.priority, queue_places.c.in_line_since_ns, queue_places.c.start_ns)
)
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


def due_by(*which: Any) -> Update:
    """What is due sooner already stays so: the longest due are judged first."""
    later = or_(changes.c.look_again_ns.is_(None), changes.c.look_again_ns > bindparam("at_ns"))
    return update(changes).where(NOT_OVER, later, *which).values(look_again_ns=bindparam("at_ns"))


RUNS: Final = and_(
    changes.c.state == literal_column("'started'"),
    changes.c.stop.is_(None),
    changes.c.id.in_(select(reservations.c.change_id).where(reservations.c.until_ns > bindparam("at_ns"))),
)
"""It has started, holds its service still, and was not told to stop."""

_MAY_START: Final = and_(
    changes.c.outcome == literal_column("'approved'"),
    changes.c.id.not_in(select(reservations.c.change_id).where(reservations.c.since_ns > bindparam("at_ns"))),
)
"""It is approved, and not for later."""

WAKE: Final = due_by(changes.c.id.in_(select(waits.c.change_id).where(waits.c.awaited == bindparam("awaited"))))

# Judging again.

DUE: Final = (
    select(changes.c.id)
    .where(NOT_OVER, changes.c.look_again_ns <= bindparam("at_ns"))
    .order_by(changes.c.look_again_ns, changes.c.asked_at_ns, changes.c.id)
    .limit(bindparam("limit"))
)
MAKE_ALL_DUE: Final = due_by(
    or_(and_(OPEN, not_(_MAY_START), changes.c.asked_at_ns >= bindparam("asked_since_ns")), RUNS)
)
POSTPONE: Final = (
    update(changes)
    .where(NOT_OVER, changes.c.id == bindparam("change"))
    .values(look_again_ns=bindparam("new_look_again_ns"))
)
POSTPONE_IF_DUE_AT: Final = POSTPONE.where(changes.c.look_again_ns == bindparam("due_at_ns"))

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

# Identity tokens: what they were used for.

TOKEN_USE: Final = select(token_uses).where(token_uses.c.token == bindparam("token"))
SETTLE_TOKEN: Final = (
    update(token_uses)
    .where(token_uses.c.token == bindparam("settled"), token_uses.c.change_id.is_(None))
    .values(change_id=bindparam("became"))
)
FORGET_TOKEN_USES: Final = delete(token_uses).where(
    token_uses.c.token.in_(
        select(token_uses.c.token)
        .where(token_uses.c.kept_until_ns <= bindparam("at_ns"))
        .order_by(token_uses.c.kept_until_ns)
        .limit(literal_column("16"))
        .with_for_update(skip_locked=True)
    )
)
"""A few with each new one, so that none ever has to wait for many. What another gate forgets just now is left to it."""

PROBE: Final = update(changes).where(changes.c.id == literal_column("''")).values(request_key=None)
"""Writes nothing, but a database that takes no writes refuses it."""

"""Who is in the way of a change: one statement for those that hold something, and those in line before it."""

from typing import Final

from sqlalchemy import BigInteger, Integer, and_, bindparam, literal_column, or_, select, tuple_, union_all

from gate.adapters.sql.lengths import LENGTHS, reaching
from gate.adapters.sql.tables import queue_places, reservations, reserved_resources
from gate.domain.queue import MOST_TOLD

_HELD: Final = select(
    reservations.c.change_id,
    reservations.c.environment,
    reservations.c.service,
    reservations.c.team,
    reservations.c.resources,
    reservations.c.state,
    literal_column("''").label("change_class"),
    literal_column("0").label("priority"),
    literal_column("0").label("in_line_since_ns"),
    reservations.c.since_ns,
    reservations.c.until_ns,
    reservations.c.lapses_ns,
).where(
    reservations.c.change_id.in_(
        select(reserved_resources.c.change_id)
        .select_from(LENGTHS, reserved_resources)
        .where(
            reserved_resources.c.resource.in_(bindparam("resources", expanding=True)),
            *reaching(reserved_resources, reserved_resources.c.since_ns < bindparam("end_ns")),
        )
    ),
    reservations.c.change_id != bindparam("change"),
)
_AHEAD: Final = (
    select(
        queue_places.c.change_id,
        queue_places.c.environment,
        queue_places.c.service,
        literal_column("''").label("team"),
        queue_places.c.resources,
        literal_column("'queued'").label("state"),
        queue_places.c.change_class,
        queue_places.c.priority,
        queue_places.c.in_line_since_ns,
        queue_places.c.start_ns.label("since_ns"),
        queue_places.c.until_ns,
        queue_places.c.until_ns.label("lapses_ns"),
    )
    .distinct()
    .where(
        queue_places.c.resource.in_(bindparam("contended", expanding=True)),
        queue_places.c.change_id != bindparam("change"),
        # Of those in line for equally long, the domain says who is before: a database sorts text by its own language.
        tuple_(queue_places.c.priority, queue_places.c.in_line_since_ns)
        <= tuple_(bindparam("last_priority", type_=Integer), bindparam("last_in_line_since_ns", type_=BigInteger)),
        or_(
            queue_places.c.start_ns <= bindparam("at_ns"),
            and_(queue_places.c.start_ns < bindparam("end_ns"), queue_places.c.until_ns > bindparam("start_ns")),
        ),
    )
    .order_by(queue_places.c.priority, queue_places.c.in_line_since_ns, queue_places.c.change_id)
    .limit(literal_column(str(MOST_TOLD)))
    .subquery("ahead")
)
BUSY: Final = _HELD.with_only_columns(reservations.c.since_ns, reservations.c.until_ns)
IN_THE_WAY: Final = union_all(_HELD, select(_AHEAD))
"""Who holds something, or is in line for something before: in one statement, so that nobody who gets his turn between
two of them is in neither."""

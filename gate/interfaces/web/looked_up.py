"""Everything that the page of a change tells, looked up. Nothing is judged by looking."""

import logging
import re
from typing import Final

from pydantic import ValidationError

from gate.application.gate import Gate
from gate.domain.errors import UnknownNameError
from gate.domain.facts import Facts
from gate.domain.judgement import StoredChange
from gate.interfaces.web.looking import Viewer
from gate.interfaces.web.views.change import Known
from gate.interfaces.wire import policy_age_seconds

logger = logging.getLogger(__name__)

_CHANGE: Final = re.compile(r"chg_[A-Za-z0-9_-]{1,76}")


async def seen(gate: Gate, change_id: str, viewer: Viewer) -> StoredChange:
    """A change that this viewer may see. UnknownNameError, ForbiddenError."""
    if not _CHANGE.fullmatch(change_id):
        # Whatever else is in a link is not asked of the store: not every store takes every character.
        raise UnknownNameError("no change has such a name", hint="Those that there are, are listed at /changes.")
    stored = await gate.intake.change(change_id)
    viewer.caller.demand_change(stored.change.request.service, stored.change.request.environment)
    return stored


async def look_up(gate: Gate, stored: StoredChange) -> Known:
    """What there is to know about a change. StoreError."""
    change, now_ns = stored.change, gate.clock.now_ns()
    return Known(
        stored=stored,
        facts=await _facts(gate, stored.decision.id),
        answers=await gate.store.answers(change.id),
        records=await gate.store.records(change.id),
        slots=await gate.lookahead.offered(stored),
        pir=await gate.store.pir(change.id),
        policy=gate.active.policy,
        policy_age_s=policy_age_seconds(gate.active, now_ns),
        now_ns=now_ns,
    )


async def _facts(gate: Gate, decision_id: str) -> Facts | None:
    recorded = await gate.store.decision(decision_id)
    try:
        return None if recorded is None else Facts.model_validate_json(recorded.facts)
    except ValidationError:
        # They are of a format that another version wrote. What the decision itself says is shown all the same.
        logger.warning("the facts of %s cannot be read by this version", decision_id)
        return None

"""What follows from a decision: what the change holds, when to look at it again, and whom it waits for."""

from typing import Final

from gate.domain.catalogue import Service
from gate.domain.change import Change
from gate.domain.conflict import resources_held
from gate.domain.decision import Decision
from gate.domain.facts import Facts
from gate.domain.history import Reservation
from gate.domain.instant import NANOSECOND_PER_SECOND, duration_ns
from gate.domain.policy_set import PolicySet

UNKNOWN_END_NS: Final = 60 * NANOSECOND_PER_SECOND
"""How soon a change is judged again that waits for something whose end nobody knows."""

FORGOTTEN_NS: Final = 7 * 24 * 3600 * NANOSECOND_PER_SECOND
"""A change asked for so long ago is no longer judged again by itself when the policy changes."""


def reservation_of(change: Change, decision: Decision, policy: PolicySet) -> Reservation | None:
    """What an approved or started change keeps others away from; nothing for any other outcome.

    A change that runs keeps it from its start on, whatever is judged later.
    """
    service = policy.catalogue.service(change.request.service)
    if change.started_at_ns is not None:
        since_ns, until_ns = change.started_at_ns, change.started_at_ns + _hold_ns(change, service, policy)
    elif decision.outcome == "approved" and decision.valid_until_ns is not None:
        since_ns, until_ns = decision.at_ns, decision.valid_until_ns
    else:
        return None
    return Reservation(
        change=change.id,
        environment=change.request.environment,
        service=service.name,
        team=service.owners,
        resources=resources_held(service),
        started=change.started_at_ns is not None,
        since_ns=since_ns,
        until_ns=until_ns,
    )


def _hold_ns(change: Change, service: Service, policy: PolicySet) -> int:
    expected = duration_ns(change.request.duration or service.duration)
    return max(expected, duration_ns(policy.settings.started_hold))


def look_again(decision: Decision) -> int | None:
    """When to judge the change again by itself: when time may have satisfied what waits. None: only when told to."""
    if decision.outcome != "waiting":
        return None
    passes_at_ns = decision.passes_at_ns
    # An end that is past already ends nothing: to look again at once would be to look for ever.
    if passes_at_ns is None or passes_at_ns <= decision.at_ns:
        return decision.at_ns + UNKNOWN_END_NS
    return passes_at_ns


def waits_on(facts: Facts, decision: Decision) -> tuple[str, ...]:
    """The changes whose end is reason to judge this one again at once."""
    if decision.outcome != "waiting":
        return ()
    return tuple(sorted({conflict.change for conflict in facts.conflicts}))

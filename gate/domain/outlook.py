"""What follows from a decision: what the change holds or is in line for, when to look again, and whom it waits for."""

from typing import Final

from gate.domain.change import Change
from gate.domain.conflict import resources_held
from gate.domain.decision import Decision
from gate.domain.history import Reservation
from gate.domain.instant import NANOSECOND_PER_SECOND, duration_ns
from gate.domain.plan import is_for_later, starts_ns, takes_ns
from gate.domain.policy_set import PolicySet
from gate.domain.queue import CONFLICT, Place

UNKNOWN_END_NS: Final = 60 * NANOSECOND_PER_SECOND
"""How soon a change is judged again that waits for something whose end nobody knows."""

HEARD_OF_NS: Final = 15 * UNKNOWN_END_NS
"""The same where the end makes itself heard: then it is only a net below that."""

_HEARD_OF: Final = frozenset({CONFLICT, "prerequisites"})
"""The steps that wait for other changes, whose end wakes those who wait for them."""

FORGOTTEN_NS: Final = 7 * 24 * 3600 * NANOSECOND_PER_SECOND
"""A change asked for so long ago is no longer judged again by itself when the policy changes."""


def reservation_of(change: Change, decision: Decision, policy: PolicySet) -> Reservation | None:
    """What an approved or started change keeps others away from; nothing for any other outcome.

    A change that runs keeps it from its start on, whatever is judged later.
    """
    service = policy.catalogue.service(change.request.service)
    takes = takes_ns(change.request, service, policy.settings)
    if change.started_at_ns is not None:
        since_ns, lapses_ns = change.started_at_ns, None
        until_ns = since_ns + max(takes, duration_ns(policy.settings.started_hold))
    elif decision.outcome == "approved" and decision.valid_until_ns is not None:
        since_ns, lapses_ns = starts_ns(change, decision.at_ns), decision.valid_until_ns
        until_ns = since_ns + takes
    else:
        return None
    return Reservation(
        change=change.id,
        environment=change.request.environment,
        service=service.name,
        team=service.owners,
        resources=resources_held(service, change.request),
        state="approved" if lapses_ns else "started",
        since_ns=since_ns,
        until_ns=until_ns,
        lapses_ns=lapses_ns or until_ns,
    )


def kept_reservation(change: Change, last: Decision | None, at_ns: int, policy: PolicySet) -> Reservation | None:
    """What a change goes on holding that may not start before its planned time, which it was given."""
    if last is None or has_let_lapse(change, last, at_ns) or not is_for_later(change, at_ns):
        return None
    return reservation_of(change, last, policy)


def place_of(change: Change, decision: Decision, policy: PolicySet) -> Place | None:
    """The place that a change takes in line; none where anything but other changes is in its way."""
    if decision.place is None:
        return None
    service = policy.catalogue.service(change.request.service)
    # Planned or not, it is the same each time the change is judged: nobody who looked at it before is misled.
    start_ns = starts_ns(change, change.asked_at_ns)
    return Place(
        change=change.id,
        environment=change.request.environment,
        service=service.name,
        resources=resources_held(service, change.request),
        change_class=decision.change_class,
        in_line_since_ns=change.in_line_since_ns,
        start_ns=start_ns,
        until_ns=start_ns + takes_ns(change.request, service, policy.settings),
    )


def has_its_turn(change: Change, last: Decision | None, at_ns: int, *, starting: bool) -> bool:
    """Whether it was given its time, and still may use it: then those in line wait for it, and not it for them.

    Whoever starts before the planned time was not given the time until then. What runs waits for nobody.
    """
    if change.state == "started":
        return True
    if last is None or last.valid_until_ns is None or last.valid_until_ns <= at_ns:
        return False
    return not starting or not is_for_later(change, at_ns)


def has_let_lapse(change: Change, last: Decision | None, at_ns: int) -> bool:
    """Whether it was given its time, and did not use it."""
    valid_until_ns = last.valid_until_ns if last and change.state == "open" else None
    return valid_until_ns is not None and valid_until_ns <= at_ns


def look_again(decision: Decision) -> int | None:
    """When to judge the change again by itself: when time may have satisfied what waits, or asks others for an answer.

    None: only when told to.
    """
    if decision.outcome == "review":
        return _asked_no_longer(decision)
    if decision.outcome != "waiting":
        return None
    passes_at_ns = decision.passes_at_ns
    if passes_at_ns is None:
        waiting = {step.step for step in decision.steps if step.status == "waiting"}
        return decision.at_ns + (HEARD_OF_NS if waiting <= _HEARD_OF else UNKNOWN_END_NS)
    # An end that is past already ends nothing: to look again at once would be to look for ever.
    return passes_at_ns if passes_at_ns > decision.at_ns else decision.at_ns + UNKNOWN_END_NS


def _asked_no_longer(decision: Decision) -> int | None:
    """When the first of the steps that wait for people asks more of them, or waits no longer."""
    ends = [step.verdict.until_ns for step in decision.steps if step.status == "pending"]
    return min((end for end in ends if end is not None and end > decision.at_ns), default=None)

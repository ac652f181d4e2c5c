"""What would change how a change stands, in a sentence."""

from collections.abc import Mapping
from typing import Final

from gate.domain.change import Change, ChangeState
from gate.domain.decision import Decision
from gate.interfaces.web.moments import Moment

_BEYOND: Final[Mapping[ChangeState, str]] = {
    "started": "It is under way; whoever runs it says how it went.",
    "finished": "It is over; nothing is waited for.",
    "withdrawn": "It was taken back; nothing is waited for.",
}


def what_next(change: Change, decision: Decision, now_ns: int) -> str:
    """Who, what or when."""
    if change.state != "open":
        stop = change.stop if change.state == "started" else None
        return f"It was told to stop: {stop.reason}" if stop else _BEYOND[change.state]
    match decision.outcome:
        case "approved":
            return _may_start(decision, now_ns)
        case "review":
            waits = any(step.status == "waiting" for step in decision.steps)
            over = " and the waiting is over" if waits else ""
            return f"It goes on by itself once the people named below have answered{over}."
        case "waiting":
            return _goes_on(decision, now_ns)
        case "refused":
            return "Mend what failed and ask again, or ask for a bypass in the policy repository."


def _may_start(decision: Decision, now_ns: int) -> str:
    if decision.valid_until_ns is None:
        return "It may start."
    until = Moment.of(decision.valid_until_ns, now_ns)
    if decision.valid_until_ns <= now_ns:
        return f"It had to start by {until.text}; it is judged again when it is asked for again."
    start_ns = decision.starts_at_ns
    start = f"from {Moment.of(start_ns, now_ns).text} " if start_ns is not None and start_ns > now_ns else ""
    return f"It may start {start}until {until.text}. It is judged once more as it starts."


def _goes_on(decision: Decision, now_ns: int) -> str:
    if decision.place is not None:
        return f"It goes on by itself when its turn comes; its place in line is {decision.place}."
    if decision.passes_at_ns is None:
        return "It goes on by itself, at a time that nobody knows yet."
    at = Moment.of(decision.passes_at_ns, now_ns)
    return f"It goes on by itself at {at.text}, {at.away}, if nothing else comes between."

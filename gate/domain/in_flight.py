"""What becomes of a change that runs when time closes on it: it finishes, or it is told to stop. Policy says which.

A freeze that was open when the change started closes nothing on it: that it may run, its start has settled.
"""

from collections.abc import Iterable
from typing import Final

from gate.domain.change import Change, StopRequest
from gate.domain.decision import Decision
from gate.domain.edge import Edge, next_edge
from gate.domain.facts import Facts, WindowFacts
from gate.domain.history import Reservation
from gate.domain.red_button import PressedFreeze

FREEZE_STEP: Final = "freeze"
"""The step that says whether time is open, to changes that want to start and to those that run."""


def first_edge(
    change: Change, started_by: Decision, calendar: Iterable[WindowFacts], pressed: Iterable[PressedFreeze]
) -> Edge | None:
    """The first time since its start at which time closes on a change.

    `calendar`: the windows that touch the time from its start on; `pressed`: the freezes pressed since it was asked.
    """
    started_at_ns = change.started_at_ns or 0
    known = {window.name for window in started_by.windows}
    edges = [
        # The clocks of two gates differ: what the start did not know of came after it, whatever its instant says.
        Edge(at_ns=max(freeze.pressed_at_ns, started_at_ns), window=freeze.id)
        for freeze in pressed
        if freeze.id not in known
    ]
    scheduled = next_edge(calendar, started_at_ns)
    return min(filter(None, [*edges, scheduled]), key=lambda edge: edge.at_ns, default=None)


def first_look(change: Change, facts: Facts, held: Reservation | None) -> int | None:
    """When to look at a change that was judged as it runs: just started, or told to stop, and then never."""
    if held is None or change.stop is not None:
        return None
    seen_to_ns = facts.at_ns + max(facts.change.duration_ns, facts.valid_for_ns)
    return look_at_it_again(facts.windows, facts.at_ns, seen_to_ns, held.until_ns)


def look_at_it_again(windows: Iterable[WindowFacts], at_ns: int, seen_to_ns: int, held_until_ns: int) -> int | None:
    """When to look at a running change again: at the next edge, or where sight ends.

    None once nobody is kept away for its sake any more: then it is taken to be over, although nobody said so.
    """
    edge = next_edge(windows, at_ns)
    instant_ns = min(seen_to_ns, edge.at_ns) if edge else seen_to_ns
    return instant_ns if instant_ns < held_until_ns else None


def stop_request(facts: Facts, decision: Decision, edge: Edge) -> StopRequest | None:
    """What to tell a change on which time closed at the edge, and that policy does not let run on; None: it may."""
    for step in decision.steps:
        if step.step == FREEZE_STEP and step.status != "satisfied":
            reasons = "; ".join(reason.message for reason in step.verdict.reasons)
            return StopRequest(
                at_ns=facts.at_ns,
                reason=reasons or f"time closed on it with {edge.window}",
                window=edge.window,
                closed_at_ns=edge.at_ns,
            )
    return None

"""Facts for the engines to judge: ordinary, but hard on whoever carries them to Rego."""

from gate.domain.facts import Facts, IncidentFacts, WindowFacts
from tests.builders import a_change, a_request, facts_for

NOON_NS = 1_795_348_800_123_456_789
"""Not a round number, and beyond what a float can hold: every digit must arrive."""

FREEZE = WindowFacts(
    name="black-friday",
    kind="freeze",
    description="Peak trading",
    start_ns=NOON_NS - 1,
    end_ns=NOON_NS + 1,
    overrun="finish",
)


def facts_at(revision: str, *windows: WindowFacts, tier: int = 2, incident: str = "") -> Facts:
    """A change of `payments` into production, judged at this revision."""
    change = a_change(request=a_request(summary="Naïve — “quoted” <&>\n"))
    incidents = (IncidentFacts(name=incident, description="", start_ns=NOON_NS),) if incident else ()
    facts = facts_for(change, revision=revision, at_ns=NOON_NS, windows=windows, incidents=incidents)
    return facts.model_copy(update={"service": facts.service.model_copy(update={"tier": tier})})

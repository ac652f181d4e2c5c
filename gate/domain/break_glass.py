"""Break-glass: the way around the process when even a pull request takes too long. One person, a reason, an incident.

It is a fact like others: what it lifts is ruled in Rego (`rego/break_glass.rego`), beside the bypasses of the
repository. Who may break the glass at all is in `breaking`.
"""

from gate.domain.assessment import StepId
from gate.domain.bypass import NEVER_LIFTED
from gate.domain.change import CommitId, Digest
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.process import BypassRight, Process
from gate.domain.red_button import Why
from gate.domain.review import ShownBy


class GivenBreakGlass(Model):
    """What somebody says who breaks the glass, before it is known whether they may."""

    by: str
    shown_by: ShownBy
    reason: Why
    incident: Name
    commit: CommitId | None = None
    """What they looked at, where they say so; so below."""
    artifact: Digest | None = None


class BreakGlass(Model):
    """A glass that was broken for one change. Nothing about it ever changes, but that it is filed."""

    id: Name
    change: str
    number: int
    """The how-maniest of the change this is, from 1."""
    service: str
    environment: str
    by: str
    shown_by: ShownBy
    reason: str
    incident: str
    at_ns: int
    commit: str
    artifact: str | None
    lifts: tuple[StepId, ...]
    """What policy let it lift when it was broken; whatever policy lets go less of since, it lifts no more."""
    expires_ns: int
    review_within_ns: int
    filed_at_ns: int | None = None
    """When a pull request with its bypass file was proposed to the policy repository."""

    def holds_at(self, at_ns: int) -> bool:
        """Whether it has not run out."""
        return at_ns < self.expires_ns


def liftable(process: Process) -> tuple[StepId, ...]:
    """The steps that breaking the glass may lift: those that policy names, or all that can be bypassed."""
    terms = process.break_glass
    if terms is None:
        return ()
    return tuple(
        step
        for step in process.named_steps()
        if step not in NEVER_LIFTED
        and (rule := process.steps.get(step)) is not None
        and isinstance(rule.bypass, BypassRight)
        and (terms.lifts is None or step in terms.lifts)
    )

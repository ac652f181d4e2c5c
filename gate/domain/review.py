"""What people answer to pending steps."""

from typing import Literal

from gate.domain.assessment import StepId
from gate.domain.model import Model


class Approval(Model):
    """One person's answer to one step, bound to the commit that they looked at."""

    step: StepId
    by: str
    answer: Literal["approve", "veto"] = "approve"
    at_ns: int
    commit: str

"""What the policy engine returns for facts at a revision: verdicts, not yet an outcome (that is `decision.decide`)."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from gate.domain.model import Model

StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
ChangeClass = Literal["standard", "normal", "emergency"]
RiskClass = Literal["low", "medium", "high", "critical"]
Status = Literal["satisfied", "pending", "waiting", "failed"]
Instant = Annotated[StrictInt, Field(ge=0, lt=1 << 63)]


class Reason(Model):
    """Why: a stable code for machines, a sentence for people."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    message: str


class Need(Model):
    """Who or what can satisfy a pending step."""

    group: str = ""
    """Who is asked."""
    or_groups: tuple[str, ...] = Field(default=(), alias="or")
    """Who may answer as well, unasked."""
    escalated_to: str = ""
    """Who was asked beside it, because nobody answered."""
    approvals: int = 0
    given: int = 0
    people: tuple[str, ...] = ()
    """Members of these groups who may still answer."""
    expected_wait_ns: Annotated[StrictInt, Field(ge=0)] | None = None
    """How long an answer is likely to take; null while too little is known to say."""

    @property
    def asked(self) -> tuple[str, ...]:
        """The groups that are asked for it, each once."""
        return tuple(dict.fromkeys(filter(None, (self.group, self.escalated_to))))

    @property
    def may_answer(self) -> tuple[str, ...]:
        """The same, and those that may answer unasked."""
        return tuple(dict.fromkeys((*self.asked, *self.or_groups)))

    evidence: str = ""


class Verdict(Model):
    """What policy says of one step."""

    status: Status
    reasons: tuple[Reason, ...] = ()
    until_ns: Instant | None = None
    """For `waiting`: the instant from which time alone may satisfy the step. For `satisfied`: until when it is so at
    least, where that ends by itself, as approvals do that expire. For `pending`: when more people are asked, or nobody
    is waited for any more."""
    asked_since_ns: Instant | None = None
    """Since when people are asked, or were until they were waited for no longer."""
    needs: tuple[Need, ...] = ()
    """For `pending`: who or what can satisfy it."""


class RiskFactor(Model):
    """One named contribution to the score, in points."""

    name: str
    points: StrictInt
    because: str = ""


class Risk(Model):
    """Risk class with the integer score and the factors that add up to it."""

    risk_class: RiskClass = Field(alias="class")
    score: StrictInt
    factors: tuple[RiskFactor, ...] = ()


class Ruling(Model):
    """Whether policy honours a bypass, and why not."""

    honoured: StrictBool
    reasons: tuple[Reason, ...] = ()


class Assessment(Model):
    """`data.gate.assessment`: every field is demanded, so that a rule which did not fire cannot pass for a verdict."""

    revision: str
    change_class: ChangeClass = Field(alias="class")
    lane: str | None
    risk: Risk
    required: tuple[StepId, ...]
    verdicts: dict[str, Verdict]
    bypasses: dict[str, Ruling]

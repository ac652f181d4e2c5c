"""What people answer to the steps that wait for them. Who may is in `hearing`; what it comes to, policy says."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from gate.domain.assessment import StepId
from gate.domain.change import CommitId, Digest
from gate.domain.model import Model

AnswerKind = Literal["approve", "veto", "withdraw"]
"""`withdraw` takes back whatever the same person answered before."""

ShownBy = Literal["token", "sign_in", "nobody"]
"""How it is shown who answers: by the token that came along, by signing in, or, where a gate is open to anybody, by
nobody."""

Comment = Annotated[str, StringConstraints(max_length=2000)]

SAYS_SOMETHING: Final = r"[^\s\x85]"
"""What JSON Schema calls white space leaves out U+0085."""

MOST_COMMENTS: Final = 50
"""Of one person to one change: whoever looks at it reads all of them."""
MOST_ANSWERS: Final = 20
"""Of one person to one change, those that were replaced included: every decision about it looks at all of them."""


class Approval(Model):
    """One person's answer to one step as it stands, bound to the commit and the artifact that they looked at."""

    step: StepId
    by: str
    answer: Literal["approve", "veto"] = "approve"
    at_ns: int
    commit: str
    artifact: str | None = None
    comment: str = ""


class GivenAnswer(Model):
    """What somebody says to a step, before it is known whether they may."""

    step: StepId
    answer: AnswerKind
    by: str
    shown_by: ShownBy
    commit: CommitId | None = None
    """What they looked at, where they say so; so below."""
    artifact: Digest | None = None
    comment: Comment = ""
    groups_claimed: tuple[str, ...] = ()
    """The groups with a `claim` that their provider says they are in, where they signed in."""


class Remark(Model):
    """What somebody says to a change, which decides nothing."""

    by: str
    shown_by: ShownBy
    comment: Annotated[str, StringConstraints(max_length=2000, pattern=SAYS_SOMETHING)]


class Answer(Model):
    """An answer as it is kept. None is ever changed or taken out; what came later counts."""

    change: str
    number: int
    """The how-maniest answer to the change this is, from 1: clocks differ, but this says which was first."""
    step: StepId
    by: str
    answer: AnswerKind
    at_ns: int
    commit: str
    artifact: str | None
    comment: str
    shown_by: ShownBy


def latest(answers: Iterable[Answer], step: str, by: str) -> Answer | None:
    """What a person answered last to a step; None if they never did."""
    own = [answer for answer in answers if (answer.step, answer.by) == (step, by)]
    return max(own, key=lambda answer: answer.number, default=None)


def standing(answers: Iterable[Answer]) -> tuple[Approval, ...]:
    """The answers that hold: of each person to each step the latest, unless it takes back; in the order they came."""
    ordered = sorted(answers, key=lambda answer: answer.number)
    last = {(answer.step, answer.by): answer for answer in ordered}
    return tuple(
        Approval(
            step=answer.step,
            by=answer.by,
            answer=answer.answer,
            at_ns=answer.at_ns,
            commit=answer.commit,
            artifact=answer.artifact,
            comment=answer.comment,
        )
        for answer in ordered
        if last[answer.step, answer.by] is answer and answer.answer != "withdraw"
    )

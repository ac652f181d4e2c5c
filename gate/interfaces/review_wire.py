"""What people send who answer a step, shared with the CLI. What they get is the change (`wire`)."""

from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from gate.domain.access import Caller
from gate.domain.assessment import StepId
from gate.domain.change import CommitId, Digest
from gate.domain.naming import Name
from gate.domain.review import SAYS_SOMETHING, AnswerKind, Comment, GivenAnswer, Remark

_SCHEMA: Final[dict[str, Any]] = {
    "examples": [{"step": "peer_review", "answer": "approve"}],
    "if": {"properties": {"answer": {"const": "veto"}}, "required": ["answer"]},
    "then": {"properties": {"comment": {"pattern": "[^ ]"}}, "required": ["comment"]},
}


class AnswerAsk(BaseModel):
    """What a person answers to a step that waits for them. `withdraw` takes back what they answered before."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_SCHEMA)

    step: StepId
    answer: AnswerKind
    commit: CommitId | None = None
    """What they looked at; so below. If the change is of another one, the answer is refused."""
    artifact: Digest | None = None
    comment: Comment = ""
    """A veto says here what would have to change."""
    by: Name | None = None
    """Who answers, on a gate that is open to anybody. Elsewhere the token shows it, and this is refused."""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.answer == "veto" and not self.comment.strip():
            msg = "a veto says in `comment` what would have to change"
            raise ValueError(msg)
        return self

    def given(self, caller: Caller) -> GivenAnswer:
        """The answer of whoever the caller is shown to be. ForbiddenError, UnknownNameError."""
        said = self.model_dump(exclude={"by"})
        return GivenAnswer(by=caller.answering(self.by), shown_by=caller.shown_by, **said)


class CommentAsk(BaseModel):
    """What a person says to a change. It decides nothing."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"comment": "Why on a Friday?"}]})

    comment: Annotated[str, StringConstraints(max_length=2000, pattern=SAYS_SOMETHING)]
    by: Name | None = None
    """Who says it, on a gate that is open to anybody. Elsewhere the token shows it, and this is refused."""

    def remark(self, caller: Caller) -> Remark:
        """The same, of whoever the caller is shown to be. ForbiddenError, UnknownNameError."""
        return Remark(by=caller.answering(self.by), shown_by=caller.shown_by, comment=self.comment)

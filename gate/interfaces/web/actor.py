"""Whoever is signed in, as everything behind the pages knows them: a caller, like the holder of a person's token."""

from typing import Any

from gate.domain.access import Caller
from gate.domain.review import AnswerKind, GivenAnswer
from gate.interfaces.web.session import Session


def caller_of(session: Session) -> Caller:
    """The person, who may look and answer. Their `known_as` is the asker in records, as with a token of theirs."""
    return Caller(
        name=f"person:{session.person}", permissions=("review", "audit"), person=session.person, shown_by="sign_in"
    )


def given(session: Session, step: str, answer: AnswerKind | str, **seen: Any) -> GivenAnswer:
    """What they answer to a step; `seen`: commit, artifact and comment. ValidationError if these have no such form."""
    who = {"by": session.person, "shown_by": "sign_in", "groups_claimed": session.groups_claimed}
    return GivenAnswer.model_validate({"step": step, "answer": answer, **seen, **who})

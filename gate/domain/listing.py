"""A list of changes: which ones somebody looks for, and what it tells of each. How each stands in full is elsewhere."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from gate.domain.assessment import ChangeClass, RiskClass
from gate.domain.change import Change, ChangeRequest, ChangeState, Result
from gate.domain.decision import Outcome
from gate.domain.model import Model

LOOKED_THROUGH: Final = 5_000
"""So many changes are looked through for one page, so that a list takes the same time whatever there is."""
MOST_LISTED: Final = 200
USUALLY_LISTED: Final = 50
_LONGEST_TITLE: Final = 200
_LONGEST_WORDS: Final = 800

SearchText = Annotated[str, StringConstraints(max_length=200)]


class Wanted(Model):
    """Which changes somebody looks for. What is None may be anything."""

    service: str | None = None
    environment: str | None = None
    requester: str | None = None
    state: ChangeState | None = None
    outcome: Outcome | None = None
    """Of the latest decision."""
    text: SearchText = ""
    """In its id, commit, summary, incident, or the names of its service and people; capitals or not."""
    before: str | None = None
    """Only changes that were asked for before this one."""
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = USUALLY_LISTED


class ListedChange(Model):
    """What a list tells of a change."""

    id: str
    service: str
    environment: str
    commit: str
    title: str
    """The first line of its summary."""
    requester: str
    asked_at_ns: int
    state: ChangeState
    result: Result | None
    outcome: Outcome
    change_class: ChangeClass
    risk_class: RiskClass


class Listing(Model):
    """A page of a list, newest first."""

    changes: tuple[ListedChange, ...]
    next: str | None = None
    """There may be more before this change, which is `before` of the next page; None: that was all."""


def title_of(request: ChangeRequest) -> str:
    """The first line of its summary that says something, cut where it is long."""
    lines = (" ".join(line.split()) for line in request.summary.splitlines())
    return next(filter(None, lines), "")[:_LONGEST_TITLE]


def words_of(change: Change) -> str:
    """What a text is looked for in."""
    request = change.request
    said = (
        change.id,
        request.service,
        request.commit,
        change.requester,
        request.author,
        request.implementer,
        request.incident,
        title_of(request),
    )
    return folded(" ".join(filter(None, said)))[:_LONGEST_WORDS]


def folded(text: str) -> str:
    """The text without the difference between capitals and others, and with single spaces."""
    return " ".join(text.casefold().split())

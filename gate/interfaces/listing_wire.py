"""What goes over the wire when changes are looked for: the question, and a page of the answer."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gate.domain.assessment import ChangeClass, RiskClass
from gate.domain.change import ChangeState, Result
from gate.domain.decision import Outcome
from gate.domain.instant import rfc3339
from gate.domain.listing import MOST_LISTED, USUALLY_LISTED, ListedChange, Listing, Wanted
from gate.domain.naming import Name
from gate.interfaces.wire_base import Wire

_Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class ListAsk(BaseModel):
    """Which changes somebody looks for."""

    model_config = ConfigDict(extra="forbid")

    service: Annotated[Name | None, Field(description="Only changes of this service.")] = None
    environment: Annotated[Name | None, Field(description="Only changes into this environment.")] = None
    requester: Annotated[Name | None, Field(description="Only changes that were asked for by this name.")] = None
    state: Annotated[ChangeState | None, Field(description="Only changes that stand so.")] = None
    outcome: Annotated[Outcome | None, Field(description="Only changes whose latest decision came out so.")] = None
    text: Annotated[
        _Text,
        Field(description="Only changes with this in their id, commit, summary, incident, or names; capitals or not."),
    ] = ""
    before: Annotated[
        Annotated[str, StringConstraints(pattern=r"^chg_[A-Za-z0-9_-]{1,76}$")] | None,
        Field(description="Only changes that were asked for before this one: the `next` of another page."),
    ] = None
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED, description="So many at most.")] = USUALLY_LISTED

    def wanted(self) -> Wanted:
        """The same, inside."""
        return Wanted.model_validate(self.model_dump())


class ListedAnswer(Wire):
    """What a list tells of a change; `self` leads to the rest."""

    id: str
    service: str
    environment: str
    commit: str
    title: str
    """The first line of its summary."""
    requester: str
    asked_at: str
    state: ChangeState
    result: Result | None
    outcome: Outcome
    """Of the latest decision; so below."""
    change_class: ChangeClass = Field(alias="class")
    risk: RiskClass
    links: dict[str, str]

    @classmethod
    def of(cls, change: ListedChange) -> Self:
        """From the domain."""
        told = change.model_dump(exclude={"asked_at_ns", "risk_class"})
        links = {"self": f"/v1/changes/{change.id}"}
        return cls(asked_at=rfc3339(change.asked_at_ns), risk=change.risk_class, links=links, **told)


class ListAnswer(Wire):
    """A page of changes, newest first."""

    changes: tuple[ListedAnswer, ...]
    next: str | None
    """`before` of the next page, though this one may be short or empty; null: there is no other."""

    @classmethod
    def of(cls, listing: Listing) -> Self:
        """From the domain."""
        return cls(changes=tuple(ListedAnswer.of(each) for each in listing.changes), next=listing.next)

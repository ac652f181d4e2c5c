"""A list of changes as its page shows it, and what somebody looks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args
from urllib.parse import urlencode

from pydantic import ValidationError

from gate.domain.change import ChangeState
from gate.domain.decision import Outcome
from gate.domain.errors import CallerError
from gate.domain.listing import ListedChange, Listing, Wanted
from gate.interfaces.listing_wire import ListAsk
from gate.interfaces.web.moments import Moment

STATES: Final[tuple[str, ...]] = get_args(ChangeState)
OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)
FILTERS: Final = ("service", "environment", "requester", "state", "outcome", "text")


@dataclass(frozen=True, slots=True)
class Row:
    """A change in a list."""

    change: ListedChange
    asked_at: Moment


@dataclass(frozen=True, slots=True)
class ListView:
    """A page of a list."""

    rows: tuple[Row, ...]
    filters: Mapping[str, str]
    """As they were written, whether or not they make sense."""
    next_url: str | None
    """Where it goes on."""
    is_first: bool

    @property
    def is_filtered(self) -> bool:
        """Whether anything is looked for."""
        return any(self.filters.values())


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """What somebody looks for; what they left empty may be anything. CallerError."""
    said = {name: query[name].strip() for name in (*FILTERS, "before") if query.get(name, "").strip()}
    try:
        return ListAsk.model_validate(said).wanted()
    except ValidationError as error:
        field = str(error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"][0])
        raise CallerError(
            f"no change can have such a {field}",
            hint="Names are letters, digits, dots, dashes and underscores. Look for anything else as text.",
            field=field,
        ) from error


def list_view(listing: Listing, query: Mapping[str, str], now_ns: int) -> ListView:
    """The page of a listing."""
    filters = {name: query.get(name, "") for name in FILTERS}
    said = {name: value for name, value in filters.items() if value}
    rows = tuple(Row(each, Moment.of(each.asked_at_ns, now_ns)) for each in listing.changes)
    next_url = None if listing.next is None else f"/changes?{urlencode(said | {'before': listing.next})}"
    return ListView(rows, filters, next_url, is_first=not query.get("before"))

"""The red button: a freeze that somebody presses. It holds at once, without a commit, until somebody thaws it.

Who may press is said in `access`, what the process lets through all the same in `process`. That it holds for every
gate is the store's promise; filing it in git, too, is `proposal`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from gate.domain.calendar import Freeze, Overrun
from gate.domain.catalogue import Catalogue
from gate.domain.errors import UnknownNameError
from gate.domain.facts import WindowFacts
from gate.domain.instant import NANOSECOND_PER_SECOND, YEARS, from_ns
from gate.domain.model import Model
from gate.domain.naming import Name, nearest
from gate.domain.scope import Scope, Selector, Subject, any_matches, is_glob

MOST_IN_FORCE: Final = 200
"""Pressed freezes that may hold at once: every decision looks at all of them."""
MOST_TOLD: Final = 1_000
"""Of those that were ever pressed, the newest."""
MOST_PATTERNS: Final = 100
"""In the scope of one, exclusions included."""
MOST_GLOBS: Final = 10
"""Of these patterns. What it takes to understand a glob is kept only for so many (`scope.MOST_GLOBS`)."""
FEWEST_WORDS: Final = 3
"""In a reason: people who find themselves locked out read it first."""

FreezeState = Literal["pressed", "ended", "thawed"]


def _telling(text: str) -> str:
    if not text.isprintable():
        msg = "must be one line, without control or invisible characters"
        raise ValueError(msg)
    if len(text.split()) < FEWEST_WORDS:
        msg = f"must say why, in {FEWEST_WORDS} words or more"
        raise ValueError(msg)
    return text


Why = Annotated[str, Field(max_length=1000), AfterValidator(_telling)]
"""Why somebody presses or thaws."""


def _manageable(scope: Scope) -> Scope:
    patterns = list(_patterns(scope))
    globs = sum(is_glob(pattern) for _, pattern in patterns)
    if len(patterns) > MOST_PATTERNS or globs > MOST_GLOBS:
        msg = f"must hold {MOST_PATTERNS} names or fewer, of which {MOST_GLOBS} globs; a broad one says more than many"
        raise ValueError(msg)
    if not all(pattern and pattern.isprintable() for _, pattern in patterns):
        msg = "must hold names and globs without control or invisible characters"
        raise ValueError(msg)
    return scope


FreezeScope = Annotated[Scope, AfterValidator(_manageable)]
"""What is frozen; an empty scope is everything."""


class Thaw(Model):
    """Who thawed a freeze, when and why."""

    by: str
    at_ns: int
    reason: Why


class FreezeRequest(Model):
    """What somebody wants to be frozen."""

    scope: FreezeScope
    reason: Why
    incident: Name | None = None
    """The incident that it is for; what repairs that may be let through."""
    overrun: Overrun = "finish"
    """What a change that runs already does."""
    until_ns: int | None = None
    """When it ends by itself; None: when somebody thaws it."""


class PressedFreeze(FreezeRequest):
    """A freeze that was pressed, and what became of it. Nothing else about it ever changes."""

    id: Name
    pressed_by: str
    pressed_at_ns: int
    thaw: Thaw | None = None
    filed_at_ns: int | None = None
    """When a pull request for it was proposed to the policy repository."""

    def asks_the_same(self, request: FreezeRequest) -> bool:
        """Whether this is what was wanted."""
        return all(getattr(self, name) == getattr(request, name) for name in FreezeRequest.model_fields)

    def state_at(self, at_ns: int) -> FreezeState:
        """Whether it holds (`pressed`), ran out, or was thawed."""
        if self.thaw is not None:
            return "thawed"
        return "pressed" if self.until_ns is None or at_ns < self.until_ns else "ended"

    @property
    def ends_ns(self) -> int | None:
        """When it ended or will end; None: nobody knows."""
        return self.until_ns if self.thaw is None else self.thaw.at_ns

    def window_at(self, at_ns: int) -> WindowFacts:
        """What policy sees of it at an instant."""
        return WindowFacts(
            name=self.id,
            kind="freeze",
            description=self.reason,
            # Whoever judges knows of it, so it holds: a clock that is behind the clock it was pressed by must not turn
            # it into a freeze that is still to come.
            start_ns=min(self.pressed_at_ns, at_ns),
            end_ns=self.until_ns,
            overrun=self.overrun,
            incident=self.incident,
            pressed_by=self.pressed_by,
        )

    def as_window(self) -> Freeze:
        """It as a window of the calendar, for whoever looks at those: in whole seconds, never less than was pressed."""
        return Freeze(
            kind="Freeze",
            name=self.id,
            description=f"{self.reason} (pressed by {self.pressed_by})",
            scope=self.scope,
            start=_wall_clock(self.pressed_at_ns),
            end=None if self.until_ns is None else _wall_clock_after(self.until_ns),
            overrun=self.overrun,
            incident=self.incident,
        )


def windows_of(freezes: Iterable[PressedFreeze], subject: Subject, at_ns: int) -> tuple[WindowFacts, ...]:
    """Those that hold for a change, in the order given."""
    holding = (freeze for freeze in freezes if freeze.state_at(at_ns) == "pressed")
    return tuple(freeze.window_at(at_ns) for freeze in holding if freeze.scope.matches(subject))


def _wall_clock(instant_ns: int) -> datetime:
    """Of UTC, in whole seconds."""
    return from_ns(instant_ns).replace(microsecond=0, tzinfo=None)


def _wall_clock_after(instant_ns: int) -> datetime | None:
    """The whole second that ends there or next; None behind the years that a calendar may speak of."""
    moment = _wall_clock(instant_ns + NANOSECOND_PER_SECOND - 1)
    return moment if moment.year in YEARS else None


def demand_known(scope: Scope, catalogue: Catalogue) -> None:
    """UnknownNameError for a name or glob that matches nothing: a misspelt freeze would freeze nothing, and look done.

    Kinds and labels are made up by whoever asks for changes; what they can be, nobody knows beforehand.
    """
    services = catalogue.services.values()
    known = {
        "environments": set(catalogue.environments),
        "services": set(catalogue.services),
        "owners": {service.owners for service in services},
        "objectives": set(catalogue.objectives),
    }
    for field, pattern in _patterns(scope):
        if field in known and not any(any_matches((pattern,), name) for name in known[field]):
            raise UnknownNameError(
                f"{pattern!r} names none of the {field}{nearest(pattern, sorted(known[field]))}",
                hint="Mend the name; `gate policy show` lists what there is.",
                field=f"scope.{field}",
            )


def literal_names(patterns: Iterable[str]) -> tuple[str, ...] | None:
    """The names that the patterns stand for; None where that may be any, because one is a glob or none is given."""
    names = tuple(dict.fromkeys(patterns))
    return None if not names or any(is_glob(name) for name in names) else names


def _patterns(scope: Scope) -> Iterator[tuple[str, str]]:
    """Coordinate and pattern, of everything that is selected or excluded."""
    for selector in filter(None, (scope, scope.excluded)):
        yield from _patterns_in(selector)


def _patterns_in(selector: Selector) -> Iterator[tuple[str, str]]:
    for field in ("environments", "services", "kinds", "owners", "objectives"):
        yield from ((field, pattern) for pattern in getattr(selector, field))
    for label, pattern in selector.labels.items():
        yield from (("labels", label), ("labels", pattern))

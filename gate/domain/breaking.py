"""Somebody breaks the glass: whether that is heard. What holds here holds whatever Rego says.

What it lifts is judged. Here those are kept away whom no ruling could let, so that they learn it at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gate.domain.assessment import StepId
from gate.domain.break_glass import BreakGlass, GivenBreakGlass, liftable
from gate.domain.change import Change
from gate.domain.errors import CallerError, ForbiddenError, WrongStateError
from gate.domain.instant import duration_ns, to_the_second
from gate.domain.policy_set import PolicySet
from gate.domain.process import BreakGlassTerms
from gate.domain.sight import demand_the_same_sight

_PEOPLE_SHOWN: Final = 8


@dataclass(frozen=True)
class Breaking:
    """Somebody breaks the glass for a change: whether that is heard."""

    given: GivenBreakGlass
    change: Change
    before: Sequence[BreakGlass]
    """Those that were broken for the change already, oldest first."""
    policy: PolicySet

    def admitted(self, glass_id: str, at_ns: int) -> BreakGlass | None:
        """The glass to keep; None if it is broken already by the same person for the same. CallerError."""
        self._demand_a_person()
        if self._repeats(at_ns):
            return None
        self._demand_open()
        demand_the_same_sight(
            self.change, commit=self.given.commit, artifact=self.given.artifact, then="break the glass for that"
        )
        self._demand_a_member()
        self._demand_another()
        self._demand_a_reason()
        self._demand_whole(at_ns)
        request = self.change.request
        return BreakGlass(
            id=glass_id,
            change=self.change.id,
            number=len(self.before) + 1,
            service=request.service,
            environment=request.environment,
            by=self.given.by,
            shown_by=self.given.shown_by,
            reason=self.given.reason,
            incident=self.given.incident,
            at_ns=at_ns,
            commit=request.commit,
            artifact=request.artifact,
            lifts=self._lifts,
            expires_ns=at_ns + duration_ns(self._terms.holds),
            review_within_ns=duration_ns(self._terms.review_due),
        )

    @cached_property
    def _terms(self) -> BreakGlassTerms:
        terms = self.policy.process.break_glass
        if terms is None:
            raise ForbiddenError(
                "policy knows no break-glass", hint="Ask for a bypass: `gate bypass new` writes the pull request."
            )
        return terms

    @cached_property
    def _lifts(self) -> tuple[StepId, ...]:
        return liftable(self.policy.process)

    def _demand_a_person(self) -> None:
        if self.policy.catalogue.person(self.given.by).robot:
            raise ForbiddenError(
                f"{self.given.by} is a robot; people break the glass",
                hint="Let a person do it, with a token of their own.",
            )

    def _repeats(self, at_ns: int) -> bool:
        given = (self.given.by, self.given.reason, self.given.incident)
        said = [glass for glass in self.before if (glass.by, glass.reason, glass.incident) == given]
        return bool(said) and (said[-1].holds_at(at_ns) or self.change.state != "open")

    def _demand_open(self) -> None:
        if self.change.state == "started":
            raise WrongStateError(
                f"change {self.change.id} has started, so there is nothing left to lift",
                hint="Only what has not started can be let through; say with `finish` how it went.",
            )
        if self.change.is_over:
            raise WrongStateError(f"change {self.change.id} is {self.change.state}", hint="Ask for a new change.")

    def _demand_a_member(self) -> None:
        catalogue = self.policy.catalogue
        group = catalogue.service(self.change.request.service).group(self._terms.group)
        people = [name for name in catalogue.members(group) if not catalogue.is_robot(name)]
        if self.given.by not in people:
            raise ForbiddenError(
                f"{self.given.by} is not in {group}, whose people alone may break the glass",
                hint=f"It can be broken by {', '.join(people[:_PEOPLE_SHOWN]) or 'nobody'}.",
            )

    def _demand_another(self) -> None:
        # Whoever makes a change is not who lets it through, unless policy says that an emergency is worth even that.
        made = {self.change.requester: "asked for", self.change.request.author: "wrote"}.get(self.given.by)
        if made is not None and self._terms.own_changes == "refuse":
            raise ForbiddenError(
                f"{self.given.by} {made} change {self.change.id}, and may not break the glass for it",
                hint="Let somebody else of the group do it; `own_changes` of process.yaml says whether that must be.",
            )

    def _demand_a_reason(self) -> None:
        words, fewest = len(self.given.reason.split()), self._terms.min_reason_words
        if words < fewest:
            raise CallerError(
                f"the reason has {words} words; policy asks for {fewest}",
                hint="Say why nothing else is fast enough; everybody will read it.",
                field="reason",
            )
        if not self._lifts:
            raise ForbiddenError("policy lets break-glass lift no step at all", hint="Ask for a bypass.")

    def _demand_whole(self, at_ns: int) -> None:
        for glass in self.before:
            if glass.holds_at(at_ns):
                raise WrongStateError(
                    f"{glass.by} has broken the glass for change {self.change.id} already ({glass.incident})",
                    hint=f"It holds until {to_the_second(glass.expires_ns)}; `gate explain` tells what it lifts.",
                )

"""A hearing: who may answer which step of a change now. What holds here holds whatever the policy says.

Whose answers a step needs, how many, and what they come to is judged in Rego. Here those are kept away who could not
count in any policy, so that they learn it at once; and nobody who made the change is ever heard about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gate.domain.change import Change
from gate.domain.decision import Decision, StepResult
from gate.domain.errors import CallerError, ForbiddenError, SeenOtherwiseError, WrongStateError
from gate.domain.instant import duration_ns
from gate.domain.naming import nearest
from gate.domain.policy_set import PolicySet
from gate.domain.process import Needs
from gate.domain.review import MOST_ANSWERS, Answer, GivenAnswer, latest
from gate.domain.sight import demand_the_same_sight

_PEOPLE_SHOWN: Final = 8


@dataclass(frozen=True)
class Hearing:
    """Somebody's answer, and what it is an answer to."""

    given: GivenAnswer
    change: Change
    decision: Decision
    """The latest about the change when it was answered."""
    answers: Sequence[Answer]
    """All that were given to the change before."""
    policy: PolicySet

    def admitted(self, at_ns: int) -> Answer | None:
        """The answer to keep; None if it says what the same person said last, and that still counts.

        CallerError, of the kind that says what stands against it.
        """
        self._demand_a_person()
        self._demand_open()
        demand_the_same_sight(self.change, commit=self.given.commit, artifact=self.given.artifact, then="answer")
        self._demand_another()
        if self._before is None:
            self._demand_a_step()
            self._demand_pending()
        if self.given.answer != "withdraw":
            self._demand_a_member()
            self._demand_claims()
            self._demand_a_reason()
        if self._repeats(at_ns):
            return None
        return self._kept(at_ns)

    @cached_property
    def _before(self) -> Answer | None:
        return latest(self.answers, self.given.step, self.given.by)

    @cached_property
    def _result(self) -> StepResult | None:
        return next((step for step in self.decision.steps if step.step == self.given.step), None)

    @cached_property
    def _needs(self) -> tuple[Needs, ...]:
        """What the step takes of people: as the process says, and as the bypasses do that add it for this change."""
        step, bypasses = self.given.step, self.policy.bypasses_for(self.change.request)
        added = [added for bypass in bypasses for added in bypass.add if added.step == step]
        return (*self.policy.process.needs_of(step), *(needs for each in added for needs in each.needs))

    @cached_property
    def _groups(self) -> tuple[str, ...]:
        """The groups whose people are asked. Those that only the verdict names are of a step with rules of its own."""
        service = self.policy.catalogue.service(self.change.request.service)
        told = self._result.verdict.needs if self._result else ()
        named = [service.group(name) for needs in self._needs for name in (needs.group, *needs.or_groups)]
        named += [name for need in told for name in need.may_answer]
        return tuple(dict.fromkeys(named))

    def _demand_open(self) -> None:
        if self.change.state == "started":
            raise WrongStateError(
                f"change {self.change.id} has started, so no answer can stop it any more",
                hint="Let whoever runs it stop, and finish it as failed.",
            )
        if self.change.is_over:
            raise WrongStateError(f"change {self.change.id} is {self.change.state}", hint="No answer is waited for.")

    def _demand_a_person(self) -> None:
        if self.policy.catalogue.person(self.given.by).robot:
            raise ForbiddenError(f"{self.given.by} is a robot; people answer", hint="Let a person of the group answer.")

    def _demand_another(self) -> None:
        # Beside the same rule in Rego, because segregation of duties is for no policy to lift.
        made = {self.change.requester: "asked for", self.change.request.author: "wrote"}.get(self.given.by)
        if made is not None:
            raise ForbiddenError(
                f"{self.given.by} {made} change {self.change.id}, and is not heard about it",
                hint="Somebody else must answer. To take the change back, withdraw it.",
            )

    def _demand_a_step(self) -> None:
        known = [step.step for step in self.decision.steps]
        if self._result is None:
            raise SeenOtherwiseError(
                f"change {self.change.id} has no step called {self.given.step!r}{nearest(self.given.step, known)}",
                hint=f"Its steps are {', '.join(known)}.",
                field="step",
            )

    def _demand_pending(self) -> None:
        step, result = self.given.step, self._result
        if self.given.answer == "withdraw":
            raise WrongStateError(
                f"{self.given.by} has not answered step {step}, so there is nothing to take back", field="step"
            )
        if result is not None and result.status != "pending":
            stands = f"lifted by {result.lifted_by}" if result.lifted_by else result.verdict.status
            raise WrongStateError(
                f"step {step} of change {self.change.id} is {stands}, not pending",
                hint="Whoever answered it before may change their answer; nobody else is asked now.",
                field="step",
            )
        if not self._groups:
            raise WrongStateError(f"step {step} waits for evidence, not for people", field="step")

    def _demand_a_member(self) -> None:
        if not any(self.given.by in self.policy.catalogue.members(group) for group in self._groups):
            told = self._result.verdict.needs if self._result else ()
            people = list(dict.fromkeys(name for need in told for name in need.people))[:_PEOPLE_SHOWN]
            raise ForbiddenError(
                f"{self.given.by} is in none of the groups that step {self.given.step} needs: "
                f"{', '.join(self._groups) or 'none any more'}",
                hint=f"It can be answered by {', '.join(people)}." if people else "`gate explain` says who can answer.",
            )

    def _demand_claims(self) -> None:
        """Whoever signs in has not only been a member once: their provider says so now, where the group wants that.

        Of every group that could count them: for which it does, Rego finds out from all answers at once.
        """
        if self.given.shown_by != "sign_in":
            return
        for name in self._groups:
            group = self.policy.catalogue.groups.get(name)
            is_asked = group is not None and bool(group.claim) and self.given.by in group.members
            if is_asked and name not in self.given.groups_claimed:
                raise ForbiddenError(
                    f"your provider does not say that {self.given.by} is in {name}, as groups.yaml wants",
                    hint="Have yourself added to that group at your provider, then sign in anew.",
                )

    def _demand_a_reason(self) -> None:
        if self.given.answer == "veto" and not self.given.comment.strip():
            raise CallerError("a veto says why", hint="Say in `comment` what would have to change.", field="comment")

    def _repeats(self, at_ns: int) -> bool:
        """Whether it says nothing new. An approval that has expired may be given anew."""
        given, before = self.given, self._before
        if before is None or (given.answer, given.comment) != (before.answer, before.comment):
            return False
        lives = [duration_ns(needs.expires) for needs in self._needs if needs.expires is not None]
        return given.answer != "approve" or all(at_ns < before.at_ns + life for life in lives)

    def _kept(self, at_ns: int) -> Answer:
        if sum(answer.by == self.given.by for answer in self.answers) >= MOST_ANSWERS:
            raise WrongStateError(
                f"{self.given.by} has answered to change {self.change.id} {MOST_ANSWERS} times already",
                hint="Let somebody else of the group answer.",
            )
        request = self.change.request
        return Answer(
            change=self.change.id,
            number=len(self.answers) + 1,
            commit=request.commit,
            artifact=request.artifact,
            at_ns=at_ns,
            **self.given.model_dump(exclude={"commit", "artifact", "groups_claimed"}),
        )

"""Everything that can go wrong without an answer, as one tree.

    GateError
    ├── CallerError            the asker can mend it
    │   ├── UnknownNameError       a service, environment, change … that nobody knows
    │   ├── UnauthenticatedError   nobody knows who is asking
    │   ├── ForbiddenError         the asker may not
    │   ├── TooManyRequestsError   the asker may, but not so often
    │   ├── ConflictingRequestError  the same key for another request
    │   ├── LimitReachedError      there are too many of them already
    │   ├── PlannedStartError      no change can be planned for then
    │   ├── CircularError          changes that would wait for each other
    │   ├── SeenOtherwiseError     what was looked at is not what there is
    │   └── WrongStateError        the change is not in a state where this can be done
    ├── PolicyError            a policy owner can mend it
    │   ├── PolicyRejectedError    a revision that does not load, compile or pass its own tests
    │   └── AssessmentError        the policy answered, but not with an assessment
    ├── WorldError             nobody asked wrongly; the outside failed
    │   ├── NoPolicyError          no revision is active yet
    │   ├── StalePolicyError       the active revision is older than the environment allows
    │   ├── RepositoryError        git did not answer
    │   ├── IssuerError            an issuer of identity tokens did not answer
    │   ├── EngineError            OPA did not answer
    │   │   ├── EngineBehindError      it answered at another revision
    │   │   └── EngineBusyError        too many questions wait for it
    │   ├── NoticeError            somebody could not be told
    │   └── StoreError             the database did not answer
    └── FactsMovedError        what was judged is no longer so; never leaves the application

A refusal is no error: `Decision(outcome="refused")` is an answer.
"""

from collections.abc import Sequence

from gate.domain.finding import Finding


class GateError(Exception):
    """No answer could be given. `hint` says what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CallerError(GateError):
    """The asker can mend this. `field` names the part of the request, where there is one."""

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class UnknownNameError(CallerError):
    """A name that the active policy revision or the store does not know."""


class UnauthenticatedError(CallerError):
    """It is not shown who is asking."""


class ForbiddenError(CallerError):
    """Whoever asks may not do this."""


class TooManyRequestsError(CallerError):
    """The caller asks more often than is allowed."""

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message, hint="Wait for the seconds in Retry-After; ask with `wait` rather than often.")
        self.retry_after_seconds = retry_after_seconds


class ConflictingRequestError(CallerError):
    """The idempotency key was used for another request before."""


class LimitReachedError(CallerError):
    """There are as many of them already as there may be."""


class PlannedStartError(CallerError):
    """A start is planned, or slots are looked for, too far ahead; or the planned start is past."""


class CircularError(CallerError):
    """The change would wait for changes that wait for it. `circle` names them, from it back to it."""

    def __init__(self, message: str, *, circle: Sequence[str], hint: str) -> None:
        super().__init__(message, hint=hint, field="depends_on")
        self.circle = tuple(circle)


class SeenOtherwiseError(CallerError):
    """Somebody answers to something else than there is: another commit or artifact, or a step that is none."""


class WrongStateError(CallerError):
    """The change is not in a state in which this can be done."""


class PolicyError(GateError):
    """A policy owner can mend this."""


class PolicyRejectedError(PolicyError):
    """A revision is refused whole. `findings` say why, with file, line and field."""

    def __init__(self, revision: str, findings: Sequence[Finding]) -> None:
        first = f": {findings[0]}" if findings else ""
        super().__init__(
            f"policy revision {revision[:12]} is rejected, {len(findings)} finding(s){first}",
            hint="Mend the files that the findings name and push again; the last good revision stays active.",
        )
        self.revision = revision
        self.findings = tuple(findings)


class AssessmentError(PolicyError):
    """The policy engine answered, but what it said cannot be folded into a decision."""


class WorldError(GateError):
    """The outside failed; asking again later may work."""


class NoPolicyError(WorldError):
    """No policy revision is active."""


class StalePolicyError(WorldError):
    """The active policy revision was last confirmed longer ago than the environment allows."""


class RepositoryError(WorldError):
    """The policy repository could not be read."""


class IssuerError(WorldError):
    """The keys of an issuer of identity tokens could not be read, so nothing that it signed can be verified."""


class EngineError(WorldError):
    """The policy engine gave no answer."""


class EngineBehindError(EngineError):
    """The policy engine answered at another revision than the pinned one."""


class EngineBusyError(EngineError):
    """Too many questions wait for the policy engine already."""


class NoticeError(WorldError):
    """Somebody could not be told."""


class StoreError(WorldError):
    """The store gave no answer."""


class FactsMovedError(GateError):
    """Between gathering and recording, another decision changed what this one rests on. Gather and judge again."""

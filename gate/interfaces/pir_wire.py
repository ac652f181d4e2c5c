"""What goes over the wire about reviews that are owed for going around the process."""

from typing import Any, Final, Literal, Self

from pydantic import ConfigDict

from gate.domain.access import Caller
from gate.domain.instant import rfc3339
from gate.domain.naming import Name
from gate.domain.pir import Pir, PirFindings, Wrong
from gate.interfaces.wire_base import Wire

_EXAMPLE: Final[dict[str, Any]] = {
    "happened": "The fix went out within ten minutes and stopped the double charges.",
    "wrong": "process_wrong",
    "follow_ups": ["Let hot-fixes of payments pass the freeze"],
}


class PirAsk(PirFindings):
    """What came of a change that went around the process."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    by: Name | None = None
    """Who writes, on a gate that is open to anybody. Elsewhere the token shows it, and this is refused."""

    def findings(self) -> PirFindings:
        """What was found."""
        return PirFindings.model_validate(self.model_dump(exclude={"by"}))

    def writer(self, caller: Caller) -> str:
        """The person who writes. ForbiddenError, UnknownNameError."""
        return caller.answering(self.by)


class PirAnswer(Wire):
    """A review: what is owed, by whom and by when; and what was written."""

    change: str
    service: str
    environment: str
    team: str
    bypasses: tuple[str, ...]
    owed_since: str
    due: str
    state: Literal["owed", "overdue", "written"]
    """`overdue` closes the way around for the whole team."""
    by: str | None
    at: str | None
    happened: str | None
    wrong: Wrong | None
    follow_ups: tuple[str, ...]

    @classmethod
    def of(cls, pir: Pir, now_ns: int) -> Self:
        """From the domain."""
        written = pir.written
        return cls(
            change=pir.change,
            service=pir.service,
            environment=pir.environment,
            team=pir.team,
            bypasses=pir.bypasses,
            owed_since=rfc3339(pir.owed_since_ns),
            due=rfc3339(pir.due_ns),
            state="written" if written else "overdue" if pir.is_overdue(now_ns) else "owed",
            by=written.by if written else None,
            at=rfc3339(written.at_ns) if written else None,
            happened=written.happened if written else None,
            wrong=written.wrong if written else None,
            follow_ups=written.follow_ups if written else (),
        )

"""What goes over the wire where there is no answer: RFC 9457."""

from gate.interfaces.policy_wire import FindingAnswer
from gate.interfaces.wire import ChangeAnswer
from gate.interfaces.wire_base import Wire


class Mistake(Wire):
    """What is wrong with one field of a request; with the request as a whole, where no field is named."""

    field: str
    message: str


class Problem(Wire):
    """RFC 9457: what went wrong, where, and what to do next."""

    type: str
    title: str
    status: int
    detail: str
    hint: str = ""
    field: str = ""
    errors: tuple[Mistake, ...] = ()
    """For a request that is not valid: each of its mistakes."""
    findings: tuple[FindingAnswer, ...] = ()
    """For a policy revision that is rejected: why."""
    change: ChangeAnswer | None = None
    """For a change that may not start: the change, judged once more."""

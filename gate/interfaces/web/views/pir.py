"""Reviews that are owed for going around the process, as their pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from pydantic import ValidationError

from gate.domain.errors import CallerError
from gate.domain.pir import Pir, PirFindings, Wrong
from gate.interfaces.web.moments import Moment

CHOICES: Final[tuple[str, ...]] = get_args(Wrong)
_ORDER: Final = {"overdue": 0, "owed": 1, "written": 2}


@dataclass(frozen=True, slots=True)
class PirView:
    """A review, owed or written."""

    pir: Pir
    state: str
    due: Moment
    written_at: Moment | None


def pir_view(pir: Pir, now_ns: int) -> PirView:
    """How it stands at an instant."""
    written = pir.written
    state = "written" if written else "overdue" if pir.is_overdue(now_ns) else "owed"
    return PirView(pir, state, Moment.of(pir.due_ns, now_ns), Moment.of(written.at_ns, now_ns) if written else None)


def pir_views(pirs: Sequence[Pir], now_ns: int) -> list[PirView]:
    """What presses most first: overdue, then owed, then what was written."""
    return sorted((pir_view(pir, now_ns) for pir in pirs), key=lambda view: _ORDER[view.state])


def findings_of(fields: Mapping[str, str]) -> PirFindings:
    """What a form says, a follow-up a line. CallerError names the field to mend."""
    lines = tuple(line.strip() for line in fields.get("follow_ups", "").split("\n"))
    said = {
        "happened": fields.get("happened", "").strip(),
        "wrong": fields.get("wrong", ""),
        "follow_ups": tuple(filter(None, lines)),
    }
    try:
        return PirFindings.model_validate(said)
    except ValidationError as error:
        field = str(error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"][0])
        raise CallerError(f"the review does not say {_LACKS[field]}", hint=_HINTS[field], field=field) from error


_LACKS: Final[Mapping[str, str]] = {
    "happened": "what happened, in up to 4,000 characters",
    "wrong": "what ought to have been otherwise",
    "follow_ups": "its follow-ups in up to 20 lines of 500 characters",
}
_HINTS: Final[Mapping[str, str]] = {
    "happened": "Write what came of the change.",
    "wrong": "Choose one of the three.",
    "follow_ups": "Shorten them; the rest belongs into their tickets.",
}

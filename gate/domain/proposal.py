"""What is proposed to the policy repository for what the gate was told first, so that git stays the truth: a file each.

A pressed freeze becomes a window of the calendar, a broken glass a bypass.

Writing it into a commit and pushing that happens in the policy_repo adapter.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, Literal

from pydantic import TypeAdapter

from gate.domain.break_glass import BreakGlass
from gate.domain.instant import NANOSECOND_PER_SECOND, rfc3339
from gate.domain.model import Model
from gate.domain.red_button import PressedFreeze

ProposalState = Literal["filed", "pending", "failed", "by_hand", "dropped"]
"""`filed`: the branch is there. `pending` and `failed`: it will be tried, or tried again. `by_hand`: the gate may not
push. `dropped`: what it is for was over before it was filed."""

_SHOWN: Final = 60


class Proposal(Model):
    """A branch of the policy repository that brings one file."""

    branch: str
    path: str
    """In the folder of the policies."""
    text: str
    message: str
    """Of the commit."""
    at_ns: int
    """When it is committed: an instant of the freeze, so that every gate makes the same commit of it."""


def proposal_of(freeze: PressedFreeze) -> Proposal:
    """The freeze as a window of the calendar, under the same name."""
    return Proposal(
        branch=f"gate/freeze-{freeze.id}",
        path=f"calendar/pressed-{freeze.id}.yaml",
        text=_document(freeze),
        message=_message(freeze),
        at_ns=freeze.pressed_at_ns,
    )


def _document(freeze: PressedFreeze) -> str:
    """YAML, with every value written as JSON, which YAML takes as it is."""
    window = freeze.as_window()
    fields: dict[str, object] = {
        "kind": "Freeze",
        "name": freeze.id,
        "description": freeze.reason,
        **({"incident": freeze.incident} if freeze.incident else {}),
        "scope": freeze.scope.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "start": window.start.isoformat(),
        **({} if window.end is None else {"end": window.end.isoformat()}),
        "overrun": freeze.overrun,
    }
    end = "" if window.end else " It has no known end: it holds until this file is deleted."
    head = f"# Pressed by {freeze.pressed_by}; thawing it in the gate does not undo this file.{end}\n"
    return head + _yaml(fields)


def bypass_proposal_of(glass: BreakGlass, lifted: Sequence[str]) -> Proposal:
    """A broken glass as a bypass under the same name. `lifted`: what it lifted; what it may lift, if it did nothing."""
    return Proposal(
        branch=f"gate/break-glass-{glass.id}",
        path=f"bypasses/break-glass-{glass.id}.yaml",
        text=_bypass(glass, lifted or glass.lifts),
        message=(
            f"Break-glass {glass.id}: {glass.reason[:_SHOWN]}\n\n"
            f"Broken by {glass.by} at {rfc3339(glass.at_ns)} for {glass.incident}, change {glass.change}: "
            f"{glass.reason}\n"
        ),
        at_ns=glass.at_ns,
    )


def _bypass(glass: BreakGlass, skipped: Sequence[str]) -> str:
    within = timedelta(microseconds=glass.review_within_ns // 1000)
    fields: dict[str, object] = {
        "kind": "Bypass",
        "id": glass.id,
        "change": {"service": glass.service, "environment": glass.environment, "commit": glass.commit},
        "skip": list(skipped),
        "reason": glass.reason,
        "ticket": glass.incident,
        "requested_by": glass.by,
        "expires": rfc3339(glass.expires_ns - glass.expires_ns % NANOSECOND_PER_SECOND),
        "uses": 1,
        "review_due": TypeAdapter(timedelta).dump_python(within, mode="json"),
    }
    head = f"# {glass.by} broke the glass; this file says so, and lifts nothing for that change that was not lifted.\n"
    return head + _yaml(fields)


def _yaml(fields: Mapping[str, object]) -> str:
    return "".join(f"{name}: {_scalar(value)}\n" for name, value in fields.items())


def _message(freeze: PressedFreeze) -> str:
    return (
        f"Freeze {freeze.id}: {freeze.reason[:_SHOWN]}\n\n"
        f"Pressed by {freeze.pressed_by} at {rfc3339(freeze.pressed_at_ns)}"
        f"{f' for {freeze.incident}' if freeze.incident else ''}: {freeze.reason}\n"
    )


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

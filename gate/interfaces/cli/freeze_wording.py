"""Pressed freezes in words."""

from collections.abc import Iterator, Mapping

from gate.domain.scope import Selector
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.cli.whole_seconds import cut
from gate.interfaces.freeze_wire import FreezeAnswer


def scope(freeze: FreezeAnswer) -> str:
    """Such as `environments production, services payments; except services status-page`."""
    excluded = freeze.scope.excluded
    left_out = f"; except {_selector(excluded)}" if excluded and not excluded.is_empty else ""
    return f"{_selector(freeze.scope)}{left_out}"


def _selector(selector: Selector) -> str:
    named: Mapping[str, object] = selector.model_dump(exclude={"excluded"}, exclude_defaults=True)
    told = []
    for coordinate, patterns in named.items():
        if isinstance(patterns, Mapping):
            told += [f"{coordinate} {name}={pattern}" for name, pattern in patterns.items()]
        elif isinstance(patterns, tuple):
            told.append(f"{coordinate} {' '.join(patterns)}")
    return ", ".join(told) or "everything"


def pressed(freeze: FreezeAnswer) -> Iterator[Line]:
    """What somebody wants to know who has just pressed."""
    if freeze.state != "pressed":
        yield line(f"NOT FROZEN: {freeze.id} was pressed before with this key, and is {freeze.state}", "red")
        return
    yield line(f"FROZEN: {scope(freeze)}", "red")
    yield line(f"{freeze.id}, by {freeze.pressed_by}, until {cut(freeze.until, 'somebody thaws it')}", indent=1)
    yield line(freeze.reason, indent=1)
    if freeze.incident:
        yield line(f"for {freeze.incident}; red_button of process.yaml says whether its fix may pass", indent=1)
    if freeze.overrun == "stop":
        yield line("what runs is told to stop", indent=1)
    yield from _proposal(freeze)
    yield line(f"let go with: gate freeze thaw {freeze.id} --reason …", "bold", indent=1)


def _proposal(freeze: FreezeAnswer) -> Iterator[Line]:
    proposal = freeze.proposal
    if proposal.state == "filed":
        yield line(f"branch {proposal.branch} of the policy repository is there to be merged", indent=1)
        return
    if proposal.state in {"pending", "failed"}:
        trouble = f": {proposal.trouble}" if proposal.trouble else ""
        yield line(f"branch {proposal.branch} is not pushed yet{trouble}; the gate goes on trying", "yellow", indent=1)
        return
    yield line(f"to have it in git, too, commit this as {proposal.file} on a branch {proposal.branch}:", indent=1)
    yield from (line(text, "dim", indent=2) for text in proposal.text.splitlines())


def thawed(freeze: FreezeAnswer) -> Iterator[Line]:
    """What somebody wants to know who has just thawed."""
    if freeze.state == "ended":
        yield line(f"{freeze.id} had ended at {cut(freeze.until)} already", "yellow")
    else:
        yield line(f"THAWED: {scope(freeze)}", "green")
        thawed_at = cut(freeze.thawed_at)
        yield line(f"{freeze.id}, by {freeze.thawed_by} at {thawed_at}: {freeze.thaw_reason}", indent=1)
    if freeze.proposal.state in {"filed", "by_hand"}:
        merged = f"close the pull request, or, where {freeze.proposal.file} was merged, delete it by a commit"
        yield line(f"{merged}: until then git's freeze holds", indent=1)

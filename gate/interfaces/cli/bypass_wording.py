"""What a bypass would come to, in words: for people who read a pull request, in whatever form they are told."""

from collections.abc import Iterator
from typing import Final

from gate.interfaces.bypass_wire import BypassTrialAnswer, SkippedAnswer
from gate.interfaces.cli import wording
from gate.interfaces.cli.new_bypass import NewBypass
from gate.interfaces.cli.whole_seconds import cut

_PEOPLE_SHOWN: Final = 12


def target(trial: BypassTrialAnswer) -> str:
    """The change that it was tried on."""
    commit = f"at {trial.commit[: wording.COMMIT_SHOWN]}" if trial.commit else "at any commit"
    named = f"change {trial.change}: " if trial.change else ""
    return f"{named}{trial.service} into {trial.environment} {commit}"


def effect(trial: BypassTrialAnswer) -> str:
    """What it would let through."""
    if trial.skips_nothing:
        return (
            f"{target(trial)} has nothing to skip: it passes, or is not asked, everything that the bypass names, "
            f"so it would not be used up ({trial.outcome} with it and without it)"
        )
    if trial.forbidden:
        return f"{target(trial)} would stay {trial.without}: the bypass cannot be honoured as it is written"
    return f"{target(trial)} would be {trial.outcome} with it, and is {trial.without} without it"


def skipped(step: SkippedAnswer) -> str:
    """A step that it skips: what it says all the same, and who lifts it."""
    said = "; ".join(reason.message for reason in step.reasons)
    until = f", until {cut(step.until)}" if step.until and step.verdict != "satisfied" else ""
    verdict = "not demanded of this change" if step.verdict is None else step.verdict + (f" ({said})" if said else "")
    lifted = f"; lifted by bypass {step.lifted_by}" if step.lifted_by else ""
    return f"skips {step.step}: {verdict}{until}{lifted}; {_right(step)}"


def added(trial: BypassTrialAnswer) -> Iterator[str]:
    """The one-time steps that it takes instead."""
    for step in trial.steps:
        if step.added_by == trial.bypass:
            yield f"adds {step.step}: {step.verdict}" + "".join(f"; {wording.need(need)}" for need in step.needs)


def still(trial: BypassTrialAnswer) -> Iterator[str]:
    """What the change would have to pass yet."""
    left = [step for step in trial.steps if step.status != "satisfied" and step.added_by != trial.bypass]
    if left and not trial.forbidden:
        yield f"still to pass: {', '.join(f'{step.step} ({step.verdict})' for step in left)}"


def grant(trial: BypassTrialAnswer) -> str:
    """Who must approve."""
    if not trial.granters:
        return "nobody may grant it"
    return f"not granted yet: one of {_named(trial.granters)} must approve all of it"


def details(trial: BypassTrialAnswer) -> Iterator[str]:
    """Everything but the effect, one thing a line."""
    yield from map(skipped, trial.skipped)
    yield from added(trial)
    yield from still(trial)
    yield grant(trial)


def judged(new: NewBypass, trial: BypassTrialAnswer) -> str:
    """On what, by what and when."""
    return f"judged {cut(trial.judged_at)} by policy {trial.revision[: wording.COMMIT_SHOWN]}: {new.source}"


def _right(step: SkippedAnswer) -> str:
    if step.group is None:
        return "never lifted"
    people = _named(step.people) if step.people else "nobody who is not involved"
    return f"{step.group} may let it be skipped: {people}"


def _named(people: tuple[str, ...]) -> str:
    more = len(people) - _PEOPLE_SHOWN
    return ", ".join(people[:_PEOPLE_SHOWN]) + (f" and {more} more" if more > 0 else "")

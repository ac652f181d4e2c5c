"""What the gate says of time, in words: the state of the calendar, and the next slots. Months: `calendar_drawing`."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gate.interfaces.calendar_wire import CalendarAnswer, SlotsAnswer, VoiceAnswer, Whose
from gate.interfaces.cli import span
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.cli.local_time import in_words, seconds_between
from gate.interfaces.cli.whole_seconds import not_before
from gate.interfaces.wire import SlotAnswer

_SHOWN: Final = 20
"""Windows; all of them are in `--output json`."""
_SAYS: Final = {
    "closes": "closes it",
    "opens": "opens it",
    "would_open": "would open it",
    "never_opens": "opens it no more",
    "shown": "is only shown",
}


def state(answer: CalendarAnswer) -> Iterator[Line]:
    """Open or closed, why, and when that changes."""
    zone = ZoneInfo(answer.timezone)
    is_open = answer.state == "open"
    yield line(
        f"{answer.state.upper()}: {_whose(answer)} on {in_words(answer.at, zone)}", "green" if is_open else "red"
    )
    yield from (line(reason.message, indent=1) for reason in answer.reasons[:_SHOWN])
    turns = [
        ("next opening", answer.next_opening, answer.next_opening_because),
        ("next closing", answer.next_closing, answer.next_closing_because),
    ]
    # What comes first is told first; what nobody knows, last.
    for what, when, because in sorted(turns, key=lambda turn: (turn[1] is None, turn[1] or "")):
        yield line(f"{what}: {_turn(answer.at, when, because, zone)}", "bold" if when else "", indent=1)
    yield from (line(_voice(voice, zone), "dim", indent=1) for voice in answer.windows[:_SHOWN])
    yield from _more(len(answer.windows) - _SHOWN)
    yield from footer(answer)


def slots(answer: SlotsAnswer) -> Iterator[Line]:
    """The next slots."""
    zone = ZoneInfo(answer.timezone)
    length = span.in_words(answer.duration // timedelta(seconds=1))
    for slot in answer.slots:
        yield line(f"from {in_words(slot.start, zone)}{_room(slot, zone)}", "green")
        yield line(_to_plan_for(slot), "dim", indent=1)
    if not answer.slots:
        yield line(f"There is no time for {_whose(answer)} before {in_words(answer.searched_until, zone)}.", "red")
    yield line(f"for a change of {_whose(answer)} that takes {length}", "dim")
    yield from footer(answer)


def footer(answer: Whose) -> Iterator[Line]:
    """What every answer ends with."""
    yield line(f"times in {answer.timezone}; policy {answer.revision[:12]}", "dim")
    yield line(answer.note, "dim")


def _whose(answer: Whose) -> str:
    kind = "" if answer.kind == "deploy" else f" ({answer.kind})"
    return f"{answer.service} in {answer.environment}{kind}"


def _turn(at: str, when: str | None, because: str, zone: ZoneInfo) -> str:
    if when is None:
        return f"not known, {because}"
    return f"{in_words(when, zone)}, in {span.in_words(seconds_between(at, when))}: {because}"


def _voice(voice: VoiceAnswer, zone: ZoneInfo) -> str:
    time = ""
    if voice.start is not None:
        until = in_words(voice.end, zone) if voice.end else "no known end"
        time = f", {in_words(voice.start, zone)} to {until}"
    return f"{voice.kind} {voice.name} {_SAYS[voice.says]}{time}" + (
        f": {voice.description}" if voice.description else ""
    )


def _more(number: int) -> Iterator[Line]:
    if number > 0:
        yield line(f"and {number} windows more", "dim", indent=1)


def _to_plan_for(slot: SlotAnswer) -> str:
    """Its beginning as `--planned-start` takes it; exact where no second later would do."""
    return slot.start if slot.start == slot.start_by else not_before(slot.start)


def _room(slot: SlotAnswer, zone: ZoneInfo) -> str:
    if slot.start_by is None:
        return " on"
    return ", no later" if slot.start_by == slot.start else f", to start by {in_words(slot.start_by, zone)}"

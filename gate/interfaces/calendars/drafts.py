"""Windows on their way into a policy repository: named, validated by the gate's own model, and written as YAML."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, Final

from gate.domain.calendar import Window
from gate.domain.document import Document
from gate.domain.finding import Finding
from gate.domain.policy_set import understand
from gate.interfaces.calendars.conversion import Source

_PLAIN: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_./+:=;-]*[A-Za-z0-9])?")
"""Text that needs no quotes in YAML, in a list or out of it."""
_PLAIN_ALONE: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_./+:=;, -]*[A-Za-z0-9])?")
"""Text that needs none outside of lists."""
_OTHERWISE: Final = re.compile(r"[0-9]+|true|false|null|yes|no|on|off|.*: .*", re.IGNORECASE)
"""Of that, what somebody or something could take for something else."""
_NOT_OF_A_NAME: Final = re.compile(r"[^a-z0-9._]+")
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Draft:
    """A window and the fields that say it, as they will stand in a file."""

    fields: Mapping[str, Any]
    window: Window


def drafted(fields: Mapping[str, Any], source: Source) -> Draft | tuple[Finding, ...]:
    """The window that these fields say, or why the gate's own model refuses them."""
    if not all(_is_legible(text) for text in _texts(fields)):
        return (source.lost("it holds characters that nobody can see, and policy files refuse those"),)
    understood = understand(Document(source.path, fields))
    if isinstance(understood.value, Window):
        return Draft(fields, understood.value)
    refused = [f"{finding.field}: {finding.message}".removeprefix(": ") for finding in understood.findings]
    return (source.lost(f"the calendar does not take it: {'; '.join(refused)}"),)


class Names:
    """Gives each window a name of its own, made of what it was called."""

    def __init__(self, prefix: str = "") -> None:
        """All of them begin with the prefix."""
        self._prefix = prefix
        self._given: set[str] = set()

    def give(self, called: str) -> str:
        """A name that was not given before."""
        plain = unicodedata.normalize("NFKD", called).encode("ascii", "ignore").decode().lower()
        stem = _NOT_OF_A_NAME.sub("-", plain).strip("-._")[:_LONGEST_NAME].rstrip("-._") or "window"
        return self._first_free(stem)

    def keep(self, name: str) -> str:
        """A name that was one before, if nobody has it yet."""
        return self._first_free(name)

    def _first_free(self, stem: str) -> str:
        named = f"{self._prefix}{stem}"
        candidates = chain([named], (f"{named}-{number}" for number in count(2)))
        name = next(candidate for candidate in candidates if candidate not in self._given)
        self._given.add(name)
        return name


def legible(text: str) -> str:
    """The text without what nobody can see: policy files refuse it. Lines stay lines."""
    kept = (line.strip() for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(map(_visible, kept)).strip()


def _visible(line: str) -> str:
    if line.isprintable():
        return line
    # Invisible formatting says nothing by itself; anything else that cannot be shown is shown to have been there.
    shown = (character for character in line if unicodedata.category(character) != "Cf")
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in shown)


def _is_legible(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from (name, *_texts(inner))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    else:
        yield str(value)


def policy_file(drafts: Iterable[Draft], header: Iterable[str]) -> str:
    """A file for calendar/ of a policy repository: a comment that says where it is from, and a document a window."""
    comment = "".join(f"# {_visible(line)}\n" for line in header)
    return comment + "---\n".join(_document(draft.fields) for draft in drafts)


def _document(fields: Mapping[str, Any]) -> str:
    return "".join(f"{name}: {_flow(value, _PLAIN_ALONE)}\n" for name, value in fields.items())


def _flow(value: Any, plain: re.Pattern[str] = _PLAIN) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(name)}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    text = str(value)
    if plain.fullmatch(text) and not _OTHERWISE.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a YAML string

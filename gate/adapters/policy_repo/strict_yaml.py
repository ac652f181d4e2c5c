"""YAML as the gate reads it: one file in, documents with the line of every field out, or findings.

Hostile text is the normal case. The events of libyaml's parser are read in one pass and cut off at limits, so that
neither nesting nor size reaches a recursive loader. What YAML 1.1 guesses from plain text is switched off: only
`true`, `false`, `null`, `~`, nothing and whole decimal numbers are anything but text, so `no`, `22:30` and an
abbreviated commit stay what was written. What the fields mean is decided in `gate.domain.policy_set`.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NoReturn

import yaml

from gate.adapters.policy_repo.strict_text import FORBIDDEN, line_at, not_allowed, read_text
from gate.domain.document import Document, Place
from gate.domain.finding import Finding

MAX_DEPTH: Final = 32
MAX_EVENTS: Final = 20_000
"""Parser events in one document: each scalar is one, each mapping and each list two."""
MAX_DOCUMENTS: Final = 1_000
MAX_FINDINGS: Final = 50
"""After so many, nobody reads on, and neither does the gate."""

_SHOWN: Final = 60
_NAME: Final = "(name)"
"""Stands for the name of a field while it is read."""

# Directives stand at the start of a line; libyaml's handling of %TAG is quadratic, so they do not even reach it.
_DIRECTIVE: Final = re.compile("^%", re.MULTILINE)
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,18}")
_NUMERIC: Final = frozenset("-0123456789")
_INT64: Final = range(-(2**63), 2**63)
_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}


def read_documents(path: str, content: bytes) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    """The documents of a file, or what is wrong with it: where there are findings, there are no documents."""
    reader = _Reader(path)
    try:
        documents = tuple(reader.documents(content))
    except _UnreadableError:
        documents = ()
    except yaml.YAMLError as error:
        reader.note_syntax(error)
    return ((), tuple(reader.findings)) if reader.findings else (documents, ())


class _UnreadableError(Exception):
    """Reading stopped; the last finding says why."""


class _Reader:
    """One pass over one file. Findings that leave the rest readable are noted; others end the pass."""

    def __init__(self, path: str) -> None:
        self.findings: list[Finding] = []
        self._path = path
        self._events: Iterator[Any] = iter(())
        self._here: Iterator[Any] = iter(())
        """Events of the document that is read, as many as one may have."""
        self._lines: dict[Place, int] = {}

    def documents(self, content: bytes) -> Iterator[Document]:
        """The documents that are there; a part with nothing in it is none. _UnreadableError, yaml.YAMLError."""
        self._check_text(content)
        # PyYAML's stubs know no C parser here; its events are the same classes. `yaml.parse` asks for each twice.
        self._events = iter(yaml.CSafeLoader(content).get_event, None)
        seen = 0
        for event in self._events:
            if type(event) is yaml.DocumentStartEvent:
                seen += 1
                if seen > MAX_DOCUMENTS:
                    self._stop(_line(event), f"more than {MAX_DOCUMENTS} documents in one file", "Split the file.")
                fields = self._document()
                if fields is not None:
                    yield Document(self._path, fields, self._lines)

    def note_syntax(self, error: yaml.YAMLError) -> None:
        """What libyaml said, as a finding."""
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it does not parse"
        self._note(
            mark.line + 1 if mark else 0,
            f"not valid YAML: {problem}",
            hint="Look at this line and the one before: indentation, a missing quote, `:` or `-` without its blank.",
        )

    def _check_text(self, content: bytes) -> None:
        text, findings = read_text(self._path, content)
        if findings:
            self.findings += findings
            raise _UnreadableError
        if found := _DIRECTIVE.search(text):
            hint = "Take it out; the gate knows no directives."
            self._stop(line_at(text, found.start()), "a line that begins with % is not allowed", hint)

    def _document(self) -> dict[str, Any] | None:
        self._here = islice(self._events, MAX_EVENTS)
        self._lines = {}
        try:
            root = next(self._here)
            self._lines[()] = _line(root)
            value = self._node(root, ())
        except StopIteration:  # before the document is over
            line = _line(next(self._events))
            self._stop(line, f"more than {MAX_EVENTS} values in one document", "Split the document.")
        if isinstance(value, dict):
            return value
        if value is not None:
            self._note(_line(root), "a document must be a mapping of fields", hint="Begin with `kind: …`.")
        return None

    def _node(self, event: Any, place: Place) -> Any:
        kind = type(event)
        if kind is yaml.ScalarEvent and event.anchor is None and event.tag is None:
            return _plain(event.value) if event.style == "" else self._quoted(event, place)
        if kind is yaml.AliasEvent:
            self._note(_line(event), f"the alias *{event.anchor} is not allowed", place, "Write the value out.")
            return None
        if event.anchor is not None:
            self._note(_line(event), f"the anchor &{event.anchor} is not allowed", place, "Take it out.")
        if event.tag is not None:
            self._note(_line(event), f"the tag {_cut(event.tag)} is not allowed", place, "Take it out; quote text.")
        if kind is yaml.ScalarEvent:
            return event.value  # to go on with; the document is refused
        if len(place) >= MAX_DEPTH:
            self._stop(_line(event), f"nested deeper than {MAX_DEPTH}", "Flatten it.")
        return self._mapping(place) if kind is yaml.MappingStartEvent else self._sequence(place)

    def _quoted(self, event: Any, place: Place) -> str:
        text: str = event.value
        # Only double quotes know escapes, and only escapes can bring in what the text itself was searched for.
        if event.style == '"' and (found := FORBIDDEN.search(text)):
            self._note(_line(event), not_allowed(found.group()), place, "Take the escape out.")
        return text

    def _mapping(self, place: Place) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        events, lines = self._here, self._lines
        while type(event := next(events)) is not yaml.MappingEndEvent:
            key = self._key(event, place)
            here = (*place, key)
            if key in fields:
                self._note(_line(event), f"written twice, first on line {lines[here]}", here, "Keep one of them.")
            lines[here] = _line(event)
            fields[key] = self._node(next(events), here)
        return fields

    def _key(self, event: Any, place: Place) -> str:
        key = self._node(event, (*place, _NAME))
        if isinstance(key, str):
            return key
        shown = _cut(event.value) if type(event) is yaml.ScalarEvent else "a collection"
        self._note(_line(event), f"{shown or 'nothing'} is not text, so it names no field", place, "Quote the name.")
        return shown

    def _sequence(self, place: Place) -> list[Any]:
        items: list[Any] = []
        while type(event := next(self._here)) is not yaml.SequenceEndEvent:
            here = (*place, len(items))
            self._lines[here] = _line(event)
            items.append(self._node(event, here))
        return items

    def _note(self, line: int, message: str, place: Place = (), hint: str = "") -> None:
        field = _cut(".".join(str(part) for part in place))
        self.findings.append(Finding(message=message, path=self._path, line=line, field=field, hint=hint))
        if len(self.findings) >= MAX_FINDINGS:
            raise _UnreadableError

    def _stop(self, line: int, message: str, hint: str) -> NoReturn:
        self._note(line, message, hint=hint)
        raise _UnreadableError


def _plain(text: str) -> str | int | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC and _INTEGER.fullmatch(text) and (number := int(text)) in _INT64:
        return number
    return text


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"

"""Every field that is written in a policy repository: where it stands, to the letter, and what its model says of it.

Found by composing the YAML with marks and walking the models beside it; the gate's own reader has no part in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gate.domain.document import Place
from gate.domain.policy_set import KINDS


@dataclass(frozen=True, slots=True)
class WrittenField:
    """A field of a model, as one file writes it."""

    path: str
    text: str
    """All of the file."""
    kind: str
    place: Place
    key: yaml.ScalarNode
    value: yaml.Node
    info: FieldInfo

    @property
    def name(self) -> str:
        """As findings name it."""
        return ".".join(str(part) for part in self.place)

    @property
    def line(self) -> int:
        """Where its name stands, from 1."""
        return int(self.key.start_mark.line) + 1

    @property
    def is_block(self) -> bool:
        """Whether its value is written on lines of its own, by indentation."""
        return isinstance(self.value, yaml.CollectionNode) and not self.value.flow_style

    @property
    def is_collection(self) -> bool:
        """Whether its value is a list or a mapping."""
        return isinstance(self.value, yaml.CollectionNode)

    @property
    def takes_null(self) -> bool:
        """Whether nothing is a value of it."""
        return type(None) in get_args(self.info.annotation)

    def with_key(self, key: str) -> str:
        """The file with another name for the field."""
        return self._edited(self.key.start_mark.index, self.key.end_mark.index, key)

    def with_value(self, value: str) -> str:
        """The file with another value for the field."""
        start, end = self.value.start_mark.index, self.value.end_mark
        # A block ends where the next thing begins, which may be indented.
        return (
            self._edited(start, end.index - end.column, f"{value}\n")
            if self.is_block
            else self._edited(start, end.index, value)
        )

    def before_key(self, more: str) -> str:
        """The file with something in front of the field."""
        return self._edited(self.key.start_mark.index, self.key.start_mark.index, more)

    def before_value(self, more: str) -> str:
        """The file with something in front of the value."""
        return self._edited(self.value.start_mark.index, self.value.start_mark.index, more)

    def without(self) -> str:
        """The file without the lines of the field."""
        lines = self.text.splitlines(keepends=True)
        first, last = self.key.start_mark.line, self.value.end_mark.line + (not self.is_block)
        before = lines[first][: self.key.start_mark.column]
        if before.strip() and last < len(lines):  # the dash of a list's item: what follows is of the same item
            lines[last] = before + lines[last][len(before) :]
        return "".join(lines[:first] + lines[last:])

    def _edited(self, start: int, end: int, new: str) -> str:
        return self.text[:start] + new + self.text[end:]


def yaml_files(folder: Path) -> dict[str, str]:
    """Path → text of every YAML file below a folder."""
    files = sorted(folder.rglob("*.yaml"))
    return {file.relative_to(folder).as_posix(): file.read_text() for file in files}


def fields_of(path: str, text: str) -> Iterator[WrittenField]:
    """Every field in a file, document by document, from the outside in."""
    for root in yaml.compose_all(text, Loader=yaml.CSafeLoader):
        if isinstance(root, yaml.MappingNode):
            kind = next(value.value for key, value in root.value if key.value == "kind")
            yield from _Walk(path, text, kind).below(root, (), KINDS[kind])


@dataclass(frozen=True, slots=True)
class _Walk:
    path: str
    text: str
    kind: str

    def below(self, node: yaml.Node, place: Place, model: type[BaseModel]) -> Iterator[WrittenField]:
        """The fields of a model, and those of the models in them."""
        by_name = {info.alias or name: info for name, info in model.model_fields.items()}
        for key, value in node.value:
            here = (*place, key.value)
            info = by_name[key.value]
            yield WrittenField(self.path, self.text, self.kind, here, key, value, info)
            yield from self._inside(value, here, info.annotation)

    def _inside(self, node: yaml.Node, place: Place, annotation: Any) -> Iterator[WrittenField]:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from self.below(node, place, annotation)
            return
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            yield from self._inside(node, place, arguments[0])
        elif origin in {Union, UnionType}:
            # Only where the other choice is nothing: what two models say of one text is not for a mutation to know.
            choices = [choice for choice in arguments if choice is not type(None)]
            yield from self._inside(node, place, choices[0]) if len(choices) == 1 else ()
        elif origin is tuple and isinstance(node, yaml.SequenceNode):
            for position, item in enumerate(node.value):
                yield from self._inside(item, (*place, position), arguments[0])
        elif origin is tuple and isinstance(node, yaml.MappingNode):
            yield from self._inside(node, place, arguments[0])  # one, which is written without the list
        elif origin is dict and isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield from self._inside(value, (*place, key.value), arguments[1])

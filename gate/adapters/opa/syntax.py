"""What a Rego module defines, calls and mentions, read from the syntax tree that OPA's parser made of it.

Whether that is allowed is decided elsewhere (`inspection`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

Name = tuple[str, ...]
"""The constant beginning of a reference: `data.gate.steps[id]` is ("data", "gate", "steps")."""


@dataclass(frozen=True, slots=True)
class Module:
    """One module, as far as its inspection needs it."""

    path: str
    package: Name
    """Without the leading `data`."""
    rules: tuple[str, ...]
    """The first name of each definition, in order, as often as it is defined; defaults are left out."""
    defaults: frozenset[str]
    functions: frozenset[str]
    """The first names of rules that take arguments."""
    aliases: frozenset[str]
    """Names under which imports are known."""
    called: frozenset[Name]
    """Everything in the place of a function: called, or replaced by `with`."""
    mentioned: frozenset[Name]
    """Every reference, wherever it stands, and what `with` puts in the place of something."""

    @classmethod
    def of_tree(cls, path: str, tree: Mapping[str, Any]) -> Self:
        """From the JSON form of OPA's syntax tree."""
        rules = tree.get("rules") or []
        imports = tree.get("imports") or []
        return cls(
            path=path,
            package=tuple(str(part["value"]) for part in tree["package"]["path"])[1:],
            rules=tuple(_defined(rule) for rule in rules if not rule.get("default")),
            defaults=frozenset(_defined(rule) for rule in rules if rule.get("default")),
            functions=frozenset(_defined(rule) for rule in rules if rule["head"].get("args")),
            aliases=frozenset(_alias(imported) for imported in imports),
            called=frozenset(name for node in _nodes(rules) for name in _called(node)),
            mentioned=frozenset(name for node in _nodes([rules, imports]) for name in _mentioned(node)),
        )

    @property
    def defines(self) -> frozenset[str]:
        """Every name that this module adds to its package."""
        return self.defaults.union(self.rules)


def _defined(rule: Mapping[str, Any]) -> str:
    return str(rule["head"]["ref"][0]["value"])


def _alias(imported: Mapping[str, Any]) -> str:
    return str(imported.get("alias") or imported["path"]["value"][-1]["value"])


def _nodes(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every object in the tree. Without recursion: source that nests deeply must not break its own inspection."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            yield node
            waiting.extend(child for key, child in node.items() if key != "annotations")


def _called(node: Mapping[str, Any]) -> Iterator[Name]:
    terms = node.get("terms")
    if node.get("type") == "call":
        yield _name(node["value"][0])
    elif isinstance(terms, list):  # an expression: a list is a call, a single term is none
        yield _name(terms[0])
    for replacement in node.get("with") or []:
        yield _name(replacement["target"])


def _mentioned(node: Mapping[str, Any]) -> Iterator[Name]:
    if node.get("type") == "ref":
        yield _name(node)
    for replacement in node.get("with") or []:
        yield _name(replacement["value"])


def _name(term: Mapping[str, Any]) -> Name:
    """Empty for what has no name, such as a constant or a reference into the result of a call."""
    if term["type"] == "var":
        return (str(term["value"]),)
    if term["type"] != "ref" or term["value"][0]["type"] != "var":
        return ()
    head, *rest = term["value"]
    names = [str(head["value"])]
    for part in rest:
        if part["type"] != "string":
            break
        names.append(part["value"])
    return tuple(names)

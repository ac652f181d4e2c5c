"""YAML that somebody else wrote, such as Kubernetes manifests, read within bounds: text, lists, mappings with lines.

Policy files are read more strictly, by the policy_repo adapter.
"""

from typing import Any, Final

import yaml

from gate.domain.errors import CallerError

_MOST_EVENTS: Final = 100_000
_DEEPEST: Final = 40
_TRUE: Final = {"true", "yes", "on", "y"}


class Fields(dict[str, Any]):
    """A mapping that knows the line on which it begins."""

    line: int = 0


def read_documents(path: str, text: str) -> list[Any]:
    """The documents: Fields, lists, text, bools and None. CallerError for what is no YAML, or too much of it."""
    try:
        _demand_bounded(path, text)
        return [_plain(node) for node in yaml.compose_all(text, Loader=yaml.CSafeLoader) if node is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else path
        problem = getattr(error, "problem", None) or "it does not parse"
        raise CallerError(f"{place}: not valid YAML: {problem}", hint="Mend it, or import another file.") from error


def _demand_bounded(path: str, text: str) -> None:
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise CallerError(f"{path}:{line}: aliases are not read", hint="Write the value out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST or number > _MOST_EVENTS:
            raise CallerError(f"{path}:{line}: nested too deeply, or too large", hint="Leave out all but the windows.")


def _plain(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        fields = Fields((str(_plain(name)), _plain(value)) for name, value in node.value)
        fields.line = node.start_mark.line + 1
        return fields
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    return node.value.lower() in _TRUE if node.tag == "tag:yaml.org,2002:bool" else str(node.value)

"""JSON Schemas as people read them, in HTML: what a value is, within which bounds, and what its fields are."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

_BOUNDS: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "maxProperties": "at most {} of them",
    "pattern": "like {}",
}
_CODE: Final = re.compile(r"`([^`]+)`")


def described(text: str) -> str:
    """A description; what stands in backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def code(value: object) -> str:
    """A value as it is written in JSON; a text as it is."""
    return f"<code>{escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))}</code>"


def kind_of(schema: Mapping[str, Any]) -> str:
    """What a value is: `text, at most 200 characters`, `list of Evidence`, with links to the schemas that are named."""
    bounds = [said.format(code(schema[name])) for name, said in _BOUNDS.items() if name in schema]
    return ", ".join([_kind(schema), *bounds])


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(kind_of(each) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " or ".join(map(code, schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'])}" if "items" in schema else "list"
    if schema.get("type") == "object":
        return _object(schema)
    return escape(str(schema.get("format", schema.get("type", "anything"))))


def _object(schema: Mapping[str, Any]) -> str:
    values = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
    named = [kind_of(value) for value in values if isinstance(value, Mapping) and value]
    return f"names, each with {named[0]}" if named else "object"


def fields_of(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, kind and meaning of each field of an object."""
    demanded = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        default = field.get("default")
        usual = f"; usually {code(default)}" if default not in (None, "", [], {}) else ""
        meaning = described(field.get("description", "")) or ("demanded" if name in demanded else "")
        yield code(name), kind_of(field) + usual, meaning

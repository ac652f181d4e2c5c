"""Writes docs/reference from the code, so that it is complete and true: `make reference`.

Settings, routes, commands and kinds of policy documents are listed by walking what defines them; the words are those of
their own docstrings.
"""

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import typer.main
from policy_bounds import sections
from pydantic import BaseModel, TypeAdapter

from gate.application.gate import Gate
from gate.domain.facts import Facts
from gate.domain.policy_set import KINDS
from gate.interfaces.cli.main import app as command_line
from gate.interfaces.http.app import create_app
from gate.settings import Settings

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
MADE = "<!-- Made by `make reference` from the code; edit the docstrings there. -->\n"
SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def main() -> None:
    """Write every page and schema; with `--check`, write nothing and say what would change."""
    pages = {
        "settings.md": settings_page(),
        "http.md": http_page(),
        "cli.md": cli_page(),
        "policy.md": policy_page(),
        **{f"schemas/{kind}.schema.json": schema_of(model) for kind, model in KINDS.items()},
        "schemas/policy.schema.json": schema_of_any(),
    }
    if "--check" in sys.argv:
        stale = [name for name, text in pages.items() if not _is(REFERENCE / name, text)]
        sys.exit(f"docs/reference is behind the code, run `make reference`: {', '.join(stale)}" if stale else 0)
    for name, text in pages.items():
        (REFERENCE / name).parent.mkdir(parents=True, exist_ok=True)
        (REFERENCE / name).write_text(text)


def _is(file: Path, text: str) -> bool:
    return file.exists() and file.read_text() == text


def settings_page() -> str:
    """Every setting with its default and what it means."""
    words = attribute_docstrings(Settings)
    lines = [
        MADE,
        "# Settings\n",
        "Settings are environment variables, read once at start. What the organisation decides is policy, in git.",
        "Each may instead be a file of that name in the folder of `GATE_SECRETS_DIR`, in capitals or not.\n",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or str(field.default) in {"", "()"} else f"`{field.default}`"
        lines.append(f"| `GATE_{name.upper()}` | {default} | {_cell(words.get(name, ''))} |")
    return "\n".join(lines) + "\n"


def http_page() -> str:
    """Every route with what it does, and every problem."""
    document = create_app(_no_gate, Settings()).openapi()
    lines = [
        MADE,
        "# HTTP\n",
        "The whole of it, with schemas, is the OpenAPI document at `/openapi.json`, readable at `/docs`. A decision is",
        "a 2xx with its outcome in the body. Every error is `application/problem+json` (RFC 9457).\n",
        "| route | answers | what it does |",
        "|---|---|---|",
    ]
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            statuses = ", ".join(status for status in route["responses"] if status.startswith(("2", "3")))
            lines.append(f"| `{method.upper()} {path}` | {statuses} | {_cell(route.get('description', ''))} |")
    lines += ["\n## Problems\n", "| status | type | meaning |", "|---|---|---|"]
    lines += [f"| {status} | `{kind}` | {title} |" for status, kind, title in _problems()]
    return "\n".join(lines) + "\n"


def _problems() -> list[tuple[int, str, str]]:
    from gate.interfaces.http import problems  # noqa: PLC0415 -- only this page needs it

    told = [(status, problems.TYPE + slug, title) for status, slug, title in problems.PROBLEMS.values()]
    text = "".join(file.read_text() for file in Path(problems.__file__).parent.glob("*.py"))
    pattern = r'type=TYPE \+ "(?P<slug>[a-z-]+)",\s+title="(?P<title>[^"]+)",\s+status=(?P<status>\d+)'
    told += [(int(m["status"]), problems.TYPE + m["slug"], m["title"]) for m in re.finditer(pattern, text)]
    return sorted(set(told))


@asynccontextmanager
async def _no_gate() -> Iterator[Gate]:  # type: ignore[misc]  # never entered: the document needs no gate
    raise NotImplementedError
    yield


def cli_page() -> str:
    """Every command with its help, as a person sees it."""
    lines = [MADE, "# Command line\n"]
    for name, command in _commands("gate", typer.main.get_command(command_line)):
        lines += [f"## `{name}`\n", (command.help or "").split("\f")[0].strip() + "\n"]
        rows = [
            f"| {_option(parameter)} | {_cell(getattr(parameter, 'help', '') or '')} |" for parameter in _shown(command)
        ]
        if rows:
            lines += ["| option | meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    if hasattr(command, "list_commands"):
        context = command.context_class(command)
        for child in command.list_commands(context):
            yield from _commands(f"{name} {child}", command.get_command(context, child))


def _shown(command: Any) -> list[Any]:
    return [
        parameter
        for parameter in command.params
        if not getattr(parameter, "hidden", False) and parameter.name != "help"
    ]


def _option(parameter: Any) -> str:
    names = parameter.opts if parameter.param_type_name == "option" else [(parameter.name or "").upper()]
    return ", ".join(f"`{name}`" for name in names)


def policy_page() -> str:
    """Every kind of document with its fields, and the facts that rules see."""
    lines = [
        MADE,
        "# Policy files\n",
        "Every document says its `kind`; several may share a file, apart by `---`. Unknown fields are errors. For",
        "editors, `schemas/` beside this page has a JSON Schema for each kind, and `policy.schema.json` for any:\n",
        "```yaml\n# yaml-language-server: $schema=…/docs/reference/schemas/policy.schema.json\n```\n",
    ]
    for kind, model in KINDS.items():
        lines += [f"## {kind}\n", *_fields_of(model)]
    for part in _parts_of(KINDS.values()):
        lines += [f"### {part.__name__}\n", *_fields_of(part)]
    lines += sections()
    lines += ["## Facts\n", "What rules see as `input`.\n", *_fields_of(Facts)]
    for part in _parts_of([Facts]):
        lines += [f"### {part.__name__} (facts)\n", *_fields_of(part)]
    return "\n".join(lines).rstrip() + "\n"


def _parts_of(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models that others are made of, each once, in order of first mention."""
    found: dict[type[BaseModel], None] = {}
    pending = [part for model in models for part in _mentioned(model)]
    while pending:
        part = pending.pop(0)
        if part not in found:
            found[part] = None
            pending += _mentioned(part)
    return list(found)


def _mentioned(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [part for field in model.model_fields.values() for part in _models_in(field.annotation)]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for argument in get_args(annotation) for part in _models_in(argument)]


def _fields_of(model: type[BaseModel]) -> list[str]:
    lines = [_words(model), "", "| field | form | default | meaning |", "|---|---|---|---|"]
    words = attribute_docstrings(model)
    for name, field in model.model_fields.items():
        form = _form(TypeAdapter(field.rebuild_annotation()).json_schema(mode="serialization", by_alias=True))
        default = "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
        form = " or ".join([part.__name__ for part in _models_in(field.annotation)] or [form])
        lines.append(f"| `{field.alias or name}` | {form} | {default} | {_cell(words.get(name, ''))} |")
    return [*lines, ""]


def _default(value: Any) -> str:
    plain = TypeAdapter(type(value)).dump_json(value).decode() if value is not None else ""
    return "" if plain in {"", "{}", "[]", '""'} or isinstance(value, BaseModel) else f"`{plain}`".replace('"', "")


def _form(schema: dict[str, Any]) -> str:
    if "enum" in schema or "const" in schema:
        return " \\| ".join(f"`{word}`" for word in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " or ".join(_form(part) for part in schema["anyOf"] if part.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_form(schema.get('items', {}))}"
    if "$ref" in schema or "$defs" in schema or schema.get("type") == "object":
        return "fields" if "additionalProperties" not in schema else "names and values"
    return {"integer": "whole number", "string": "text", "boolean": "true or false"}.get(
        str(schema.get("type")), "value"
    )


def _words(model: type[BaseModel]) -> str:
    return " ".join(inspect.cleandoc(model.__doc__ or "").split())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def attribute_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The texts that stand below the fields of a model and of the models that it extends."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, BaseModel) and part.__module__.startswith("gate."):
            found |= _docstrings_in(part)
    return found


def _docstrings_in(model: type) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    found: dict[str, str] = {}
    for statement, after in pairwise(getattr(body, "body", [])):
        is_field = isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        if is_field and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[statement.target.id] = inspect.cleandoc(str(after.value.value))
    return found


def schema_of(model: type[BaseModel]) -> str:
    """The JSON Schema of one kind."""
    schema = model.model_json_schema(by_alias=True)
    return json.dumps({"$schema": SCHEMA} | schema, indent=2, sort_keys=True) + "\n"


def schema_of_any() -> str:
    """The JSON Schema of any document of a policy repository."""
    kinds = [{"$ref": f"{kind}.schema.json"} for kind in KINDS]
    return json.dumps({"$schema": SCHEMA, "oneOf": kinds}, indent=2) + "\n"


if __name__ == "__main__":
    main()

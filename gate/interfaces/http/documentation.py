"""`/docs`: the OpenAPI document as a page for people, made here and whole.

It loads nothing, from strangers least of all, and runs nothing: a gate without a way to the internet documents itself,
and a page of the gate's origin cannot be made to act in somebody's name. Machines read `/openapi.json`.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html import escape
from itertools import groupby
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gate.interfaces.http.schema_words import code, described, fields_of, kind_of

PATH: Final = "/docs"

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 3rem; }
h3 { margin-top: 2rem; border-top: 1px solid; padding-top: 1rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; }
"""
_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def install(app: FastAPI) -> None:
    """Let the app show its documentation."""

    @cache
    def written() -> bytes:
        return page(app.openapi()).encode()

    async def documentation(_: Request) -> Response:
        return HTMLResponse(written(), headers=_HEADERS)

    app.add_route(PATH, documentation, methods=["GET"], include_in_schema=False)


def page(document: Mapping[str, Any]) -> str:
    """The page of an OpenAPI document."""
    title = f"{escape(document['info']['title'])} {escape(document['info']['version'])}"
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>',
            f'<meta name="viewport" content="width=device-width">\n<style>{_STYLE}</style>\n<h1>{title}</h1>',
            f"<p>{described(document['info']['description'])}</p>",
            "<p>The same for machines: <code>/openapi.json</code>.</p>",
            *_operations(document["paths"]),
            "<h2>Schemas</h2>",
            *_schemas(document["components"]["schemas"]),
        ]
    )


def _operations(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    listed = [
        (operation["tags"][0], f"{method.upper()} {path}", operation)
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]
    for tag, operations_of_tag in groupby(listed, key=lambda each: each[0]):
        yield f"<h2>{escape(tag)}</h2>"
        for _, name, operation in operations_of_tag:
            yield from _operation(name, operation)


def _operation(name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<h3 id="{escape(operation["operationId"])}"><code>{escape(name)}</code></h3>'
    yield f"<p>{described(operation['description'])}</p>"
    parameters = operation.get("parameters", [])
    if parameters:
        yield _table(("parameter", "in", "what it is", "meaning"), map(_parameter, parameters))
    if "requestBody" in operation:
        yield f"<p>Body: {_content(operation['requestBody'])}</p>"
    answers = operation["responses"].items()
    yield _table(("answer", "what it is", "meaning"), (_answer(status, answer) for status, answer in answers))


def _parameter(parameter: Mapping[str, Any]) -> tuple[str, ...]:
    meaning = parameter.get("description", "")
    return code(parameter["name"]), escape(parameter["in"]), kind_of(parameter["schema"]), described(meaning)


def _answer(status: str, answer: Mapping[str, Any]) -> tuple[str, ...]:
    return code(status), _content(answer), described(answer["description"])


def _content(of: Mapping[str, Any]) -> str:
    """What a body is, by its media types."""
    contents = of.get("content", {}).items()
    return "; ".join(f"{kind_of(content['schema'])} as <code>{escape(kind)}</code>" for kind, content in contents)


def _schemas(schemas: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, schema in sorted(schemas.items()):
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3>'
        yield f"<p>{described(schema.get('description', ''))}</p>"
        yield _table(("field", "what it is", "meaning"), fields_of(schema))
        for example in schema.get("examples", ()):
            yield f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = ["<table>", f"<tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows]
    return "\n".join([*lines, "</table>"])

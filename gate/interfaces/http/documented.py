"""What routes say of themselves for the OpenAPI document, and the document made whole.

FastAPI derives parameters and answers. It knows nothing of problems, of bodies that are read strictly (`body`), or of
headers that every answer has.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gate.interfaces.break_glass_wire import BreakGlassAsk
from gate.interfaces.bypass_wire import BypassAsk
from gate.interfaces.freeze_wire import FreezeAsk, ThawAsk
from gate.interfaces.http.forge_signature import SIGNATURE, TOKEN
from gate.interfaces.http.problems import MEDIA_TYPE
from gate.interfaces.pir_wire import PirAsk
from gate.interfaces.problem_wire import Problem
from gate.interfaces.review_wire import AnswerAsk, CommentAsk
from gate.interfaces.wire import ChangeAsk, FinishAsk, PlanAsk

Responses = dict[int | str, dict[str, Any]]
"""As FastAPI takes them."""

_REF: Final = "#/components/schemas/{model}"
_TEXT: Final = {"schema": {"type": "string"}}

_MEANING: Final[Mapping[int, str]] = {
    400: "The request cannot be understood",
    401: "It is not shown who is asking",
    403: "The caller may not do this",
    404: "Nobody knows this name",
    408: "The request took too long to arrive",
    409: "The change is past that, is not as it was answered, would wait for itself, or the key stands for another",
    413: "The request is too large",
    415: "The body is no JSON",
    422: "The request is not valid; `errors` name the fields",
    429: "The caller asks too often; Retry-After says when to ask again",
    503: "No answer can be given now; nothing was approved",
}
_ANY_ROUTE: Final = (401, 403, 429, 503)
ANY_POST: Final = (408, 413)
"""Whatever it does with the body."""
JSON_POST: Final = (400, *ANY_POST, 415, 422)
_HEADERS: Final[Mapping[int, Mapping[str, Any]]] = {
    401: {"WWW-Authenticate": _TEXT},
    429: {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds"}},
    503: {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds"}},
}
_FORGES: Final = {
    "github": {"type": "apiKey", "in": "header", "name": SIGNATURE, "description": "HMAC-SHA256 of the body"},
    "gitlab": {"type": "apiKey", "in": "header", "name": TOKEN, "description": "The secret of the webhook"},
}
_REQUEST_ID: Final = {
    "description": "What the gate's log calls this request: the caller's own name for it, where it sent a usable one",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
}


def problems(*statuses: int) -> Responses:
    """The documented problems: those given, and those that any route can answer."""
    return {status: _problem(status) for status in sorted({*_ANY_ROUTE, *statuses})}


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """The documented body of a request, as `openapi_extra`."""
    content = {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}
    return {"requestBody": {"required": True, "content": content}}


class DocumentedApp(FastAPI):
    """An app whose OpenAPI document is exact."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            document["components"]["schemas"] |= _schemas()
            document["components"]["securitySchemes"] |= _FORGES
            for operation in _operations(document):
                _complete(operation)
        return super().openapi()


def _problem(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model=Problem.__name__)}}}
    return {"description": _MEANING[status], "content": content, "headers": dict(_HEADERS.get(status, {}))}


def _schemas() -> dict[str, Any]:
    bodies = (
        ChangeAsk,
        PlanAsk,
        FinishAsk,
        AnswerAsk,
        CommentAsk,
        BreakGlassAsk,
        PirAsk,
        BypassAsk,
        FreezeAsk,
        ThawAsk,
    )
    asks = [(ask, "validation") for ask in bodies]
    models = [*asks, (Problem, "serialization")]
    _, definitions = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]  # a list of such pairs it is
    schemas: dict[str, Any] = definitions["$defs"]
    for schema in schemas.values():
        for field in schema["properties"].values():
            if "patternProperties" in field:
                field["additionalProperties"] = False  # a name that fits no pattern is refused
    return schemas


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _complete(operation: dict[str, Any]) -> None:
    if "security" in operation:
        operation["security"].append({})  # an open gate asks for nothing
    for response in operation["responses"].values():
        response.setdefault("headers", {})["X-Request-ID"] = _REQUEST_ID

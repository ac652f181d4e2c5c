"""Which problems a route can answer with, for the OpenAPI document."""

from typing import Any, Final

from gate.interfaces.wire import Problem

Responses = dict[int | str, dict[str, Any]]
"""As FastAPI takes them."""

_MEANING: Final = {
    400: "The request cannot be understood",
    404: "Nobody knows this name",
    409: "The change is past that, or the key stands for another request",
    422: "The request is not valid; `errors` name the fields",
    503: "No answer can be given now; nothing was approved",
}


def problems(*statuses: int) -> Responses:
    """The documented problems: those given, and 400 and 503, which any route can answer."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _MEANING[status], "content": content, "model": Problem}
        for status in sorted({400, 503, *statuses})
    }

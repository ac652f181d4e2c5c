"""A request's body: JSON that is clear (`strict_json`), and that its model takes literally.

Literally: a text is no number and a number is no instant, so that what is documented is all that is understood.
"""

import asyncio
import re
from typing import Any, Final, TypeVar

import orjson
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from gate.interfaces.http import strict_json
from gate.interfaces.http.body_limits import LARGE

M = TypeVar("M", bound=BaseModel)

_JSON: Final = re.compile(r"application/([a-z0-9.-]+\+)?json\s*(;.*)?", re.IGNORECASE)


def body_as(model: type[M]) -> Any:
    """A dependency: the body as this model. HTTPException 415, CallerError, RequestValidationError."""

    async def read(request: Request) -> M:
        # Any page in a browser may send a form or plain text to anybody; what says that it is JSON, it has to ask for.
        if _JSON.fullmatch(request.headers.get("content-type", "")) is None:
            raise HTTPException(415, "the body must be JSON", {"Accept": "application/json"})
        text = await request.body()
        # A large one takes tens of milliseconds: beside the loop, so that others are answered meanwhile.
        return await asyncio.to_thread(_read, model, text) if len(text) > LARGE else _read(model, text)

    return Depends(read)


def _read(model: type[M], text: bytes) -> M:
    return _validated(model, strict_json.loads(text))


def _validated(model: type[M], value: Any) -> M:
    try:
        # Written anew, so that the model reads what was looked at, and not what another parser makes of the text.
        return model.model_validate_json(orjson.dumps(value), strict=True)
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**mistake, "loc": ("body", *mistake["loc"])} for mistake in mistakes]) from error

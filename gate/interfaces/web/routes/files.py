"""`/static/{name}`: the pages' own style sheet, script and icon."""

from typing import Final

from fastapi import APIRouter, Response

from gate.domain.errors import UnknownNameError
from gate.interfaces.web.assets import CONTENTS, kind_of

router = APIRouter(prefix="/static", tags=["pages"], include_in_schema=False)

_KEPT: Final = "public, max-age=31536000, immutable"
"""For a year: with other content, the file is at another place."""


@router.get("/{name}")
async def read(name: str) -> Response:
    """One of them, whoever asks."""
    if (content := CONTENTS.get(name)) is None:
        raise UnknownNameError(f"no file is called {name[:64]!r}", hint="Load the page anew.")
    return Response(content, media_type=kind_of(name), headers={"Cache-Control": _KEPT})

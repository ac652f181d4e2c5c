"""The style sheet, script and icon of the pages: files of the gate's own, kept by browsers until they change."""

import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Final

_KINDS: Final[Mapping[str, str]] = {
    "gate.css": "text/css; charset=utf-8",
    "gate.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_FOLDER: Final = resources.files("gate.interfaces.web") / "static"
CONTENTS: Final[Mapping[str, bytes]] = {name: (_FOLDER / name).read_bytes() for name in _KINDS}
"""Read once: nothing that a caller says ever becomes a path."""
_DIGESTS: Final = {name: hashlib.sha256(content).hexdigest()[:16] for name, content in CONTENTS.items()}


def kind_of(name: str) -> str:
    """Its media type."""
    return _KINDS[name]


def url_of(name: str) -> str:
    """Where it is; another place whenever it has other content."""
    return f"/static/{name}?v={_DIGESTS[name]}"

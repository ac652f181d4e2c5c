"""Text without what looks like a secret: the last net under logs and errors, where code was careless.

What is a secret and known as one is never put into a text; see `gate.settings`.
"""

import re
from typing import Final

_SECRETS: Final = (
    (re.compile(r"cg_([0-9a-f]{16})_[\w-]+"), r"cg_\1_***"),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){2,4}"), "eyJ***"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (re.compile(r"(\w://)[^\s/]+@"), r"\1***@"),
)
"""Tokens of the gate, of which the id may be told; identity tokens and sessions, which are JSON in base64; whatever
authorises a request; names and passwords in a URL."""


def mask(text: str) -> str:
    """The text without what looks like a token, an authorisation or a password in a URL."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text

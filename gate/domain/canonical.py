"""The exact bytes of a value: what is stored, hashed and compared."""

import hashlib

import orjson
from pydantic import BaseModel


def canonical_json(value: object) -> bytes:
    """JSON with sorted keys, no white space, UTF-8. TypeError for what is no JSON, or an integer beyond 64 bits.

    It is RFC 8785 for the values that facts and records hold (text, booleans, null, integers), but that integers
    beyond 2^53, which instants are, keep all their digits. Floats have no place in them, and are not looked for.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def canonical(value: BaseModel) -> bytes:
    """The canonical JSON of a model, by its names outside."""
    return canonical_json(value.model_dump(mode="json", by_alias=True))


def digest(content: bytes) -> str:
    """`sha256:` and the hexadecimal SHA-256 of exact bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"

"""Values that a browser keeps for the gate: nobody else can read them, and none that was changed is taken back.

Sealed with JSON Web Encryption (RFC 7516): `dir` and A256GCM, which authenticates what it encrypts. Each purpose has a
key of its own, so that what was sealed for one is nothing for another.
"""

import secrets
from typing import Final, TypeVar

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe, jwk
from joserfc.errors import JoseError
from pydantic import ValidationError

from gate.domain.model import Model

MOST: Final = 3_800
"""Characters. Browsers keep cookies of up to 4,096 bytes, name and attributes included (RFC 6265, 6.1)."""
_ALGORITHMS: Final = ["dir", "A256GCM"]
_HEADER: Final = {"alg": "dir", "enc": "A256GCM"}
_KEY_BYTES: Final = 32

M = TypeVar("M", bound=Model)


class Seal:
    """One purpose's key, made of the secret that all gates of a house share."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        made = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=f"change-gate {purpose}".encode())
        self._key = jwk.OctKey.import_key(made.derive(secret))

    def sealed(self, value: Model) -> str:
        """The value as text for a cookie. OverflowError if no browser would keep it."""
        text = jwe.encrypt_compact(_HEADER, value.model_dump_json(), self._key, algorithms=_ALGORITHMS)
        if len(text) > MOST:
            raise OverflowError(len(text))
        return text

    def opened(self, text: str, kind: type[M]) -> M | None:
        """What was sealed; None for everything that this key did not seal, whatever is wrong with it."""
        if len(text) > MOST or not text.isascii():
            return None
        try:
            content = jwe.decrypt_compact(text, self._key, algorithms=_ALGORITHMS).plaintext
            return None if content is None else kind.model_validate_json(content)
        except (JoseError, ValidationError, ValueError, TypeError, KeyError):
            return None


def a_secret() -> bytes:
    """One that is known to this process alone, and lost with it."""
    return secrets.token_bytes(_KEY_BYTES)

"""An OpenPGP public key as people paste it: armoured text in, its bytes and the fingerprint that gpg calls it by out.

Only what names the key is read here (RFC 9580: armour, packets, fingerprints of version 4). Whether it is sound, has
expired or was revoked, and what it signed, gpg says.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_CHARACTERS: Final = 100_000
_ARMOUR: Final = re.compile(
    r"\s*-----BEGIN PGP PUBLIC KEY BLOCK-----[ \t]*\n(?:[A-Za-z][A-Za-z0-9-]*: [^\n]*\n)*[ \t]*\n"
    r"(?P<body>[A-Za-z0-9+/=\s]+?)\s*(?:\n=[A-Za-z0-9+/]{4}\s*)?\n?-----END PGP PUBLIC KEY BLOCK-----\s*"
)
_PUBLIC_KEY: Final = 6
_VERSION: Final = 4


class PublicKey(NamedTuple):
    """One primary key with what belongs to it."""

    fingerprint: str
    """Forty hexadecimal digits, upper case, as gpg prints them."""
    packets: bytes


def public_key(armoured: str) -> PublicKey:
    """What is in the armour. ValueError with what is wrong, unless it is one public key of version 4."""
    found = _ARMOUR.fullmatch(armoured.replace("\r\n", "\n")) if len(armoured) <= MAX_CHARACTERS else None
    if found is None:
        msg = "must be one armoured public key, as `gpg --armor --export` prints it"
        raise ValueError(msg)
    try:
        packets = base64.b64decode("".join(found["body"].split()), validate=True)
    except binascii.Error as error:
        msg = "is no base64 between its first and its last line"
        raise ValueError(msg) from error
    primary = [body for tag, body in _packets(packets) if tag == _PUBLIC_KEY]
    if len(primary) != 1:
        msg = f"must hold one public key, not {len(primary)}"
        raise ValueError(msg)
    return PublicKey(_fingerprint(primary[0]), packets)


def _fingerprint(body: bytes) -> str:
    if body[:1] != bytes([_VERSION]) or len(body) >= 1 << 16:
        msg = "is no key of version 4"
        raise ValueError(msg)
    digest = hashlib.sha1(b"\x99" + len(body).to_bytes(2) + body, usedforsecurity=False)  # as RFC 9580 says for them
    return digest.hexdigest().upper()


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of each packet. ValueError where they do not add up."""
    place = 0
    while place < len(data):
        tag, place, length = _header(data, place)
        if place + length > len(data):
            msg = "is cut off"
            raise ValueError(msg)
        yield tag, data[place : place + length]
        place += length


def _header(data: bytes, place: int) -> tuple[int, int, int]:
    """The tag, where the body begins, and how long it is."""
    first = data[place]
    if first & 0xC0 == 0xC0:  # noqa: PLR2004 -- the bits of a packet in today's format
        return (first & 0x3F, *_length(data, place + 1))
    width = {0: 1, 1: 2, 2: 4}.get(first & 3)
    if not first & 0x80 or width is None or place + 1 + width > len(data):
        msg = "holds what is no packet of OpenPGP"
        raise ValueError(msg)
    return (first >> 2) & 0xF, place + 1 + width, int.from_bytes(data[place + 1 : place + 1 + width])


def _length(data: bytes, place: int) -> tuple[int, int]:
    first = data[place] if place < len(data) else 0
    if first < 192:  # noqa: PLR2004 -- so RFC 9580 divides the first byte of a length; so below
        return place + 1, first
    if first < 224:  # noqa: PLR2004
        return place + 2, ((first - 192) << 8) + int.from_bytes(data[place + 1 : place + 2]) + 192
    if first == 255:  # noqa: PLR2004
        return place + 5, int.from_bytes(data[place + 1 : place + 5])
    msg = "holds a packet of unknown length"
    raise ValueError(msg)

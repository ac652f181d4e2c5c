"""A pack of two kilobytes that holds an object of gigabytes: each object in it is the one before it, twice over.

Written by hand, index and all, since no git would survive making it.
"""

import zlib
from hashlib import sha1
from itertools import accumulate
from typing import Final

from tests.adapters.policy_repo.conftest import Upstream

_BLOB, _OFFSET_DELTA = 3, 6
_FIRST_SIZE: Final = 1 << 16
_LEVELS: Final = 17
_LONGEST_COPY: Final = (1 << 24) - 1


def plant(upstream: Upstream) -> list[str]:
    """Put the pack into a repository; the ids under which its objects are found, the last of them of 8 GB."""
    objects = [_entry(_BLOB, b"\0" * _FIRST_SIZE)]
    for level in range(_LEVELS):
        delta = _twice(_FIRST_SIZE << level)
        objects.append(_entry(_OFFSET_DELTA, delta, base=_distance(len(objects[-1]))))
    content = b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big") + b"".join(objects)
    checksum = sha1(content).digest()  # noqa: S324 -- git's own format
    folder = upstream.folder / ".git/objects/pack"
    (folder / f"pack-{checksum.hex()}.pack").write_bytes(content + checksum)
    (folder / f"pack-{checksum.hex()}.idx").write_bytes(_index(objects, checksum))
    return [_name(level).hex() for level in range(len(objects))]


def _name(level: int) -> bytes:
    # Not their true names: nobody can hash gigabytes for a test, and whoever unpacks them never gets that far.
    return bytes([level + 1]) * 20


def _entry(kind: int, content: bytes, base: bytes = b"") -> bytes:
    """An object of a pack: kind and size, four bits of it first, then seven at a time; then the content, compressed."""
    size = len(content)
    head = [kind << 4 | size & 15]
    size >>= 4
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    return bytes(head) + base + zlib.compress(content)


def _distance(offset: int) -> bytes:
    """How far back the base of a delta begins."""
    digits = [offset & 127]
    while offset := offset >> 7:
        offset -= 1
        digits.append(128 | offset & 127)
    return bytes(reversed(digits))


def _twice(size: int) -> bytes:
    """The delta that copies everything twice."""
    once = b"".join(_copy(start, min(_LONGEST_COPY, size - start)) for start in range(0, size, _LONGEST_COPY))
    return _size(size) + _size(2 * size) + once + once


def _copy(start: int, length: int) -> bytes:
    return b"\xff" + start.to_bytes(4, "little") + length.to_bytes(3, "little")


def _size(number: int) -> bytes:
    digits = [number & 127]
    while number := number >> 7:
        digits[-1] |= 128
        digits.append(number & 127)
    return bytes(digits)


def _index(objects: list[bytes], checksum: bytes) -> bytes:
    names = [_name(level) for level in range(len(objects))]
    fanout = b"".join(sum(name[0] <= first for name in names).to_bytes(4, "big") for first in range(256))
    offsets = accumulate((len(entry) for entry in objects[:-1]), initial=12)
    parts = [b"\xfftOc", (2).to_bytes(4, "big"), fanout, *names]
    parts += [zlib.crc32(entry).to_bytes(4, "big") for entry in objects]
    parts += [offset.to_bytes(4, "big") for offset in offsets]
    content = b"".join(parts) + checksum
    return content + sha1(content).digest()  # noqa: S324 -- git's own format

"""What a commit object says of itself, byte by byte: its parents, when it was committed, and its signature.

git's own formatting would follow settings and encodings; what a proof rests on is read as it is.
"""

import re
from dataclasses import dataclass
from typing import Final

from gate.domain.instant import NANOSECOND_PER_SECOND

_SIGNATURES: Final = (b"gpgsig", b"gpgsig-sha256")
_COMMITTED: Final = re.compile(rb".* (?P<seconds>[0-9]{1,12}) [+-][0-9]{4}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CommitHeader:
    """The part of a commit above its message."""

    parents: tuple[str, ...]
    committed_at_ns: int | None
    """None where it does not say so in a way that can be understood."""
    signatures: tuple[bytes, ...]

    @classmethod
    def of(cls, content: bytes) -> "CommitHeader":
        """From the content of a commit object. Fields go on in lines that begin with a blank."""
        header = content.partition(b"\n\n")[0].replace(b"\n ", b"\0")
        fields = [line.partition(b" ") for line in header.split(b"\n")]
        values = [(name, value.replace(b"\0", b"\n")) for name, _, value in fields]
        committed = [_COMMITTED.fullmatch(value) for name, value in values if name == b"committer"]
        moment = committed[0] if len(committed) == 1 else None
        return cls(
            parents=tuple(value.decode("ascii", "replace") for name, value in values if name == b"parent"),
            committed_at_ns=int(moment["seconds"]) * NANOSECOND_PER_SECOND if moment else None,
            signatures=tuple(value for name, value in values if name in _SIGNATURES),
        )

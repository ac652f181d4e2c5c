"""Keys of people: what `gate.yaml` names so that a signed commit shows who granted a bypass. Checking is git's."""

import base64
import binascii
import hashlib
import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from gate.domain.instant import to_ns
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.openpgp import MAX_CHARACTERS, public_key
from gate.domain.written_instant import WrittenInstant

_SSH: Final = re.compile(r"(?P<type>[a-z0-9@.-]+) (?P<blob>[A-Za-z0-9+/]+={0,2})(?: [^\n]*)?")
_TYPES: Final = (
    *("ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ssh-rsa", "sk-ecdsa-sha2-nistp256@openssh.com"),
    *("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
)


def _ssh_blob(written: str) -> bytes:
    found = _SSH.fullmatch(written)
    if found is None or found["type"] not in _TYPES:
        msg = "must be one public key, as a file of `ssh-keygen` holds it, such as ssh-ed25519 AAAAC3Nz…"
        raise ValueError(msg)
    try:
        blob = base64.b64decode(found["blob"], validate=True)
    except binascii.Error as error:
        msg = "is no base64"
        raise ValueError(msg) from error
    name = found["type"].encode("ascii")
    if blob[: 4 + len(name)] != len(name).to_bytes(4) + name:
        msg = f"says {found['type']}, and its bytes say otherwise"
        raise ValueError(msg)
    return blob


def _ssh(written: str) -> str:
    stripped = written.strip()
    _ssh_blob(stripped)
    return stripped


def _openpgp(written: str) -> str:
    public_key(written)
    return written


class Signer(Model):
    """One key of one person: SSH or OpenPGP."""

    person: Name
    ssh: Annotated[str, StringConstraints(max_length=4000), AfterValidator(_ssh)] | None = None
    """The public key, as a file of `ssh-keygen` holds it."""
    openpgp: Annotated[str, StringConstraints(max_length=MAX_CHARACTERS), AfterValidator(_openpgp)] | None = None
    """The public key, as `gpg --armor --export` prints it. That it has expired or was revoked, it says itself."""
    since: WrittenInstant | None = None
    """What was signed before proves nothing."""
    until: WrittenInstant | None = None
    """What is signed from then on proves nothing: for a key that was replaced. One that was stolen is taken out."""

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if (self.ssh is None) == (self.openpgp is None):
            msg = "ssh: a signer has one key: either `ssh` or `openpgp`"
            raise ValueError(msg)
        return self

    @property
    def fingerprint(self) -> str:
        """What ssh-keygen or gpg call the key."""
        if self.ssh is not None:
            digest = hashlib.sha256(_ssh_blob(self.ssh)).digest()
            return f"SHA256:{base64.b64encode(digest).decode('ascii').rstrip('=')}"
        return public_key(self.openpgp or "").fingerprint

    @property
    def ssh_key(self) -> str:
        """Type and key, without the comment."""
        return " ".join((self.ssh or "").split(" ")[:2])

    def counts_at(self, at_ns: int) -> bool:
        """Whether what is signed at that instant proves anything."""
        begun = self.since is None or to_ns(self.since) <= at_ns
        return begun and (self.until is None or at_ns < to_ns(self.until))


MOST_SIGNERS: Final = 500
Signers = Annotated[tuple[Signer, ...], Field(max_length=MOST_SIGNERS)]

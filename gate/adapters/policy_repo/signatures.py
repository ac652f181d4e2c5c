"""Whose key signed the commit that brought a bypass: `git verify-commit`, with the keys that policy names alone.

The keys that count are those of the revision before the merge, the first parent: a merge must not bring the key that it
is signed with. And they must be named still by the revision that is judged at: what was taken out proves nothing more.
The answer depends on commits alone. A key that ends is judged at the time of the commit, or of its parent if that is
later, never by the clock of whoever looks.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gate.adapters.policy_repo.commit_header import CommitHeader
from gate.adapters.policy_repo.git import Verification
from gate.adapters.policy_repo.mirror import COMMIT_ID, Mirror
from gate.adapters.policy_repo.strict_text import MAX_FILE_BYTES
from gate.adapters.policy_repo.strict_yaml import read_documents
from gate.domain import openpgp
from gate.domain.bypass import Origin
from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.domain.policy_set import PolicySet, understand
from gate.domain.process import GateSettings
from gate.domain.proof import Shown
from gate.domain.signer import Signer

_SETTINGS: Final = "gate.yaml"
_REGULAR: Final = {b"100644", b"100755"}
_SHORT: Final = 12
_SSH: Final = b"-----BEGIN SSH SIGNATURE-----"
_OPENPGP: Final = b"-----BEGIN PGP SIGNATURE-----"
_GOOD_SSH: Final = re.compile(
    r'Good "git" signature for (?P<person>\S+) with \S+ key (?P<key>SHA256:[A-Za-z0-9+/]{43})'
)
_BAD_SSH: Final = "Signature verification failed"
_CANNOT_RUN: Final = "error: cannot run "
_STATUS: Final = "[GNUPG:] "
_AGAINST: Final = {
    "BADSIG": "it was changed after it was signed",
    "ERRSIG": "its signature cannot be checked",
    "EXPSIG": "its signature has expired",
    "EXPKEYSIG": "the key that signed it had expired",
    "REVKEYSIG": "the key that signed it is revoked",
    "NO_PUBKEY": "it is signed with a key that gate.yaml did not name before",
}
"""What gpg says against a signature, by the words of its doc/DETAILS."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The person whose key signed a commit, and that key; or why nobody's did."""

    person: str = ""
    key: str = ""
    lacks: str = ""


class Signatures:
    """Looks into the signatures of commits in the mirror. What it found is kept: commits never change."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        # Replaced whole, so that several threads may ask at once.
        self._known: Mapping[str, _Found] = {}

    def shown(self, policy: PolicySet) -> PolicySet:
        """The same revision, with what the signatures show of its bypasses, where it accepts them. GitError."""
        if "signature" not in policy.settings.grants:
            return policy
        # One that had expired when the revision was committed lets nothing through, whoever signed it.
        live = [each for each in policy.bypasses if each.expires_ns > policy.committed_at_ns]
        wanted = {each.id: policy.origins[each.id] for each in live if each.id in policy.origins}
        known = self._known
        found = {origin.commit: known.get(origin.commit) or self._find(origin.commit) for origin in wanted.values()}
        self._known = found
        named = {(signer.person, signer.fingerprint) for signer in policy.settings.signers}
        origins = {name: _with(origin, found[origin.commit], named) for name, origin in wanted.items()}
        return replace(policy, origins={**policy.origins, **origins})

    def _find(self, commit: str) -> _Found:
        header = self._header(commit)
        if not header.signatures:
            return _Found(lacks=f"commit {commit[:_SHORT]} is not signed")
        if len(header.signatures) > 1 or header.committed_at_ns is None:
            return _Found(lacks=f"commit {commit[:_SHORT]} is signed in a way that cannot be understood")
        if not header.parents or not COMMIT_ID.fullmatch(header.parents[0]):
            return _Found(lacks=f"there is no revision before commit {commit[:_SHORT]} that names keys")
        parent = header.parents[0]
        at_ns = max(header.committed_at_ns, self._header(parent).committed_at_ns or 0)
        (signature,) = header.signatures
        check = _check_for(signature)
        if check is None:
            return _Found(lacks=f"commit {commit[:_SHORT]} is signed neither with SSH nor with OpenPGP")
        signers = [signer for signer in self._signers(parent) if signer.counts_at(at_ns)]
        return check(self._mirror, commit, signers, at_ns)

    def _header(self, commit: str) -> CommitHeader:
        return CommitHeader.of(self._mirror.git.run(self._mirror.folder, "cat-file", "commit", commit))

    def _signers(self, revision: str) -> Sequence[Signer]:
        """The keys that `gate.yaml` names at a revision; none where it cannot be understood."""
        folder = self._mirror.address.folder
        path = f"{folder}/{_SETTINGS}" if folder else _SETTINGS
        entry = self._mirror.git.run(self._mirror.folder, "ls-tree", "-z", "-l", "--full-tree", revision, "--", path)
        fields = entry.partition(b"\t")[0].split()
        if len(fields) != 4 or fields[0] not in _REGULAR or int(fields[3]) > MAX_FILE_BYTES:  # noqa: PLR2004
            return ()
        content = self._mirror.git.run(self._mirror.folder, "cat-file", "blob", fields[2].decode("ascii"))
        documents, _ = read_documents(_SETTINGS, content)
        values = [understand(document).value for document in documents if document.kind == "Gate"]
        return values[0].signers if len(values) == 1 and isinstance(values[0], GateSettings) else ()


def _with(origin: Origin, found: _Found, named: Collection[tuple[str, str]]) -> Origin:
    if found.person and (found.person, found.key) not in named:
        lacks = f"commit {origin.commit[:_SHORT]} is signed with a key of {found.person} that gate.yaml names no more"
        return _showing(origin, Shown(lacks=lacks))
    return _showing(origin, Shown(by=(found.person,)) if found.person else Shown(lacks=found.lacks))


def _showing(origin: Origin, shown: Shown) -> Origin:
    return origin.model_copy(update={"shown": {**origin.shown, "signature": shown}})


Check = Callable[[Mirror, str, Sequence[Signer], int], _Found]


def _check_for(signature: bytes) -> Check | None:
    if signature.startswith(_SSH):
        return _by_ssh
    return _by_openpgp if signature.startswith(_OPENPGP) else None


def _by_ssh(mirror: Mirror, commit: str, signers: Sequence[Signer], at_ns: int) -> _Found:  # noqa: ARG001 -- as below
    keys = {signer.fingerprint: signer for signer in signers if signer.ssh is not None}
    with _scratch() as folder:
        allowed = folder / "allowed_signers"
        lines = (f'{signer.person} namespaces="git" {signer.ssh_key}\n' for signer in keys.values())
        allowed.write_text("".join(lines), "ascii")
        settings = (f"gpg.ssh.allowedSignersFile={allowed}", "gpg.ssh.program=ssh-keygen", "gpg.ssh.revocationFile=")
        said = _verified(mirror, commit, settings, {"TMPDIR": str(folder)})
    told = [_GOOD_SSH.fullmatch(line) for line in said.lines if line.startswith("Good ")]
    found = told[0] if len(told) == 1 else None
    if said.status != 0 or found is None or (signer := keys.get(found["key"])) is None:
        is_changed = any(line.startswith(_BAD_SSH) for line in said.lines)
        return _refused(commit, _without_tool(said) or _AGAINST["BADSIG" if is_changed else "NO_PUBKEY"])
    if signer.person != found["person"]:
        return _refused(commit, _AGAINST["ERRSIG"])
    return _Found(signer.person, signer.fingerprint)


def _by_openpgp(mirror: Mirror, commit: str, signers: Sequence[Signer], at_ns: int) -> _Found:
    keys = {signer.fingerprint: signer for signer in signers if signer.openpgp is not None}
    with _scratch() as folder:
        # The form that every gpg reads, and that no daemon has to be started for.
        rings = [openpgp.public_key(signer.openpgp or "").packets for signer in keys.values()]
        (folder / "pubring.gpg").write_bytes(b"".join(rings))
        (folder / "gpg.conf").write_text(_gpg_conf(at_ns), "ascii")
        settings = ("gpg.openpgp.program=gpg", "gpg.program=gpg", "gpg.minTrustLevel=undefined")
        said = _verified(mirror, commit, settings, {"GNUPGHOME": str(folder), "TMPDIR": str(folder)})
    statuses = [line.removeprefix(_STATUS).split() for line in said.lines if line.startswith(_STATUS)]
    against = [_AGAINST[words[0]] for words in statuses if words and words[0] in _AGAINST]
    if against:
        # Where a key is not known, gpg says that it cannot check, and then why.
        return _refused(commit, against[-1])
    good = [words for words in statuses if words and words[0] == "GOODSIG"]
    valid = [words for words in statuses if words and words[0] == "VALIDSIG"]
    if said.status != 0 or len(good) != 1 or len(valid) != 1 or (signer := keys.get(valid[0][-1])) is None:
        return _refused(commit, _without_tool(said) or _AGAINST["ERRSIG"])
    return _Found(signer.person, signer.fingerprint)


def _without_tool(said: Verification) -> str:
    if any(line.startswith(_CANNOT_RUN) for line in said.lines):
        return "the gate has no ssh-keygen or gpg to check it with"
    return ""


def _gpg_conf(at_ns: int) -> str:
    options = (
        *("batch", "no-tty", "no-autostart", "no-auto-key-retrieve", "no-auto-key-locate"),
        *("no-auto-check-trustdb", "trust-model always", "weak-digest SHA1", "disable-dirmngr"),
        f"faked-system-time {at_ns // NANOSECOND_PER_SECOND}!",
    )
    return "".join(f"{option}\n" for option in options)


def _refused(commit: str, why: str) -> _Found:
    return _Found(lacks=f"commit {commit[:_SHORT]} does not count: {why}")


def _verified(mirror: Mirror, commit: str, settings: Sequence[str], environment: Mapping[str, str]) -> Verification:
    return mirror.git.verify(mirror.folder, commit, settings, environment)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder that nobody else can look into or write to."""
    with TemporaryDirectory(prefix="change-gate-keys-") as folder:
        yield Path(folder)

"""From a snapshot to a policy set: list, read what is new, parse, understand, assemble; or refuse with every finding.

Where the snapshot lies is not known here. What documents mean is decided in `gate.domain.policy_set`.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from gate.adapters.policy_repo.listing import REGO_SUFFIX, PolicyFile, judge
from gate.adapters.policy_repo.snapshot import Snapshot
from gate.adapters.policy_repo.strict_text import read_text
from gate.adapters.policy_repo.strict_yaml import read_documents
from gate.domain.document import Document
from gate.domain.errors import PolicyRejectedError
from gate.domain.finding import Finding
from gate.domain.policy_set import PolicySet, Understood, assemble, understand

BYPASSES: Final = "bypasses"
"""The folder whose files count only with the commit that brought them."""
MAX_FINDINGS: Final = 500
"""A revision is hopeless after so many; the rest is not read."""
MAX_VALUES: Final = 500_000
"""Fields and list items of all files together. A value of one byte takes a few hundred in memory."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one file came to. Depends on its path and bytes alone."""

    understood: tuple[Understood, ...] = ()
    rego: str = ""
    unreadable: tuple[Finding, ...] = ()

    @property
    def values(self) -> int:
        """How many fields and list items it holds."""
        return sum(len(one.document.lines) for one in self.understood)

    def findings(self) -> Iterator[Finding]:
        """Everything wrong with the file itself."""
        yield from self.unreadable
        for one in self.understood:
            yield from one.findings


_Parts = Mapping[tuple[str, str], _Part]
"""(path, blob) → what it came to."""


class PolicyReader:
    """Reads snapshots, and of each only the files that the last good one did not have. Safe to share among threads."""

    def __init__(self) -> None:
        # Replaced whole after each success, never added to: it holds one revision and cannot grow, and two reads at
        # once cannot mix, since a part is found by its path and its content.
        self._known: _Parts = {}

    def read(self, snapshot: Snapshot) -> PolicySet:
        """The policy set, or PolicyRejectedError with the findings of all files. Whatever the snapshot raises."""
        with _collector_at_rest():
            return self._read(snapshot)

    def _read(self, snapshot: Snapshot) -> PolicySet:
        with closing(snapshot.found()) as found:
            files, refused = judge(found)
        if not files and not refused:
            refused = [Finding(message="the policy folder holds no YAML and no Rego", hint="Is it the right folder?")]
        parts = self._parts(snapshot, files)
        findings = list(islice(chain(refused, *(part.findings() for part in parts.values())), MAX_FINDINGS))
        if refused or len(findings) >= MAX_FINDINGS or any(part.unreadable for part in parts.values()):
            # Not assembled: references into what could not be read would be reported as broken.
            raise PolicyRejectedError(snapshot.revision, sorted(findings, key=lambda f: (f.path, f.line)))
        policy = assemble(
            snapshot.revision,
            snapshot.committed_at_ns,
            [one for part in parts.values() for one in part.understood],
            {path: part.rego for (path, _), part in parts.items() if path.endswith(REGO_SUFFIX)},
            snapshot.origins([file for file in files if file.path.startswith(f"{BYPASSES}/")]),
        )
        self._known = parts
        return policy

    def _parts(self, snapshot: Snapshot, files: Sequence[PolicyFile]) -> _Parts:
        known = self._known
        contents = snapshot.contents([file for file in files if (file.path, file.blob) not in known])
        parts: dict[tuple[str, str], _Part] = {}
        faults = values = 0
        for file in files:
            key = (file.path, file.blob)
            part = known.get(key)
            if part is None:
                part = _part(file, contents[file.blob])
                faults += sum(1 for _ in part.findings())
            values += part.values
            parts[key] = part if values <= MAX_VALUES else _one_too_many(file.path)
            if faults >= MAX_FINDINGS or values > MAX_VALUES:
                break
        return parts


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """What is read stays: to look through ever more of it for garbage takes as long as to read it."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # Where the process has set aside what stays, a new revision joins it; the one before goes without a collector,
        # since nothing in it refers back.
        if gc.get_freeze_count():
            gc.freeze()
        # Of two that read at once, the one that put it to rest wakes it.
        if was_at_work:
            gc.enable()


def _part(file: PolicyFile, content: bytes) -> _Part:
    if file.is_rego:
        return _rego(file.path, content)
    documents, findings = read_documents(file.path, content)
    return _Part(understood=tuple(_understood(documents)), unreadable=findings)


def _understood(documents: Iterable[Document]) -> Iterator[Understood]:
    faults = 0
    for document in documents:
        one = understand(document)
        yield one
        faults += len(one.findings)
        if faults >= MAX_FINDINGS:
            return


def _one_too_many(path: str) -> _Part:
    message = f"brings all files together over {MAX_VALUES} values"
    return _Part(unreadable=(Finding(message=message, path=path, hint="Remove what is no longer in force."),))


def _rego(path: str, content: bytes) -> _Part:
    source, findings = read_text(path, content)
    return _Part(rego=source, unreadable=findings)

"""What one OPA loads, and the same as an OPA bundle: a gzipped tar whose bytes depend on nothing but its content.

Reading policy from git happens elsewhere. Bundles are not signed here: the gate hands them to its own child process, or
over the connection that the served OPA was configured with.
"""

import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from gate.domain.bundle import Bundle

POLICY_ROOTS = ("gate", "policy")
"""The parts of `data` that a policy revision owns: its packages, and the documents of its repository."""

REGO_VERSION = 1


@dataclass(frozen=True, slots=True)
class Content:
    """Rego modules (path → source) and base documents, with the parts of `data` (slash paths) that they may define."""

    revision: str
    modules: Mapping[str, str]
    documents: Mapping[str, Any]
    roots: tuple[str, ...]

    @classmethod
    def of_policy(cls, bundle: Bundle) -> Self:
        """A policy revision. Rego finds the commit id it was loaded from as `data.policy.revision`."""
        documents = {"policy": {**bundle.data, "revision": bundle.revision}}
        return cls(bundle.revision, bundle.modules, documents, POLICY_ROOTS)

    def archive(self) -> bytes:
        """The OPA bundle (`.tar.gz`, Rego v1). The same content gives the same bytes."""
        return _gzipped(_tarred(sorted(self._files())))

    def _files(self) -> Iterator[tuple[str, bytes]]:
        manifest = {"revision": self.revision, "roots": list(self.roots), "rego_version": REGO_VERSION}
        yield ".manifest", _json(manifest)
        for name, document in self.documents.items():
            yield f"{name}/data.json", _json(document)
        for path, source in self.modules.items():
            yield path, source.encode()


def _json(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()


def _tarred(files: list[tuple[str, bytes]]) -> bytes:
    """Owner, mode and time are those of a fresh `TarInfo` (root, 0644, the epoch): nothing of this machine enters."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, content in files:
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _gzipped(content: bytes) -> bytes:
    """GzipFile, not `gzip.compress`: the latter leaves the header's system byte to the zlib that it was built with."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()

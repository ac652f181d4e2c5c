"""Git objects and refs that no git would write: byte by byte, into the repository that a gate follows."""

import zlib
from collections.abc import Iterable
from hashlib import sha1
from typing import Final

from tests.adapters.policy_repo.conftest import Upstream

FILE: Final = "100644"
EXECUTABLE: Final = "100755"
FOLDER: Final = "40000"
LINK: Final = "120000"
SUBMODULE: Final = "160000"
PERSON: Final = b"A <a@example.org> 1767225600 +0000"

Entry = tuple[str, bytes, str]
"""Mode, name and object id."""


def write(upstream: Upstream, kind: str, content: bytes) -> str:
    """Write an object as it is, without a git process for each of thousands; its id."""
    data = f"{kind} {len(content)}\0".encode() + content
    name = sha1(data).hexdigest()  # noqa: S324 -- git's own naming of objects
    path = upstream.folder / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(zlib.compress(data, 1))
    return name


def blob(upstream: Upstream, content: bytes) -> str:
    """The id of a file's content."""
    return write(upstream, "blob", content)


def tree(upstream: Upstream, entries: Iterable[Entry]) -> str:
    """The id of a tree of these entries, in this order, whatever they are called."""
    lines = (mode.encode() + b" " + name + b"\0" + bytes.fromhex(target) for mode, name, target in entries)
    return write(upstream, "tree", b"".join(lines))


def commit(upstream: Upstream, root: str, *, by: bytes = PERSON, author: bytes = PERSON, extra: bytes = b"") -> None:
    """Put main on a commit of this tree that follows the present one."""
    head = f"tree {root}\nparent {upstream.tip()}\n".encode()
    point(
        upstream, write(upstream, "commit", head + b"author " + author + b"\ncommitter " + by + b"\n" + extra + b"\n")
    )


def commit_beside(upstream: Upstream, *entries: Entry) -> None:
    """Put main on a commit that has these entries beside those of the present one, sorted as git sorts."""
    present = [line.split(None, 3) for line in upstream.git("ls-tree", "HEAD").splitlines()]
    known = [(mode.removeprefix("0"), name.encode(), target) for mode, _, target, name in present]
    added = {name for _, name, _ in entries}
    merged = [entry for entry in known if entry[1] not in added] + list(entries)
    commit(upstream, tree(upstream, sorted(merged, key=lambda e: e[1] + (b"/" if e[0] == FOLDER else b""))))


def point(upstream: Upstream, target: str) -> None:
    """Let main be whatever is written here."""
    (upstream.folder / ".git/refs/heads/main").write_text(f"{target}\n")

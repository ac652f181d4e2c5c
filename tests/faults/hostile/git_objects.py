"""Hostile trees, blobs and commits: what git carries that is no plain file, and what costs far more than it weighs."""

import zlib
from functools import partial
from hashlib import sha1
from typing import Final

from tests.adapters.policy_repo.conftest import Upstream
from tests.faults.hostile import raw_git
from tests.faults.hostile.attack import Attack
from tests.faults.hostile.raw_git import FILE, FOLDER, LINK, SUBMODULE
from tests.faults.hostile.surroundings import Surroundings

GROUP: Final = b"kind: Group\nname: others\nmembers: [eve]\n"
BYPASS: Final = (
    "kind: Bypass\nid: friday\nchange: {service: payments, environment: production}\nskip: [freeze]\n"
    "reason: It must go out before the week ends\nticket: T-1\nrequested_by: eve\nexpires: 2026-11-27T20:00:00Z\n"
)
_NOWHERE: Final = "0123456789" * 4


def _link(target: str, name: str, upstream: Upstream, around: Surroundings) -> None:
    place = target.format(secret=around.secret, outside=around.outside).encode()
    raw_git.commit_beside(upstream, (LINK, name.encode(), raw_git.blob(upstream, place)))


def _entry(mode: str, name: bytes, upstream: Upstream, _: Surroundings) -> None:
    raw_git.commit_beside(upstream, (mode, name, raw_git.blob(upstream, GROUP)))


def _folder_called(name: bytes, upstream: Upstream, _: Surroundings) -> None:
    inner = raw_git.tree(upstream, [(FILE, b"groups.yaml", raw_git.blob(upstream, GROUP))])
    raw_git.commit_beside(upstream, (FOLDER, name, inner))


def _git_folder_with_hook(upstream: Upstream, around: Surroundings) -> None:
    hook = raw_git.blob(upstream, f"#!/bin/sh\n{around.command}\n".encode())
    hooks = raw_git.tree(upstream, [("100755", b"post-checkout", hook)])
    raw_git.commit_beside(upstream, (FOLDER, b".git", raw_git.tree(upstream, [(FOLDER, b"hooks", hooks)])))


def _submodule(name: bytes, upstream: Upstream, _: Surroundings) -> None:
    raw_git.commit_beside(upstream, (SUBMODULE, name, upstream.tip()))


def _twice(upstream: Upstream, _: Surroundings) -> None:
    entry = (FILE, b"groups.yaml", raw_git.blob(upstream, GROUP))
    raw_git.commit(upstream, raw_git.tree(upstream, [entry, entry]))


def _unsorted(upstream: Upstream, _: Surroundings) -> None:
    target = raw_git.blob(upstream, GROUP)
    raw_git.commit(upstream, raw_git.tree(upstream, [(FILE, b"z.yaml", target), (FILE, b"a.yaml", target)]))


def _missing_blob(upstream: Upstream, _: Surroundings) -> None:
    raw_git.commit_beside(upstream, (FILE, b"more.yaml", _NOWHERE))


def _missing_tree(upstream: Upstream, _: Surroundings) -> None:
    raw_git.commit(upstream, _NOWHERE)


def _blob_posing_as_tree(upstream: Upstream, _: Surroundings) -> None:
    raw_git.commit_beside(upstream, (FOLDER, b"more", raw_git.blob(upstream, GROUP)))


def _damaged_blob(upstream: Upstream, around: Surroundings) -> None:
    _entry(FILE, b"more.yaml", upstream, around)
    name = raw_git.blob(upstream, GROUP)
    path = upstream.folder / ".git/objects" / name[:2] / name[2:]
    path.write_bytes(zlib.compress(f"blob {len(GROUP)}\0".encode() + GROUP.replace(b"eve", b"eva")))


def _tree_of_ten_thousand_million_files(upstream: Upstream, _: Surroundings) -> None:
    target = raw_git.tree(upstream, [(FILE, b"f%d" % i, raw_git.blob(upstream, b"x")) for i in range(10)])
    for _level in range(9):
        target = raw_git.tree(upstream, [(FOLDER, b"d%d" % i, target) for i in range(10)])
    raw_git.commit(upstream, target)


def _wide(upstream: Upstream, _: Surroundings) -> None:
    target = raw_git.blob(upstream, GROUP)
    raw_git.commit(upstream, raw_git.tree(upstream, [(FILE, b"%06d.yaml" % i, target) for i in range(60_000)]))


def _deep(upstream: Upstream, _: Surroundings) -> None:
    target = raw_git.tree(upstream, [(FILE, b"a.yaml", raw_git.blob(upstream, GROUP))])
    for _level in range(1_500):
        target = raw_git.tree(upstream, [(FOLDER, b"d", target)])
    raw_git.commit(upstream, target)


def _huge(name: str, upstream: Upstream, _: Surroundings) -> None:
    upstream.commit({name: b"\0" * 40_000_000})


def _delta_bomb(upstream: Upstream, _: Surroundings) -> None:
    """A pack of a kilobyte in which each object is the one before it, twice: the last would be 16 GB."""
    size, levels = 1 << 14, 20
    objects = [_packed(3, size, b"", b"\0" * size)]
    offset, offsets = 12, [12]
    for _level in range(levels):
        offset += len(objects[-1])
        copies = b"".join(_copy(at, min(size, (1 << 24) - 1)) for at in range(0, size, (1 << 24) - 1)) if size else b""
        instructions = _varint(size) + _varint(2 * size) + 2 * copies
        objects.append(_packed(6, len(instructions), _distance(offset - offsets[-1]), instructions))
        offsets.append(offset)
        size *= 2
        if size > 1 << 34:
            break
    pack = b"PACK" + (2).to_bytes(4) + len(objects).to_bytes(4) + b"".join(objects)
    ...


def _packed(kind: int, size: int, base: bytes, content: bytes) -> bytes:
    ...


def _commit(upstream: Upstream, _: Surroundings, *, bypass: bool = False, **header: bytes) -> None:
    if bypass:
        upstream.write({"bypasses/friday.yaml": BYPASS})
        upstream.git("add", "--all")
    root = upstream.git("write-tree")
    raw_git.commit(upstream, root, **header)

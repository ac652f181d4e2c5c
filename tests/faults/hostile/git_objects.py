"""Hostile trees, blobs and commits: what git carries that is no plain file, and what costs far more than it weighs."""

import zlib
from collections.abc import Callable
from typing import Final

from tests.adapters.policy_repo.conftest import Upstream
from tests.faults.hostile import delta_bomb, raw_git
from tests.faults.hostile.attack import Attack, Lay
from tests.faults.hostile.raw_git import EXECUTABLE, FILE, FOLDER, LINK, SUBMODULE
from tests.faults.hostile.surroundings import Surroundings

GROUP: Final = b"kind: Group\nname: others\nmembers: [eve]\n"
BYPASS: Final = (
    "kind: Bypass\nid: friday\nchange: {service: payments, environment: production}\nskip: [freeze]\n"
    "reason: It must go out before the week ends\nticket: T-1\nrequested_by: eve\nexpires: 2026-11-27T20:00:00Z\n"
)
_NOWHERE: Final = "0123456789" * 4
_FETCH: Final = "git fetch failed"


def _objects(build: Callable[[Upstream], list[raw_git.Entry]]) -> Lay:
    """Beside what is there."""

    def lay(upstream: Upstream, _: Surroundings) -> None:
        raw_git.commit_beside(upstream, *build(upstream))

    return lay


def _root(build: Callable[[Upstream], str]) -> Lay:
    """Instead of what is there."""

    def lay(upstream: Upstream, _: Surroundings) -> None:
        raw_git.commit(upstream, build(upstream))

    return lay


def _link(name: str, target: str) -> Lay:
    def lay(upstream: Upstream, around: Surroundings) -> None:
        place = target.format(outside=around.outside, secret=around.secret).encode()
        raw_git.commit_beside(upstream, (LINK, name.encode(), raw_git.blob(upstream, place)))

    return lay


def _file(mode: str, name: bytes) -> Lay:
    return _objects(lambda upstream: [(mode, name, raw_git.blob(upstream, GROUP))])


def _folder(name: bytes) -> Lay:
    return _objects(lambda upstream: [(FOLDER, name, raw_git.tree(upstream, [_group(upstream, b"groups.yaml")]))])


def _group(upstream: Upstream, name: bytes) -> raw_git.Entry:
    return FILE, name, raw_git.blob(upstream, GROUP)


def _git_folder_with_a_hook(upstream: Upstream, around: Surroundings) -> None:
    hook = raw_git.blob(upstream, f"#!/bin/sh\n{around.command}\n".encode())
    hooks = raw_git.tree(upstream, [(EXECUTABLE, b"post-checkout", hook)])
    raw_git.commit_beside(upstream, (FOLDER, b".git", raw_git.tree(upstream, [(FOLDER, b"hooks", hooks)])))


def _damaged_blob(upstream: Upstream, _: Surroundings) -> None:
    raw_git.commit_beside(upstream, _group(upstream, b"more.yaml"))
    name = raw_git.blob(upstream, GROUP)
    path = upstream.folder / ".git/objects" / name[:2] / name[2:]
    path.write_bytes(zlib.compress(b"blob %d\0" % len(GROUP) + GROUP.replace(b"eve", b"eva")))


def _tree_of_ten_thousand_million_files(upstream: Upstream) -> str:
    target = raw_git.tree(upstream, [(FILE, b"f%d" % i, raw_git.blob(upstream, b"x")) for i in range(10)])
    for _ in range(9):
        target = raw_git.tree(upstream, [(FOLDER, b"d%d" % i, target) for i in range(10)])
    return target


def _wide(upstream: Upstream) -> str:
    target = raw_git.blob(upstream, GROUP)
    return raw_git.tree(upstream, [(FILE, b"%06d.yaml" % i, target) for i in range(60_000)])


def _deep(upstream: Upstream) -> str:
    target = raw_git.tree(upstream, [_group(upstream, b"a.yaml")])
    for _ in range(1_500):
        target = raw_git.tree(upstream, [(FOLDER, b"d", target)])
    return target


def _zeros(name: bytes) -> Lay:
    return _objects(lambda upstream: [(FILE, name, raw_git.blob(upstream, b"\0" * 40_000_000))])


def _header(*, bypass: bool = False, **header: bytes) -> Lay:
    """A commit whose header is hostile. With a bypass in it, the gate has to find out who made it."""

    def lay(upstream: Upstream, _: Surroundings) -> None:
        upstream.write({"bypasses/friday.yaml": BYPASS} if bypass else {"more.yaml": GROUP})
        upstream.git("add", "--all")
        raw_git.commit(upstream, upstream.git("write-tree"), **header)

    return lay


_LINKS = (
    Attack(
        "a link to the passwords of the machine", _link("users.yaml", "/etc/passwd"), "is a symbolic link", "users.yaml"
    ),
    Attack(
        "a link to a file beside the repository", _link("other.yaml", "{secret}"), "is a symbolic link", "other.yaml"
    ),
    Attack(
        "a link up and out of the folder", _link("up.yaml", "../outside/secret.yaml"), "is a symbolic link", "up.yaml"
    ),
    Attack("a link in place of a folder", _link("services", "{outside}"), "is a symbolic link", "services"),
    Attack("a link to itself", _link("loop.yaml", "loop.yaml"), "is a symbolic link", "loop.yaml"),
    Attack("a link that is no policy file", _link("notes", "{secret}"), "is a symbolic link", "notes"),
    Attack("a link named .gitattributes", _link(".gitattributes", "{secret}"), "is a symbolic link", ".gitattributes"),
)

_SUBMODULES = (
    Attack("a submodule", _objects(lambda u: [(SUBMODULE, b"vendor", u.tip())]), "is a submodule", "vendor"),
    Attack(
        "a submodule in place of the services",
        _objects(lambda u: [(SUBMODULE, b"services", u.tip())]),
        "is a submodule",
    ),
    Attack(
        "a submodule named as a policy file", _objects(lambda u: [(SUBMODULE, b"a.yaml", u.tip())]), "is a submodule"
    ),
)

_TREES = (
    Attack.unreadable("a .git folder with a hook", _git_folder_with_a_hook, _FETCH),
    Attack.unreadable("a .GIT folder", _folder(b".GIT"), _FETCH),
    Attack.unreadable("a folder that NTFS takes for .git", _folder(b"GIT~1"), _FETCH),
    Attack.unreadable("a folder that HFS+ takes for .git", _folder(".g\u200cit".encode()), _FETCH),
    Attack.unreadable("a folder named ..", _folder(b".."), _FETCH),
    Attack.unreadable("a folder named .", _folder(b"."), _FETCH),
    Attack.unreadable("a file with an absolute path", _file(FILE, b"/etc/cron.d/evil"), _FETCH),
    Attack.unreadable("a file with a path upwards", _file(FILE, b"../outside/evil.yaml"), _FETCH),
    Attack.unreadable("a file without a name", _file(FILE, b""), _FETCH),
    Attack("a file that is a socket", _file("140000", b"socket.yaml"), "is a submodule", "socket.yaml"),
    Attack.unreadable("a tree with one name twice", _root(lambda u: raw_git.tree(u, [_group(u, b"a")] * 2)), _FETCH),
    Attack.unreadable(
        "a tree out of order", _root(lambda u: raw_git.tree(u, [_group(u, b"z"), _group(u, b"a")])), _FETCH
    ),
    Attack.unreadable(
        "a tree that names a blob that is not there", _objects(lambda _: [(FILE, b"a", _NOWHERE)]), _FETCH
    ),
    Attack.unreadable(
        "a blob that poses as a folder", _objects(lambda u: [(FOLDER, b"more", raw_git.blob(u, GROUP))]), _FETCH
    ),
    Attack.unreadable("a blob that is not what its name says", _damaged_blob, _FETCH),
)

_BOMBS = (
    Attack("ten thousand million files", _root(_tree_of_ten_thousand_million_files), "more than 50000 files"),
    Attack("sixty thousand files in one folder", _root(_wide), "more than 50000 files"),
    Attack("folders nested 1500 deep", _root(_deep), "has a path longer than"),
    Attack("a policy file of 40 MB that weighs 40 kB", _zeros(b"big.yaml"), "is 40000000 bytes large", "big.yaml"),
    Attack("another file of 40 MB that weighs 40 kB", _zeros(b"big.bin"), "is 40000000 bytes large", "big.bin"),
    Attack.unreadable(
        "a pack of two kilobytes that unpacks to gigabytes",
        _objects(lambda u: [(FILE, b"f%02d" % i, name) for i, name in enumerate(delta_bomb.plant(u))]),
        "Out of memory",
    ),
)

_FAR: Final = b"A <a@example.org> 9223372036854775807 +0000"
_COMMITS = (
    Attack("a commit from the year 292 thousand million", _header(by=_FAR), "the commit's date"),
    Attack("a commit from the year 10000", _header(by=b"A <a@example.org> 253402300800 +0000"), "the commit's date"),
    Attack("a commit in an encoding that hides its header", _header(extra=b"encoding UTF-16\n"), "the commit's date"),
    Attack(
        "a bypass in a commit whose header is hidden",
        _header(extra=b"encoding UTF-16\n", bypass=True),
        "the commit's date",
    ),
    Attack.unreadable("a date beyond 64 bits", _header(by=b"A <a@example.org> 18446744073709551616 +0000"), _FETCH),
    Attack.unreadable("a commit without a date", _header(by=b"A <a@example.org>"), _FETCH),
    Attack.unreadable("an address of a hundred thousand brackets", _header(author=b"A <" + b"<" * 100_000), _FETCH),
    Attack.unreadable(
        "a bypass by an author of a megabyte",
        _header(author=b"A <" + b"a@" * 500_000 + b"> 1 +0000", bypass=True),
        "git log names something in more than",
    ),
    Attack.unreadable("a commit whose tree is not there", _root(lambda _: _NOWHERE), _FETCH),
)

ATTACKS: Final = (*_LINKS, *_SUBMODULES, *_TREES, *_BOMBS, *_COMMITS)

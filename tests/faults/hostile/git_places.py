"""Hostile repositories around a commit: refs, configuration and what else tells git where to look.

Where honouring a trick would show a good policy, what is really there is a broken one, and the other way round: so that
a gate that falls for it is seen to.
"""

from collections.abc import Callable
from typing import Final

from tests.adapters.policy_repo.conftest import Upstream
from tests.faults.hostile import raw_git
from tests.faults.hostile.attack import Attack, Lay
from tests.faults.hostile.git_objects import GROUP
from tests.faults.hostile.raw_git import FILE
from tests.faults.hostile.surroundings import Surroundings

BROKEN: Final = {"broken.yaml": "kind: Broken\n"}
_FETCH: Final = "git fetch failed"
_ASK: Final = "git ls-remote failed"
_NO_COMMIT: Final = "expected commit type"
_NO_BRANCH: Final = "there is no branch main"
_REWRITTEN: Final = "branch main was rewritten"


def _broken(trick: Lay) -> Lay:
    """A trick in a repository whose policy is broken, so that honouring the trick is not what makes it refused."""

    def lay(upstream: Upstream, around: Surroundings) -> None:
        upstream.commit(BROKEN)
        trick(upstream, around)

    return lay


def _tricked(name: str, trick: Lay) -> Attack:
    return Attack(name, _broken(trick), "'Broken' is no kind of document", "broken.yaml", 1, "kind")


def _in_git_folder(**files: str) -> Lay:
    """Files of the repository's own git folder, `__` for a slash."""

    def lay(upstream: Upstream, around: Surroundings) -> None:
        for name, content in files.items():
            path = upstream.folder / ".git" / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content.format(command=around.command, script=around.script, secret=around.secret))

    return lay


def _configured(lines: str) -> Lay:
    def lay(upstream: Upstream, around: Surroundings) -> None:
        values = {"command": around.command, "script": around.script, "secret": around.secret}
        with (upstream.folder / ".git/config").open("a") as file:
            file.write(lines.format(**values))

    return lay


def _tracked(**files: str) -> Lay:
    """Files of the policy itself."""

    def lay(upstream: Upstream, around: Surroundings) -> None:
        values = {"command": around.command, "script": around.script, "secret": around.secret}
        upstream.commit({name.replace("__", "/"): content.format(**values) for name, content in files.items()})

    return lay


def _replaced(upstream: Upstream, _: Surroundings) -> None:
    """What is broken is replaced by what was there before, for whoever honours replacements."""
    upstream.git("replace", upstream.tip(), f"{upstream.tip()}~")


def _replaced_blob(upstream: Upstream, _: Surroundings) -> None:
    broken = upstream.git("rev-parse", "HEAD:broken.yaml")
    upstream.git("replace", broken, raw_git.blob(upstream, GROUP))


def _orphan(upstream: Upstream) -> str:
    """A commit of the good policy that does not follow the one in force."""
    person, root = raw_git.PERSON.decode(), upstream.git("rev-parse", "HEAD^{tree}")
    return raw_git.write(upstream, "commit", f"tree {root}\nauthor {person}\ncommitter {person}\n\nx\n".encode())


def _rewritten(pretend: Callable[[Upstream, str], object]) -> Lay:
    """The branch is rewritten, and something pretends that it was not."""

    def lay(upstream: Upstream, _: Surroundings) -> None:
        good, orphan = upstream.tip(), _orphan(upstream)
        raw_git.point(upstream, orphan)
        pretend(upstream, f"{orphan} {good}")

    return lay


def _grafted(upstream: Upstream, line: str) -> None:
    (upstream.folder / ".git/info").mkdir(exist_ok=True)
    (upstream.folder / ".git/info/grafts").write_text(f"{line}\n")


def _replacing(upstream: Upstream, line: str) -> None:
    orphan, good = line.split()
    upstream.git("replace", "--graft", orphan, good)


def _pointing(target: Callable[[Upstream], str]) -> Lay:
    def lay(upstream: Upstream, _: Surroundings) -> None:
        raw_git.point(upstream, target(upstream))

    return lay


def _tag_of(upstream: Upstream, kind: str, target: str) -> str:
    head = f"object {target}\ntype {kind}\ntag v1\ntagger {raw_git.PERSON.decode()}\n\nx\n"
    return raw_git.write(upstream, "tag", head.encode())


def _tag_of_broken(upstream: Upstream) -> str:
    return _tag_of(upstream, "commit", upstream.commit(BROKEN))


def _without(upstream: Upstream, _: Surroundings) -> None:
    upstream.git("update-ref", "-d", "refs/heads/main")


def _only_elsewhere(upstream: Upstream, around: Surroundings) -> None:
    """Refs that end as the branch does."""
    for name in ("refs/tags/main", "refs/heads/refs/heads/main", "refs/remotes/refs/heads/main"):
        upstream.git("update-ref", name, "HEAD")
    _without(upstream, around)


def _oddly_named(upstream: Upstream, around: Surroundings) -> None:
    for name in ("--upload-pack=touch mark", "-c", "main@{0}", "x;touch mark", "$(touch mark)"):
        path = upstream.folder / ".git/refs/heads" / name.replace("mark", str(around.mark).replace("/", "_"))
        path.write_text(f"{upstream.tip()}\n")


def _promised_elsewhere(upstream: Upstream, around: Surroundings) -> None:
    """An object that is missing is promised by a remote whose address is a command."""
    raw_git.commit_beside(upstream, (FILE, b"more.yaml", "0123456789" * 4))
    upstream.git("config", "core.repositoryFormatVersion", "1")
    upstream.git("config", "extensions.partialClone", "promisor")
    upstream.git("config", "remote.promisor.promisor", "true")
    upstream.git("config", "remote.promisor.url", f"ext::{around.script}")
    upstream.git("config", "protocol.ext.allow", "always")


def _shallow(upstream: Upstream, _: Surroundings) -> None:
    (upstream.folder / ".git/shallow").write_text(f"{upstream.commit({'more.yaml': GROUP})}\n")


_POSING = {
    "HEAD": "ref: refs/heads/evil\n",
    "config": "[core]\n\tbare = true\n\tfsmonitor = {command}\n\thooksPath = hooks\n",
    "commondir": "/elsewhere\n",
    "gitdir": "{secret}\n",
    "objects__info__alternates": "{secret}\n",
    "hooks__post-checkout": "#!/bin/sh\n{command}\n",
    "refs__heads__main": "0123456789012345678901234567890123456789\n",
}

_REFS = (
    Attack("a tag in place of the branch", _pointing(_tag_of_broken), "'Broken' is no kind", "broken.yaml"),
    Attack.unreadable(
        "a tree in place of the branch", _pointing(lambda u: u.git("rev-parse", "HEAD^{tree}")), _NO_COMMIT
    ),
    Attack.unreadable(
        "a blob in place of the branch", _pointing(lambda u: u.git("rev-parse", "HEAD:gate.yaml")), _NO_COMMIT
    ),
    Attack.unreadable(
        "a tag of a blob in place of the branch",
        _pointing(lambda u: _tag_of(u, "blob", u.git("rev-parse", "HEAD:gate.yaml"))),
        "git",
    ),
    Attack.unreadable("a tag that lies about what it tags", _pointing(lambda u: _tag_of(u, "tree", u.tip())), "git"),
    Attack.unreadable("a branch that leads to itself", _pointing(lambda _: "ref: refs/heads/main"), _NO_BRANCH),
    Attack.unreadable(
        "a branch that leads out of the repository", _pointing(lambda _: "ref: ../../outside/x"), _NO_BRANCH
    ),
    Attack.unreadable("a branch that is no object id", _pointing(lambda _: "$(touch mark)"), _FETCH),
    Attack.unreadable("a branch that names nothing", _pointing(lambda _: "0123456789" * 4), "git"),
    Attack.unreadable("a repository without the branch", _without, _NO_BRANCH),
    Attack.unreadable("refs that only end as the branch does", _only_elsewhere, _NO_BRANCH),
    Attack.unreadable("a rewritten branch", _rewritten(lambda *_: None), _REWRITTEN),
    Attack.unreadable("a rewritten branch behind a graft", _rewritten(_grafted), _REWRITTEN),
    Attack.unreadable("a rewritten branch behind a replacement", _rewritten(_replacing), _REWRITTEN),
    _tricked("a commit replaced by a good one", _replaced),
    _tricked("a blob replaced by a good one", _replaced_blob),
    _tricked("branches whose names are options and commands", _oddly_named),
)

_PLACES = (
    _tricked("files that pose as a git folder", _tracked(**_POSING)),
    _tricked("a configured hook for packing", _configured("[uploadpack]\n\tpackObjectsHook = {script}\n")),
    _tricked("a configured monitor and hooks", _configured("[core]\n\tfsmonitor = {script}\n\thooksPath = {script}\n")),
    _tricked("a configured command for refs", _configured("[core]\n\talternateRefsCommand = {script}\n")),
    _tricked("a hook of the repository", _in_git_folder(**{"hooks__post-upload-pack": "#!/bin/sh\n{command}\n"})),
    Attack.unreadable("a configuration that includes a secret", _configured("[include]\n\tpath = {secret}\n"), _ASK),
    Attack.unreadable("a common folder elsewhere", _in_git_folder(commondir="/elsewhere\n"), _ASK),
    Attack.unreadable("a shallow repository", _shallow, "git fetch brought nothing"),
    Attack.unreadable("a missing object promised by a command", _promised_elsewhere, _FETCH),
)


ATTACKS: Final = (*_REFS, *_PLACES)

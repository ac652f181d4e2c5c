"""Hostile files that git itself reads: lists of submodules, and attributes that would change what other files say."""

from typing import Final

from tests.adapters.policy_repo.conftest import Upstream
from tests.faults.hostile import raw_git
from tests.faults.hostile.attack import Attack, Lay
from tests.faults.hostile.git_objects import GROUP
from tests.faults.hostile.raw_git import FILE, SUBMODULE
from tests.faults.hostile.surroundings import Surroundings

_FETCH: Final = "git fetch failed"


def _modules(content: str) -> Lay:
    """A .gitmodules file, and a submodule that it is about."""

    def lay(upstream: Upstream, around: Surroundings) -> None:
        text = content.format(command=around.command.replace(" ", "%20"), secret=around.secret)
        modules = (FILE, b".gitmodules", raw_git.blob(upstream, text.encode()))
        raw_git.commit_beside(upstream, modules, (SUBMODULE, b"vendor", upstream.tip()))

    return lay


def _attributed(attributes: str, name: str, content: bytes) -> Lay:
    def lay(upstream: Upstream, _: Surroundings) -> None:
        entries = {".gitattributes": attributes.encode(), name: content}
        raw_git.commit_beside(
            upstream, *((FILE, name.encode(), raw_git.blob(upstream, content)) for name, content in entries.items())
        )

    return lay


_MODULES = (
    Attack(
        "a submodule fetched by a command",
        _modules('[submodule "v"]\n\tpath = vendor\n\turl = ext::{command}\n'),
        "is a submodule",
        "vendor",
    ),
    Attack(
        "a submodule whose path ends in a carriage return",
        _modules('[submodule "v"]\n\tpath = "vendor\r"\n\turl = ./v\n'),
        "is a submodule",
        "vendor",
    ),
    Attack(
        "a list of submodules that includes a secret",
        _modules("[include]\n\tpath = {secret}\n"),
        "is a submodule",
        "vendor",
    ),
    Attack.unreadable(
        "a submodule whose address is an option",
        _modules('[submodule "v"]\n\tpath = vendor\n\turl = --upload-pack={command}\n'),
        _FETCH,
    ),
    Attack.unreadable(
        "a submodule whose path is an option", _modules('[submodule "v"]\n\tpath = -c\n\turl = ./v\n'), _FETCH
    ),
    Attack.unreadable(
        "a submodule whose name leads out",
        _modules('[submodule "../../outside"]\n\tpath = vendor\n\turl = ./v\n'),
        _FETCH,
    ),
    Attack.unreadable(
        "a submodule updated by a command",
        _modules('[submodule "v"]\n\tpath = vendor\n\turl = ./v\n\tupdate = !{command}\n'),
        _FETCH,
    ),
)

_ATTRIBUTES = (
    Attack(
        "a filter that would mend the file",
        _attributed("*.yaml filter=evil\n", "a.yaml", b"kind: Broken\n"),
        "'Broken' is no kind",
        "a.yaml",
        1,
        "kind",
    ),
    Attack(
        "an encoding that would mend the file",
        _attributed("*.yaml working-tree-encoding=UTF-16\n", "a.yaml", GROUP.decode().encode("utf-16")),
        "is not UTF-8",
        "a.yaml",
        1,
    ),
    Attack(
        "a keyword that would be filled in",
        _attributed("*.yaml ident\n", "a.yaml", b"kind: $Id$\n"),
        "'$Id$' is no kind",
        "a.yaml",
        1,
        "kind",
    ),
    Attack(
        "a text that an export would fill in",
        _attributed("*.yaml export-subst\n", "a.yaml", b"kind: $Format:%an$\n"),
        "'$Format:%an$' is no kind",
        "a.yaml",
        1,
        "kind",
    ),
    Attack(
        "line ends that would be mended",
        _attributed("*.yaml text eol=lf\n", "a.yaml", b"kind: Group\rname: x\r"),
        "U+000D is not allowed",
        "a.yaml",
        1,
    ),
    Attack.unreadable(
        "an attribute longer than a line may be", _attributed("*.yaml " + "a" * 3_000, "a.yaml", GROUP), _FETCH
    ),
)

ATTACKS: Final = (*_MODULES, *_ATTRIBUTES)

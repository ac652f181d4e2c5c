"""The freeze-exception requests of Kubernetes, as bypass files in a repository that somebody merges them into.

What a request says becomes what its file says: nothing that is missing is made up, and nothing odd is mended. Its data
holds no commits, so the digest of a pull request's address stands for the commit. It says not until when; two days
after it was reviewed. The release team grants, who are not those who ask.
"""

import ast
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

_PROJECT: Final = Path(__file__).parents[2]
FOLDER: Final = Path(os.environ.get("GATE_TEST_DATA") or _PROJECT.parent / "shared" / "data") / "kubernetes"
"""Read in place, never copied; the README beside it says whose it is."""
ABSENT: Final = f"there is no Kubernetes data in {FOLDER}; GATE_TEST_DATA names the folder that holds kubernetes/"
NO_YAML: Final = {"release-1.14.yaml": 29, "release-1.20.yaml": 32, "release-1.23.yaml": 10}
"""Files that are no YAML as they are kept upstream, and the line on which a parser stops."""

SERVICE: Final = "kubernetes"
_BIRTH: Final = datetime(2018, 1, 1, tzinfo=UTC)
_PULL: Final = re.compile(r"https://github\.com/kubernetes/[a-z-]+/pull/[0-9]+")


@dataclass(frozen=True)
class ExceptionRequest:
    """One request as it was filed, and what was answered."""

    number: int
    said: Mapping[str, Any]

    @property
    def is_approved(self) -> bool:
        """Whether the release team let it through, and did not take that back."""
        return str(self.said["status"]).lower() == "approved"

    @property
    def is_taken_back(self) -> bool:
        """Whether what was let through was taken out again."""
        return self.said["status"] in {"reverted", "removed"}

    @property
    def release(self) -> str:
        """Such as `release-1.34`: what it asks to get into."""
        return str(self.said["file"]).removesuffix(".yaml")

    @property
    def path(self) -> str:
        """Where its file lies."""
        return f"bypasses/{self.number:03}-{self.release}.yaml"

    @property
    def pull_requests(self) -> list[str]:
        """What it names; one that is no address of a pull request is what it is."""
        named = ast.literal_eval(str(self.said.get("pull_requests", "[]")))
        return [str(each) for each in named]

    @property
    def reviewed(self) -> datetime | None:
        """The day on which it was answered."""
        day = self.said.get("date_reviewed") or self.said.get("date_requested")
        return None if day is None else datetime.fromisoformat(str(day)).replace(tzinfo=UTC)

    def ids(self) -> list[str]:
        """Of its bypasses: one a pull request, or one that names none."""
        return [f"k8s-{self.number:03}-{place}" for place in range(max(1, len(self.pull_requests)))]

    def file(self) -> str:
        """One document a pull request."""
        pulls: Sequence[str | None] = self.pull_requests or [None]
        documents = [self._document(name, pull) for name, pull in zip(self.ids(), pulls, strict=True)]
        return yaml.safe_dump_all(documents, sort_keys=False)

    def _document(self, name: str, pull: str | None) -> dict[str, Any]:
        change = {"service": SERVICE, "environment": self.release}
        written: dict[str, Any] = {
            "kind": "Bypass",
            "id": name,
            "change": change | ({} if pull is None else {"commit": commit_of(pull)}),
            "skip": ["freeze"],
            "reason": f"{self.said['name']}: as it was asked for in {self.said.get('thread')}",
            "ticket": str(self.said["issue"]),
            "requested_by": "enhancement-owner",
        }
        if self.reviewed is not None:
            written["expires"] = f"{self.reviewed + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
        return written


def commit_of(pull: str) -> str:
    """What stands for the commit of a pull request; what is none stays as it is, for the gate to refuse."""
    if not _PULL.fullmatch(pull):
        return pull
    return hashlib.sha1(pull.encode(), usedforsecurity=False).hexdigest()


def requests() -> list[ExceptionRequest]:
    """All that were filed, in the order of their releases."""
    read = json.loads((FOLDER / "exceptions_flat.json").read_text())
    return [ExceptionRequest(number, said) for number, said in enumerate(read, start=1)]


def house() -> dict[str, str]:
    """The default pack as the release team would have it: their branches are its environments."""
    pack = _PROJECT / "policies"
    names = ("objectives.yaml", "risk.yaml", "process.yaml")
    paths = [*(pack / name for name in names), *sorted((pack / "rego").rglob("*.rego"))]
    files = {str(path.relative_to(pack)): path.read_text() for path in paths if not path.stem.endswith("_test")}
    releases = ["production", *sorted({request.release for request in requests()})]
    people = {"enhancement-owner": ["enhancement-owners"], "reviewer": ["enhancement-owners"], "release-lead": _LEADS}
    groups = {group: [name for name, of in people.items() if group in of] for of in people.values() for group in of}
    documents: list[dict[str, Any]] = [
        {"kind": "Gate", "format": 1, "grants": "committer", "environments": {name: {} for name in releases}},
        {"kind": "Service", "name": SERVICE, "owners": "enhancement-owners", "tier": 3, "objective": "trust"},
        *({"kind": "Group", "name": name, "members": members} for name, members in groups.items()),
        *({"kind": "Person", "name": name, "emails": [f"{name}@k8s.test"]} for name in people),
    ]
    return files | {"house.yaml": yaml.safe_dump_all(documents, sort_keys=False)}


_LEADS: Final = ["release-managers", "heads-of-engineering", "architects", "incident-commanders"]


@dataclass(frozen=True)
class _Commit:
    by: str
    at: datetime
    files: Mapping[str, str | None]
    merged: bool = False


def repository(folder: Path, loaded: Sequence[ExceptionRequest]) -> str:
    """A repository in which these were answered, day by day: approved ones are merged, denied ones pushed unasked."""
    commits = [_Commit("release-lead", _BIRTH, house())]
    for request in sorted(loaded, key=lambda each: each.reviewed or _BIRTH):
        at = request.reviewed or _BIRTH
        let_in = request.is_approved or request.is_taken_back
        commits.append(_Commit("enhancement-owner", at, {request.path: request.file()}, merged=let_in))
        if request.is_taken_back:
            commits.append(_Commit("release-lead", at, {request.path: None}))
    stream = "".join(_stream(commits))
    for arguments, feed in ((("init", "-q", "-b", "main"), ""), (("fast-import", "--quiet"), stream)):
        subprocess.run(("git", *arguments), cwd=folder, input=feed.encode(), check=True)  # noqa: S603, S607 -- all is ours
    return (folder / ".git/refs/heads/main").read_text().strip()


def _stream(commits: Sequence[_Commit]) -> Iterator[str]:
    """As `git fast-import` reads it. What is merged was committed on a branch of its own first."""
    tip = 0
    for mark, commit in zip(range(2, 2 * len(commits) + 2, 2), commits, strict=True):
        come_from = f"from :{tip}\n" if tip else ""
        if not commit.merged:
            yield from _commit("main", mark, commit.by, commit.by, commit.at, come_from, commit.files)
        else:
            yield from _commit("topic", mark - 1, commit.by, commit.by, commit.at, come_from, commit.files)
            both = f"{come_from}merge :{mark - 1}\n"
            yield from _commit("main", mark, commit.by, "release-lead", commit.at, both, commit.files)
        tip = mark


def _commit(
    branch: str, mark: int, author: str, by: str, at: datetime, come_from: str, files: Mapping[str, str | None]
) -> Iterator[str]:
    when = f"{int(at.timestamp())} +0000"
    yield f"commit refs/heads/{branch}\nmark :{mark}\n"
    yield f"author {author} <{author}@k8s.test> {when}\ncommitter {by} <{by}@k8s.test> {when}\ndata 0\n{come_from}"
    for path, text in files.items():
        yield f"D {path}\n" if text is None else f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"

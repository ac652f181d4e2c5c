"""Which of the files that were found may be policy, and which make the whole revision refused.

Names, modes and sizes only, judged before a byte of content is read, and the same for a commit and for a plain folder.
Listing them happens in `tree` and `working_copy`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gate.adapters.policy_repo.strict_text import FORBIDDEN, MAX_FILE_BYTES
from gate.domain.finding import Finding

MAX_ENTRIES: Final = 50_000
MAX_PATH_BYTES: Final = 400
MAX_PATH_PARTS: Final = 12
MAX_TOTAL_BYTES: Final = 32 * 1024 * 1024
"""All files that are read, together."""
MAX_OTHER_BYTES: Final = 8 * 1024 * 1024
"""A file that is not read. Every gate fetches it all the same."""
MAX_FINDINGS: Final = 100

YAML_SUFFIXES: Final = (".yaml", ".yml")
REGO_SUFFIX: Final = ".rego"
REGO_FOLDER: Final = "rego/"

_REGULAR: Final = {"100644", "100755"}
_REFUSED_MODES: Final = {
    "120000": ("is a symbolic link", "Put the file itself here: the gate follows no links."),
    "160000": ("is a submodule", "Put the files themselves here: the gate reads one repository."),
}

# Read by git and forges, never by the gate. Other names that begin with .git, in any spelling that some file system
# takes for it (case, characters it ignores, 8.3 names), could pose as the git directory of whoever checks this out.
_FORGE_NAMES: Final = {
    *(".gitignore", ".gitattributes", ".gitmodules", ".gitkeep", ".git-blame-ignore-revs"),
    *(".github", ".gitlab", ".gitlab-ci.yml", ".gitea"),
}
_IGNORABLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_UNPRINTABLE: Final = re.compile(FORBIDDEN.pattern + r"|[\t\n\r\\]")


@dataclass(frozen=True, slots=True)
class Found:
    """Something below the policy folder, as git or the disk names it. Nothing about it is trusted yet."""

    name: bytes
    """The way from the policy folder."""
    mode: str
    """As git writes it: 100644, 120000 …"""
    size: int
    blob: str
    """Names the content: same blob, same bytes."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A file that will be read."""

    path: str
    size: int
    blob: str

    @property
    def is_rego(self) -> bool:
        """Rego, not YAML."""
        return self.path.endswith(REGO_SUFFIX)


def judge(found: Iterable[Found]) -> tuple[list[PolicyFile], list[Finding]]:
    """The files to read, in the order found, and what is wrong. Stops asking for more once a limit is passed."""
    listing = _Listing()
    for entry in found:
        if not listing.goes_on():
            break
        listing.take(entry)
    return listing.files, listing.findings


class _Listing:
    def __init__(self) -> None:
        self.files: list[PolicyFile] = []
        self.findings: list[Finding] = []
        self._spellings = _Spellings()
        self._entries = 0
        self._total = 0

    def goes_on(self) -> bool:
        """Whether one entry more may be looked at."""
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            message = f"more than {MAX_ENTRIES} files in the policy folder"
            self.findings.append(Finding(message=message, hint="Keep policy in a folder of its own."))
        return self._entries <= MAX_ENTRIES and len(self.findings) < MAX_FINDINGS

    def take(self, entry: Found) -> None:
        """Judge one entry."""
        path = entry.name.decode("utf-8", "backslashreplace")
        fault = _fault_of_name(entry.name, path) or _fault_of_mode(entry.mode) or self._spellings.fault(path)
        if fault is None and _is_read(path):
            fault = self._fault_of_policy_file(entry, path)
        elif fault is None and entry.size > MAX_OTHER_BYTES:
            fault = (f"is {entry.size} bytes large", "Keep large files out of the policy repository.")
        if fault is not None:
            self.findings.append(Finding(message=fault[0], path=_shown(path), hint=fault[1]))
        elif _is_read(path):
            self.files.append(PolicyFile(path, entry.size, entry.blob))

    def _fault_of_policy_file(self, entry: Found, path: str) -> tuple[str, str] | None:
        if path.endswith(REGO_SUFFIX) and not path.startswith(REGO_FOLDER):
            return "is Rego outside rego/, where no rule is looked for", "Move it below rego/."
        if entry.size > MAX_FILE_BYTES:
            return f"is {entry.size} bytes large; {MAX_FILE_BYTES} are allowed", "Split it."
        self._total += entry.size
        if self._total > MAX_TOTAL_BYTES:
            return f"brings all files together over {MAX_TOTAL_BYTES} bytes", "Remove what is no longer in force."
        return None


class _Spellings:
    """Names that some file system holds for the same: by case, or by the Unicode form of their accents."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._folded: dict[str, str] = {}

    def fault(self, path: str) -> tuple[str, str] | None:
        """Whether this path, or a folder on the way to it, was seen in another spelling."""
        for name in _unseen_prefixes(path, self._seen):
            self._seen.add(name)
            folded = unicodedata.normalize("NFC", name).casefold()
            other = self._folded.setdefault(folded, name)
            if other != name:
                return f"differs from {_shown(other)} only in case or accents", "Rename one of them."
        return None


def _unseen_prefixes(path: str, seen: set[str]) -> Iterator[str]:
    while path and path not in seen:
        yield path
        path = path.rpartition("/")[0]


def _fault_of_name(name: bytes, path: str) -> tuple[str, str] | None:
    parts = path.split("/")
    if len(name) > MAX_PATH_BYTES or len(parts) > MAX_PATH_PARTS:
        limits = f"{MAX_PATH_BYTES} bytes or {MAX_PATH_PARTS} folders"
        return f"has a path longer than {limits}", "Move it up, shorten its name."
    if path.encode("utf-8") != name or _UNPRINTABLE.search(path):
        return "has a name with characters that are not allowed", "Rename it."
    if any(part in {"", ".", ".."} for part in parts):
        return "has a path that leaves its folder", "Rename it."
    if any(_poses_as_git(part) for part in parts):
        return "has a name that poses as git's own", "Rename it."
    return None


def _poses_as_git(part: str) -> bool:
    bare = _IGNORABLE.sub("", part).casefold()
    return bare.startswith((".git", "git~")) and part not in _FORGE_NAMES


def _fault_of_mode(mode: str) -> tuple[str, str] | None:
    if mode in _REGULAR:
        return None
    return _REFUSED_MODES.get(mode, ("is no regular file", "Remove it: the gate reads plain files only."))


def _is_read(path: str) -> bool:
    # Names that begin with a dot belong to tools: .github/workflows/*.yml is no policy.
    if path.startswith(".") or "/." in path:
        return False
    return path.endswith((*YAML_SUFFIXES, REGO_SUFFIX))


def _shown(path: str) -> str:
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", path)[:MAX_PATH_BYTES]

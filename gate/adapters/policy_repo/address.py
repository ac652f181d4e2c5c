"""Where the policy repository is: URL or path, branch, and the folder in it. Nothing else is ever handed to git.

All three are checked against what is allowed, rather than for what is not: git gives meaning to leading dashes, to
`ext::`, to `@{`, to `..` and to more with each release.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from gate.domain.errors import RepositoryError

_HOST: Final = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::[0-9]{1,5})?"
_USER: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
_SEGMENT: Final = r"(?:[A-Za-z0-9_~+%@][A-Za-z0-9._~+%@-]{0,254})"
_PATH: Final = rf"{_SEGMENT}(?:/{_SEGMENT}){{0,31}}/?"
_HTTPS: Final = re.compile(rf"https://{_HOST}/{_PATH}")
_SSH: Final = re.compile(rf"ssh://(?:{_USER}@)?{_HOST}/{_PATH}|{_USER}@{_HOST}:/?{_PATH}")

# A part of a branch or folder name never begins with a dot or a dash, so neither `..` nor an option is one.
_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}"
_NAME: Final = re.compile(rf"{_PART}(?:/{_PART}){{0,15}}")


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address. Build it with `remote`, `local` or `of`; `protocol` is the only one git may then speak."""

    url: str
    branch: str
    folder: str
    protocol: str

    @classmethod
    def of(cls, place: str, *, branch: str, folder: str = "") -> Self:
        """An absolute path is a local repository; anything else must be a URL. RepositoryError says what is wrong."""
        if place.startswith("/"):
            return cls.local(Path(place), branch=branch, folder=folder)
        return cls.remote(place, branch=branch, folder=folder)

    @classmethod
    def remote(cls, url: str, *, branch: str, folder: str = "") -> Self:
        """A repository behind https or ssh. Passwords do not belong in it: see `git.Access`."""
        if _HTTPS.fullmatch(url) and ".." not in url:
            return cls(url, _branch(branch), _folder(folder), "https")
        if _SSH.fullmatch(url) and ".." not in url:
            return cls(url, _branch(branch), _folder(folder), "ssh")
        raise RepositoryError(
            # Not shown: people paste tokens into URLs, and errors travel into logs.
            "the URL of the policy repository is not one that the gate accepts",
            hint="Give an absolute path, https://host/path or ssh://user@host/path, all without a password.",
        )

    @classmethod
    def local(cls, path: Path, *, branch: str, folder: str = "") -> Self:
        """A repository on this machine, by absolute path."""
        text = str(path)
        if not path.is_absolute() or ".." in path.parts or not text.isprintable():
            raise RepositoryError(
                f"{text!r} is not a path that the gate accepts",
                hint="Give the absolute path of the policy repository, without `..`.",
            )
        return cls(text, _branch(branch), _folder(folder), "file")

    @property
    def ref(self) -> str:
        """The full name of the branch."""
        return f"refs/heads/{self.branch}"

    def __str__(self) -> str:
        """`url, branch main, folder policies`, for messages."""
        folder = f", folder {self.folder}" if self.folder else ""
        return f"{self.url}, branch {self.branch}{folder}"


def _branch(name: str) -> str:
    parts = name.split("/")
    if _NAME.fullmatch(name) and ".." not in name and not any(part.endswith((".", ".lock")) for part in parts):
        return name
    raise RepositoryError(
        f"{name[:100]!r} is not a branch name that the gate accepts",
        hint="Give the short name of a branch, such as main or policy/production: letters, digits, `.`, `_`, `+`, `-`.",
    )


def _folder(name: str) -> str:
    bare = name.removesuffix("/") if name != "." else ""
    if not bare or (_NAME.fullmatch(bare) and ".." not in bare):
        return bare
    raise RepositoryError(
        f"{name[:100]!r} is not a folder that the gate accepts",
        hint="Give the way to the folder inside the repository, such as policies, or nothing for its root.",
    )

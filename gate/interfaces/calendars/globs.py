r"""Globs as Argo CD matches names with them (gobwas/glob, without separators), and as scopes do (`gate.domain.scope`).

Both know `*`, `?`, `[a-z]` and `[!a-z]`. Argo CD's know `{a,b}` and `\` besides, which scopes say with several globs
and with `[*]`.
"""

from collections.abc import Iterable
from typing import Final

from gate.domain.scope import any_matches, is_glob
from gate.interfaces.calendars.conversion import InexpressibleError

_MOST: Final = 100
"""Globs that one of Argo CD's may become."""
_LONGEST: Final = 200
_SPECIAL: Final = "*?["


def from_argo(pattern: str) -> tuple[str, ...]:
    """The globs that together match what Argo CD's matches."""
    if len(pattern) > _LONGEST:
        raise InexpressibleError(f"the pattern {pattern[:20]!r}… is longer than {_LONGEST} characters")
    found, rest = _alternatives(pattern, 0, inside=False)
    assert rest == len(pattern)  # noqa: S101 -- outside braces it reads to the end
    return tuple(dict.fromkeys(found))


def _alternatives(pattern: str, at: int, *, inside: bool) -> tuple[list[str], int]:
    """What can be read from a position on, up to the `}` that ends it, and where that is."""
    done: list[str] = []
    current = [""]
    while at < len(pattern):
        character = pattern[at]
        if inside and character in ",}":
            done += current
            current = [""]
            if character == "}":
                return done, at + 1
            at += 1
            continue
        if character == "{":
            options, at = _alternatives(pattern, at + 1, inside=True)
        else:
            option, at = _one(pattern, at)
            options = [option]
        current = [before + after for before in current for after in options]
        if len(current) + len(done) > _MOST:
            raise InexpressibleError(f"the pattern {pattern!r} is more than {_MOST} globs")
    if inside:
        raise InexpressibleError(f"the pattern {pattern!r} opens a brace that it does not close")
    return done + current, at


def _one(pattern: str, at: int) -> tuple[str, int]:
    """A character, or a class of them, as a scope's glob."""
    character = pattern[at]
    if character == "[":
        end = pattern.find("]", at + 1)
        if end < 0 or "\\" in pattern[at:end]:
            raise InexpressibleError(f"the pattern {pattern!r} has a class of characters that cannot be read")
        return pattern[at : end + 1], end + 1
    if character == "\\":
        if at + 1 == len(pattern):
            raise InexpressibleError(f"the pattern {pattern!r} ends in a backslash")
        escaped = pattern[at + 1]
        return f"[{escaped}]" if escaped in _SPECIAL else escaped, at + 2
    return character, at + 1


def to_argo(glob: str) -> str:
    """The pattern by which Argo CD matches the same names."""
    return "".join(f"\\{character}" if character in "{}\\" else character for character in glob)


def narrowed(globs: Iterable[str], by: Iterable[str]) -> tuple[str, ...]:
    """Globs for the names that match both: exact where one side is names alone."""
    here, there = tuple(globs), tuple(by)
    for names, others in ((there, here), (here, there)):
        if not any(map(is_glob, names)):
            return tuple(name for name in names if any_matches(others, name))
        if "*" in names:
            return others
    raise InexpressibleError(f"which names are both {_either(here)} and {_either(there)} cannot be said in one scope")


def _either(globs: Iterable[str]) -> str:
    return " or ".join(globs)

"""A Dockerfile as its instructions, and the files that a build would see. Understands what ours uses, and no more."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

_CONTINUED: Final = re.compile(r"\\[ \t]*\n")
_FLAG: Final = re.compile(r"--([a-z-]+)=(\S+)\s+")
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: `COPY --from=build /a /b` has word `COPY`, flags `{"from": "build"}`, rest `/a /b`."""

    word: str
    flags: Mapping[str, str]
    rest: str

    @property
    def arguments(self) -> Sequence[str]:
        """The exec form's, or the words."""
        if self.rest.startswith("["):
            return [str(argument) for argument in json.loads(self.rest)]
        return shlex.split(self.rest)

    @property
    def commands(self) -> Sequence[Sequence[str]]:
        """The commands of a shell form: what `&&` joins, as words."""
        return [shlex.split(command) for command in self.rest.split("&&")]


@dataclass(frozen=True, slots=True)
class Stage:
    """What begins with FROM: the image that it rests on, its name if it has one, and its instructions."""

    base: str
    name: str
    instructions: Sequence[Instruction]

    def all(self, word: str) -> list[Instruction]:
        """The instructions of one kind."""
        return [instruction for instruction in self.instructions if instruction.word == word]

    def last(self, word: str) -> Instruction:
        """The one that holds."""
        return self.all(word)[-1]


def parse(text: str) -> list[Stage]:
    """The stages, in order. ARGs before the first are put into its FROM lines."""
    given: dict[str, str] = {}
    stages: list[tuple[str, str, list[Instruction]]] = []
    for instruction in _instructions(text):
        if instruction.word == "FROM":
            base, _, name = _VARIABLE.sub(lambda found: given[found[1]], instruction.rest).partition(" AS ")
            stages.append((base, name, []))
        elif stages:
            stages[-1][2].append(instruction)
        else:
            name, _, value = instruction.rest.partition("=")
            given[name] = value
    return [Stage(*stage) for stage in stages]


def _instructions(text: str) -> Iterator[Instruction]:
    without_comments = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    for line in _CONTINUED.sub("", without_comments).splitlines():
        if not line.strip():
            continue
        word, rest = line.split(None, 1)
        flags: dict[str, str] = {}
        while found := _FLAG.match(rest):
            flags[found[1]] = found[2]
            rest = rest[found.end() :]
        yield Instruction(word, flags, rest.strip())


class Context:
    """What a build sees of a folder: all that its `.dockerignore` leaves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        lines = (folder / ".dockerignore").read_text().splitlines()
        self._patterns = [line for line in lines if line and not line.startswith("#")]

    def sees(self, path: str) -> bool:
        """Whether a path in the folder is part of it. The last pattern that matches it or a parent of it decides."""
        seen = True
        for pattern in self._patterns:
            if _matches(pattern.removeprefix("!"), path):
                seen = pattern.startswith("!")
        return seen

    def copy(self, source: str, target: Path) -> None:
        """What `COPY source target` does; the content of a folder, as Docker has it."""
        if (self._folder / source).is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._folder / source, target / Path(source).name)
            return
        shutil.copytree(self._folder / source, target, ignore=self._unseen, dirs_exist_ok=True)

    def _unseen(self, folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(self._folder)
        return {name for name in names if not self.sees(str(inside / name))}


def _matches(pattern: str, path: str) -> bool:
    parts = path.strip("/").split("/")
    if pattern.startswith("**/"):
        return any(fnmatchcase(part, pattern.removeprefix("**/")) for part in parts)
    # `*` does not cross a slash in Docker: patterns of ours name top-level entries, and hold for all below.
    return fnmatchcase(parts[0], pattern)

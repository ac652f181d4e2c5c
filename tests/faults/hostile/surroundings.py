"""What lies around a gate under attack: a secret that nobody may read, and everything that must stay as it is."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

CANARY: Final = "canary-0b5f2c71"
"""Stands in a file that only somebody who left the policy repository can have read."""

Trace = tuple[int, int, int]
"""Mode, size and time of the last change of a file."""


class Surroundings:
    """A folder with the repository, the gate's state, and what is none of the gate's business."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.upstream = folder / "upstream"
        self.state = folder / "state"
        self.outside = folder / "outside"

    def furnish(self) -> None:
        """Put what hostile policy reaches for where it can be reached."""
        self.outside.mkdir()
        self.secret.write_text(f"kind: {CANARY}\nname: {CANARY}\n")
        self.script.write_text(f"#!/bin/sh\n{self.command}\n")
        self.script.chmod(0o755)

    @property
    def secret(self) -> Path:
        """The file that nobody may read."""
        return self.outside / "secret.yaml"

    @property
    def script(self) -> Path:
        """A program that nobody may run."""
        return self.outside / "evil.sh"

    @property
    def mark(self) -> Path:
        """What running anything leaves behind."""
        return self.outside / "mark"

    @property
    def command(self) -> str:
        """A shell command that leaves the mark."""
        return f"touch {self.mark}"

    def traces(self) -> Mapping[str, Trace]:
        """Everything but the gate's own state, as it lies there now."""
        return dict(self._below(self.folder))

    def _below(self, folder: Path) -> Iterator[tuple[str, Trace]]:
        for entry in os.scandir(folder):
            if entry.path == str(self.state):
                continue
            status = entry.stat(follow_symlinks=False)
            yield entry.path, (status.st_mode, status.st_size, status.st_mtime_ns)
            if stat.S_ISDIR(status.st_mode):
                yield from self._below(Path(entry.path))

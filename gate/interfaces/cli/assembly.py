"""What commands need of the world beyond HTTP, by role. `gate.wiring` implements it; interfaces never import that."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import typer

if TYPE_CHECKING:  # `gate --help` reads this file, and must not load the whole domain
    from gate.application.access import Access
    from gate.application.gate import Gate
    from gate.domain.policy_set import PolicySet
    from gate.ports import PolicyEngine
    from gate.settings import Settings


class Assembly(Protocol):
    """Puts parts of a gate together."""

    def configure_log(self, settings: "Settings") -> None:
        """How log lines look from now on."""

    def open_gate(self, settings: "Settings") -> "AbstractAsyncContextManager[Gate]":
        """A gate that runs until left."""

    def open_access(self, settings: "Settings") -> "AbstractAsyncContextManager[Access]":
        """The tokens alone, on the store of a gate that may well be running meanwhile."""

    def open_trial_engine(self, settings: "Settings") -> "PolicyEngine":
        """A local engine to try policy out on; whoever opened it closes it."""

    def read_working_copy(self, folder: Path) -> "PolicySet":
        """The policy set of a folder as it lies there. PolicyRejectedError, RepositoryError."""

    def read_revision(self, repository: Path, commit: str, folder: str) -> "PolicySet":
        """The policy set at a commit of a local repository. PolicyRejectedError, RepositoryError."""


Load = Callable[[], Assembly]
"""Imports the adapters: only commands that need them call it."""


def assembly_of(context: typer.Context) -> Assembly:
    """The assembly that this command line was started with."""
    return cast("Load", context.obj)()

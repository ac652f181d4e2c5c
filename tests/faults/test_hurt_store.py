"""A store that fails gives no answer, loses nothing, and is used again when it is well."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import empty_database, needs_postgresql
from tests.faults.gate_process import GateProcess, Pipelines, gate_process, request
from tests.faults.small_policy import make

PATIENCE_S = 30.0


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return make(tmp_path / "policy")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if not mounted or subprocess.run(command, check=False).returncode != 0:  # noqa: S603 -- our words
        pytest.skip("no tmpfs can be mounted here: it takes root and the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607 -- our words


def until(gate: GateProcess, wanted: set[int], name: str) -> int:
    """Ask for new changes until one is answered with a wanted status; how many it took."""
    begun, number = time.monotonic(), 0
    while (status := gate.ask("POST", "/v1/changes", request(f"{name}-{number}"))[0]) not in wanted:
        assert time.monotonic() - begun < PATIENCE_S, f"still {status}"
        number += 1
    return number


def test_a_full_disk_gives_503_and_loses_nothing(policy: Path, small_disk: Path, tmp_path: Path) -> None:
    pipelines = Pipelines()
    database = f"sqlite:///{small_disk / 'gate.db'}"
    with gate_process(tmp_path, policy, database) as gate:
        pipelines.ask(gate, "first", clients=2, each=5)
        until(gate, {503}, "fill")
        ballast = small_disk / "gate.db"
        assert ballast.exists()
        assert pipelines.lost(gate) == []
        subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)  # noqa: S603, S607 -- our words
        until(gate, {201}, "again")
        assert pipelines.lost(gate) == []
        assert pipelines.doubled(gate) == []


@needs_postgresql
@pytest.mark.postgresql
@pytest.mark.alone
def test_a_restarted_postgresql_loses_nothing(policy: Path, tmp_path: Path) -> None:
    pipelines = Pipelines()
    with empty_database("postgresql", tmp_path) as url, gate_process(tmp_path, policy, url) as gate:
        pipelines.ask(gate, "before", clients=4, each=10)
        subprocess.run(["scripts/postgresql", "restart"], check=True)  # noqa: S607 -- of this project
        until(gate, {201}, "again")
        pipelines.ask(gate, "after", clients=4, each=10)
        assert pipelines.lost(gate) == []
        assert pipelines.doubled(gate) == []

"""The documents are true: their commands run as they stand, everything is listed, links lead somewhere."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.served import clean_environment, serving
from tests.ports import free_port

PROJECT: Final = Path(__file__).parents[1]
PAGES: Final = sorted(
    [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "workflows").rglob("*.md")]
)
HOW_TO: Final = sorted(
    page for pattern in ("write-*.md", "import-*.md") for page in (PROJECT / "docs" / "how-to").glob(pattern)
)
_BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
_SET_UP: Final = re.compile(r"^(make |\. \.venv/bin/activate)")


def name(page: Path) -> str:
    return str(page.relative_to(PROJECT))


def commands(page: Path) -> str:
    """Every block that a reader is told to paste, as one script. `make` is for a clone: CI runs it in one."""
    lines = [line for block in _BLOCK.findall(page.read_text()) for line in block.splitlines()]
    return "\n".join(line for line in lines if not _SET_UP.match(line))


@pytest.fixture
def path(tmp_path: Path) -> Iterator[str]:
    """A PATH on which `gate` is this one, started as `gate`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    gate = folder / "gate"
    gate.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m gate "$@"\n')
    gate.chmod(0o755)
    yield f"{folder}{os.pathsep}{os.environ['PATH']}"
    shutil.rmtree(folder)


def run(script: str, folder: Path, path: str) -> str:
    """What the script prints; it must not fail, not in any line."""
    identity = {
        f"GIT_{role}_{part}": "ruth@house.test" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
    }
    # Whatever it starts in the background ends with it.
    whole = f"set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script}\n"
    done = subprocess.run(  # noqa: S603 -- what our own pages say
        ["bash", "-c", whole],  # noqa: S607 -- whichever bash is on the path
        cwd=folder,
        env=clean_environment(PATH=path, **identity),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_readme_leads_to_a_first_decision_and_a_commit_changes_it(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "house" / "policy"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state") as gate:
        script = commands(PROJECT / "README.md").replace("http://127.0.0.1:8080", gate.url)
        script = script.replace(".state/policy", str(policy))
        said = run(f"export GATE_URL={gate.url}\n{script}", tmp_path, path)
    assert "approved" in said
    assert '"outcome": "review"' in said
    assert "inventory" in said


def test_the_tutorial_can_be_pasted_from_top_to_bottom(tmp_path: Path, path: str) -> None:
    port = str(free_port())
    said = run(commands(PROJECT / "docs" / "tutorial.md").replace("8090", port), tmp_path, path)
    assert "exit code 11" in said
    assert "exit code 12" in said


def test_a_slot_is_found_as_the_page_says(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "house"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state") as gate:
        script = commands(PROJECT / "docs" / "how-to" / "find-a-slot.md").replace("http://127.0.0.1:8080", gate.url)
        said = run(script, tmp_path, path)
    assert "CLOSED: payments in production on Thu 2026-12-24 12:00 CET" in said
    assert "Thu 26  ░░░░░░░░░░░░████████████████████████████████████  black-friday from 06:00" in said
    assert "--planned-start" in said


@pytest.mark.parametrize("page", HOW_TO, ids=name)
def test_a_how_to_can_be_pasted(page: Path, tmp_path: Path, path: str) -> None:
    run(commands(page), tmp_path, path)


def test_the_reference_lists_every_setting_route_command_and_kind() -> None:
    done = subprocess.run(  # noqa: S603 -- of this project
        [sys.executable, PROJECT / "scripts" / "reference.py", "--check"],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    missing = [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not missing

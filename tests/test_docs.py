"""The documents are true: their commands run as they stand, everything is listed, links lead somewhere."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx2
import psycopg
import pytest

from tests.acceptance.served import clean_environment, serving
from tests.composition import SECRETS
from tests.contract.opa_binaries import MISSING, OPA_BINARIES
from tests.databases import empty_database, needs_postgresql
from tests.ports import free_port

PROJECT: Final = Path(__file__).parents[1]
PAGES: Final = sorted(
    [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "workflows").rglob("*.md")]
)
README: Final = PROJECT / "README.md"
STORY: Final = PROJECT / "docs" / "story.md"
TUTORIAL: Final = PROJECT / "docs" / "tutorial.md"
SLOT: Final = PROJECT / "docs" / "how-to" / "find-a-slot.md"
RED_BUTTON: Final = PROJECT / "docs" / "how-to" / "press-the-red-button.md"
WRITING: Final = sorted(
    page for pattern in ("write-*.md", "import-*.md") for page in (PROJECT / "docs" / "how-to").glob(pattern)
)
ORDER: Final = PROJECT / "docs" / "how-to" / "order-changes.md"
AROUND: Final = PROJECT / "docs" / "how-to" / "go-around-the-process.md"
GLASS: Final = PROJECT / "docs" / "how-to" / "break-the-glass.md"
REVIEW: Final = PROJECT / "docs" / "how-to" / "review-a-change.md"
BROWSER: Final = PROJECT / "docs" / "how-to" / "review-in-the-browser.md"
PIPELINE: Final = PROJECT / "docs" / "how-to" / "ask-from-a-pipeline.md"
PRODUCTION: Final = PROJECT / "docs" / "how-to" / "run-in-production.md"
COMPOSE: Final = PROJECT / "docs" / "how-to" / "run-with-compose.md"
RUN: Final = {
    *(README, STORY, TUTORIAL, SLOT, ORDER, REVIEW, BROWSER, RED_BUTTON, AROUND, GLASS),
    *WRITING,
    *(PIPELINE, PRODUCTION, COMPOSE),
}
"""The pages of which every `console` block is run below, in the order in which a stranger meets them."""
_BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)]*))?\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
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
        script = commands(README).replace("http://127.0.0.1:8080", gate.url)
        script = script.replace(".state/policy", str(policy))
        said = run(f"export GATE_URL={gate.url}\n{script}", tmp_path, path)
    assert "approved" in said
    assert '"outcome": "review"' in said
    assert "inventory" in said


def test_the_story_goes_as_it_is_told(tmp_path: Path, path: str) -> None:
    said = run(commands(STORY).replace("8095", str(free_port())), tmp_path, path)
    approved, *_ = said.partition("exit code 11")
    assert "APPROVED: help-centre" in approved, "a standard change, at once"
    assert "maria wrote change" not in said, "what is refused is told on standard error"
    assert said.count("exit code 12") == 4, "the freeze: twice; no second use; the way around is closed"
    assert "lifted by bypass charged-twice, granted by ruth for INC-2291" in said
    assert "bypass charged-twice does not count: 1 use of 1 made" in said
    assert "bypass charged-thrice does not count: team-payments owes 1 review that is overdue" in said
    assert "lifted by bypass charged-thrice, granted by ruth for INC-2292" in said
    assert "process_wrong" in said


def test_the_tutorial_can_be_pasted_from_top_to_bottom(tmp_path: Path, path: str) -> None:
    port = str(free_port())
    said = run(commands(TUTORIAL).replace("8090", port), tmp_path, path)
    assert "exit code 11" in said
    assert "exit code 12" in said


def test_a_slot_is_found_as_the_page_says(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "house"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state") as gate:
        script = commands(SLOT).replace("http://127.0.0.1:8080", gate.url)
        said = run(script, tmp_path, path)
    assert "CLOSED: payments in production on Thu 2026-12-24 12:00 CET" in said
    assert "Thu 26  ░░░░░░░░░░░░████████████████████████████████████  black-friday from 06:00" in said
    assert "to start by" in said


def test_changes_are_put_in_order_as_the_page_says(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "house"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state") as gate:
        said = run(commands(ORDER).replace("http://127.0.0.1:8080", gate.url), tmp_path, path)
    assert "its place in line is 1" in said
    assert "exit code 2" in said, "a circle"
    assert said.count("exit code 12") == 5
    assert said.count("APPROVED: ") == 3


def test_a_change_is_reviewed_as_the_page_says(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "house"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state") as gate:
        said = run(commands(REVIEW).replace("http://127.0.0.1:8080", gate.url), tmp_path, path)
    assert "exit code 11" in said
    assert "can be given by viktor, sol" in said
    assert said.count("APPROVED: status-page") == 2
    assert "REFUSED: status-page" in said


def test_a_change_is_asked_for_and_its_page_tells_of_it_as_the_page_says(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "house"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state", GATE_DEMO="true") as gate:
        said = run(commands(BROWSER).replace("http://127.0.0.1:8080", gate.url), tmp_path, path)
        page = httpx2.get(f"{gate.url}{said.splitlines()[-1]}").raise_for_status()
    assert "exit code 11" in said
    assert "Round fees to the cent" in page.text
    assert 'href="https://forge.example.org/payments/merge/41"' in page.text


def test_a_red_button_is_pressed_and_thawed_as_the_page_says(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "policy"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state") as gate:
        said = run(commands(RED_BUTTON).replace("http://127.0.0.1:8080", gate.url), tmp_path, path)
    assert "FROZEN: environments staging, services web-shop pay*" in said
    assert "exit code 12" in said
    assert "exit code 13" in said
    assert "STOP: web-shop into staging" in said
    assert "THAWED: environments staging, services web-shop pay*" in said


def test_a_change_goes_around_the_process_and_is_reviewed_as_the_page_says(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "policy"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state") as gate:
        said = run(commands(AROUND).replace("http://127.0.0.1:8080", gate.url), tmp_path, path)
    assert "exit code 12" in said
    assert "load-test-fix" in said
    assert "owed" in said
    assert "viktor reviewed change" in said
    assert said.endswith("No review is overdue.\n")


def test_the_glass_is_broken_and_looked_back_at_as_the_page_says(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "policy"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state") as gate:
        said = run(commands(GLASS).replace("http://127.0.0.1:8080", gate.url), tmp_path, path)
    assert "exit code 12" in said
    assert "GLASS BROKEN by samir for INC-2311" in said
    assert "lifts freeze; the change may start on it until" in said
    assert "lifted by samir, who broke the glass (glass_" in said
    assert "viktor reviewed change" in said


@pytest.mark.parametrize("page", WRITING, ids=name)
def test_a_how_to_can_be_pasted(page: Path, tmp_path: Path, path: str) -> None:
    run(commands(page), tmp_path, path)


def test_a_job_asks_deploys_and_says_how_it_went(tmp_path: Path, path: str) -> None:
    policy = tmp_path / "policy"
    run(f"gate init {policy}", tmp_path, path)
    with serving(policy, tmp_path / "state") as gate:
        said = run(commands(PIPELINE).replace("http://127.0.0.1:8080", gate.url), tmp_path, path)
        (shop,) = tmp_path.glob("shop")
        change = gate.get(f"/v1/changes/{json.loads((shop / 'gate.json').read_text())['id']}")
    assert said.count("deploying ") == 1
    assert "FINISHED, succeeded" in said
    assert "exit code 10" in said
    assert (change["service"], change["state"]) == ("payments", "open"), "the job's last answer: refused, and not begun"
    assert "<testsuite" in (shop / "gate.xml").read_text()


@needs_postgresql
@pytest.mark.postgresql
@pytest.mark.opa
@pytest.mark.skipif(not OPA_BINARIES, reason=MISSING)
def test_production_is_postgresql_a_served_opa_and_two_gates(tmp_path: Path, path: str) -> None:
    shutil.copytree(PROJECT / "deploy", tmp_path / "deploy")
    (tmp_path / "bin" / "opa").symlink_to(OPA_BINARIES[-1])
    with empty_database("postgresql", tmp_path) as database:
        script = commands(PRODUCTION)
        assert "postgresql://gate:change-me@127.0.0.1:5432/gate" in script
        script = script.replace("postgresql://gate:change-me@127.0.0.1:5432/gate", database)
        for port in ("8080", "8081", "8181"):
            script = script.replace(port, str(free_port()))
        said = run(script, tmp_path, path)
        assert rows(database, "SELECT state, count(*) FROM changes GROUP BY state") == [("open", 2)]
    assert "exit code 12" in said, "the second gate sees what the first one approved"
    assert "exit code 2" in said, "the token is not for that"
    assert "401" in said
    assert said.count('"ready":true') == 4
    assert 'gate_decisions_total{change_class="standard",environment="staging",outcome="approved"} 1.0' in said
    logs = "".join(log.read_text() for log in tmp_path.glob("gate-*.log"))
    assert '"event": "listening' in logs
    assert "Traceback" not in logs


def rows(database: str, statement: str) -> list[tuple[object, ...]]:
    """What a query of a PostgreSQL answers."""
    with psycopg.connect(database) as connection:
        return connection.execute(statement.encode()).fetchall()


def test_the_files_for_compose_are_made(tmp_path: Path, path: str) -> None:
    made = tmp_path / "deploy" / "secrets"
    made.mkdir(parents=True)
    run(commands(COMPOSE), tmp_path, path)
    assert {file.name for file in made.iterdir()} == set(SECRETS.values())
    assert (tmp_path / ".env").read_text().startswith("GATE_POLICY_REPO=https://")


def test_every_block_that_is_to_be_pasted_is_run() -> None:
    assert {page for page in PAGES if _BLOCK.search(page.read_text())} <= RUN
    assert not [name(page) for page in RUN if "docker" in commands(page)], "no container engine is at hand"


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
    for link, anchor in _LINK.findall(page.read_text()):
        target = page.parent / link if link else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), f"{link}#{anchor}"


def anchors(page: Path) -> set[str]:
    """What forges call the headings of a page."""
    headings = _HEADING.findall(page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

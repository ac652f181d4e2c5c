"""The templates in workflows/: run as they stand, in the place of a forge, against a live gate.

Services are used up: an approved change holds its service, so each test asks for one of its own.
"""

import os
import re
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import httpx2
import pytest

from tests.acceptance.forges import github, gitlab
from tests.acceptance.served import PROJECT, SOMEBODY, ServedGate, git

NOWHERE: Final = "http://127.0.0.1:1"
OTHER: Final = "77de68daecd823babbb58edb1c8e14d7106e83bb"
PERSON: Final = "lena"
_CHANGE: Final = re.compile(r"gate explain (chg_\w+)")
_RUNS: Final = count(1)


@dataclass(frozen=True, slots=True)
class Deployed:
    """How a forge's job ended."""

    status: int
    said: str
    change: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A repository with a pipeline that deploys by a template."""

    run: Callable[[Path, Mapping[str, str], Mapping[str, str]], Deployed]
    url_input: str
    gate: ServedGate
    folder: Path
    environment: Mapping[str, str]

    def deploy(self, service: str, /, **inputs: str) -> Deployed:
        """Deploy a commit of a service: into staging, with passed tests, if nothing else is said."""
        told = {"service": service, "environment": "staging", "evidence": "tests=passed\n", "wait": "0s"}
        told |= {"paths-from": "deployed"}
        more = {name.replace("_", "-"): value for name, value in inputs.items()}
        return self.run(self.folder, self.environment, {self.url_input: self.gate.url} | told | more)

    @property
    def has_deployed(self) -> bool:
        return (self.folder / "deployed").exists()

    def life(self, deployed: Deployed) -> tuple[str, str | None]:
        """State and result of its change."""
        change = self.gate.get(f"/v1/changes/{deployed.change}")
        return change["state"], change["result"]


def on_github(folder: Path, environment: Mapping[str, str], inputs: Mapping[str, str]) -> Deployed:
    temp = folder.with_name("temp")
    temp.mkdir(exist_ok=True)
    job = github.deploy(folder, temp, {"GITHUB_RUN_ID": f"{next(_RUNS)}", **environment}, inputs, PERSON)
    status = job.failed.status if job.failed else 0
    return Deployed(status, job.said, job.context.get("steps.gate.outputs.change-id", ""))


def on_gitlab(folder: Path, environment: Mapping[str, str], inputs: Mapping[str, str], shell: str = "bash") -> Deployed:
    run = f"{next(_RUNS)}"
    told = {
        "CI_PIPELINE_ID": run,
        "CI_JOB_ID": run,
        "CI_COMMIT_SHA": git(folder, "rev-parse", "HEAD"),
        "GITLAB_USER_LOGIN": PERSON,
    }
    main, after = gitlab.deploy(folder, {**told, **environment}, {"image": "any", **inputs}, shell)
    assert after.status == 0, after.err
    said = main.out + main.err + after.out
    found = _CHANGE.search(said)
    return Deployed(main.status, said, found[1] if found else "")


def on_gitlab_without_bash(folder: Path, environment: Mapping[str, str], inputs: Mapping[str, str]) -> Deployed:
    return on_gitlab(folder, environment, inputs, "sh")


FORGES: Final = {
    "github": (on_github, "gate-url"),
    "gitlab": (on_gitlab, "url"),
    "gitlab without bash": (on_gitlab_without_bash, "url"),
}
SERVICES: Final = {
    "github": ("search", "help-centre"),
    "gitlab": ("reporting", "status-page"),
    "gitlab without bash": ("notifications", "product-catalogue"),
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout with two commits: what is deployed now, tagged so, and what shall be."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    program(folder, "deploy", "echo it goes >> deployed")
    git(folder, "init", "-q")
    for message in ("deployed", "next"):
        (folder / "a.txt").write_text(message)
        git(folder, "add", ".")
        git(folder, *SOMEBODY, "commit", "-q", "-m", message)
        git(folder, "tag", message)
    return folder


@pytest.fixture
def gate_on_path(tmp_path: Path) -> str:
    """A PATH on which `gate` is this one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program(folder, "gate", f'PYTHONPATH={PROJECT} exec {sys.executable} -m gate "$@"')
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def program(folder: Path, name: str, line: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)


@pytest.fixture(params=["github", "gitlab"])
def forge(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pipeline(forge: str, own_gate: ServedGate, repository: Path, gate_on_path: str) -> Pipeline:
    run, url_input = FORGES[forge]
    return Pipeline(run, url_input, own_gate, repository, {"PATH": gate_on_path})


@pytest.mark.parametrize("forge", FORGES, indirect=True)
def test_what_is_approved_is_deployed_and_its_success_is_told(pipeline: Pipeline, forge: str) -> None:
    done = pipeline.deploy(SERVICES[forge][0])
    assert done.status == 0, done.said
    assert pipeline.has_deployed
    assert pipeline.life(done) == ("finished", "succeeded")
    facts = pipeline.gate.get(f"/v1/decisions/{done.change}.1")["facts"]["change"]
    assert facts["commit"] == git(pipeline.folder, "rev-parse", "HEAD")
    assert (facts["paths"], facts["author"], facts["requester"]) == (["a.txt"], PERSON, PERSON)


@pytest.mark.parametrize("forge", FORGES, indirect=True)
def test_a_deploy_that_fails_is_told_to_the_gate_and_fails_the_job(pipeline: Pipeline, forge: str) -> None:
    program(pipeline.folder, "deploy", "echo it goes >> deployed; exit 3")
    done = pipeline.deploy(SERVICES[forge][1])
    assert done.status == 3, done.said
    assert pipeline.has_deployed
    assert pipeline.life(done) == ("finished", "failed")


@pytest.mark.parametrize("forge", FORGES, indirect=True)
def test_what_is_refused_is_not_deployed(pipeline: Pipeline) -> None:
    done = pipeline.deploy("payments", environment="production", evidence="tests=failed")
    assert done.status == 10, done.said
    assert not pipeline.has_deployed
    assert pipeline.life(done) == ("open", None)


def test_what_people_have_not_reviewed_is_not_deployed(pipeline: Pipeline) -> None:
    done = pipeline.deploy("orders", environment="production", evidence="tests=passed\nsecurity-scan=passed\n")
    assert done.status == 11, done.said
    assert not pipeline.has_deployed
    assert pipeline.life(done) == ("open", None)


def test_what_must_wait_is_not_deployed(pipeline: Pipeline) -> None:
    asked = {"service": "identity", "environment": "staging", "commit": OTHER, "paths": ["a"]}
    passed = {"evidence": [{"kind": "tests", "status": "passed"}]}
    first = httpx2.post(f"{pipeline.gate.url}/v1/changes", json=asked | passed).raise_for_status().json()["id"]
    try:
        done = pipeline.deploy("identity")
    finally:
        httpx2.post(f"{pipeline.gate.url}/v1/changes/{first}/withdraw").raise_for_status()
    assert done.status == 12, done.said
    assert not pipeline.has_deployed


def test_without_a_gate_nothing_is_deployed(pipeline: Pipeline) -> None:
    done = pipeline.deploy("orders", **{pipeline.url_input: NOWHERE})
    assert (done.status, done.change) == (20, ""), done.said
    assert not pipeline.has_deployed


def test_without_the_command_line_nothing_is_deployed(pipeline: Pipeline) -> None:
    (pipeline.folder.with_name("bin") / "gate").unlink()
    done = pipeline.deploy("orders")
    assert done.status == 127, done.said
    assert not pipeline.has_deployed


def test_what_is_asked_wrongly_is_not_deployed(pipeline: Pipeline) -> None:
    assert pipeline.deploy("order").status == 2
    assert pipeline.deploy("orders", paths_from="no-such-commit").status == 2
    assert not pipeline.has_deployed


def test_an_input_arrives_as_it_is_and_nothing_in_it_is_run(pipeline: Pipeline, forge: str) -> None:
    program(pipeline.folder.with_name("bin"), "gate", "printf '%s\\n' \"$@\" >> asked; exit 10")
    hostile = "\"; touch pwned; $(touch pwned)`touch pwned` ' --start * #"
    spec = github.WORKFLOW_INPUTS if forge == "github" else gitlab.SPEC
    names = set(spec) - {"install", "image", "job", "stage", "timeout"}
    done = pipeline.deploy("any", **dict.fromkeys(names, hostile) | {"evidence": f"{hostile}\nEVIDENCE\n{hostile}"})
    assert done.status == 10, done.said
    asked = (pipeline.folder / "asked").read_text().splitlines()
    told = {argument.partition("=")[0].removeprefix("--") for argument in asked if argument.endswith(f"={hostile}")}
    assert told == names - {pipeline.url_input, "script"}
    assert asked.count(f"--evidence={hostile}") == 2
    assert not (pipeline.folder / "pwned").exists()


def test_a_program_with_a_strange_name_is_one_program(pipeline: Pipeline) -> None:
    done = pipeline.deploy("fraud-screening", script="./deploy; touch pwned")
    assert done.status == 127, done.said
    assert not (pipeline.folder / "pwned").exists()
    assert not pipeline.has_deployed
    assert pipeline.life(done) == ("finished", "failed")


def test_a_job_that_is_retried_after_its_deploy_does_not_deploy_by_the_old_approval(
    own_gate: ServedGate, repository: Path, gate_on_path: str
) -> None:
    environment = {"PATH": gate_on_path, "CI_PIPELINE_ID": "retried"}
    pipeline = Pipeline(on_gitlab, "url", own_gate, repository, environment)
    assert pipeline.deploy("mobile-app").status == 0
    (repository / "deployed").unlink()
    assert pipeline.deploy("mobile-app").status == 2
    assert not pipeline.has_deployed


def test_a_github_job_tells_steps_and_people_what_was_decided(
    own_gate: ServedGate, repository: Path, gate_on_path: str
) -> None:
    temp = repository.with_name("temp")
    temp.mkdir()
    inputs = {"gate-url": own_gate.url, "service": "payments", "evidence": "tests=failed"}
    job = github.deploy(repository, temp, {"PATH": gate_on_path}, inputs, PERSON)
    outputs = {name: job.context[f"steps.gate.outputs.{name}"] for name in github.ACTION["outputs"]}
    assert (outputs["outcome"], outputs["exit-status"]) == ("refused", "10")
    assert outputs["change-id"].startswith("chg_")
    assert job.outcomes["Deploy"] == job.outcomes["Tell the gate how it went"] == "skipped"
    assert "### Change Gate: refused" in (temp / "summary.md").read_text()
    assert "::error title=Change Gate%3A refused::" in job.said


def test_the_github_action_installs_the_command_line_it_is_told(repository: Path) -> None:
    """A package of the test's own, so that nothing is fetched; it approves nothing."""
    temp = repository.with_name("temp")
    temp.mkdir()
    wheel = a_package(temp, "import sys\ndef main():\n    sys.exit(f'{sys.argv[1]} of the package')\n")
    inputs = {"gate-url": NOWHERE, "service": "payments", "install": str(wheel)}
    job = github.deploy(repository, temp, {"PATH": os.environ["PATH"]}, inputs, PERSON)
    assert job.said.strip() == "check of the package"
    added = Path(job.environment["PATH"].split(os.pathsep)[0])
    assert [file.name for file in added.iterdir()] == ["gate"]
    assert job.outcomes["Deploy"] == "skipped"


def a_package(folder: Path, code: str) -> Path:
    wheel = folder / "stand_in-1-py3-none-any.whl"
    about = "stand_in-1.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("stand_in.py", code)
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: stand-in\nVersion: 1\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/entry_points.txt", "[console_scripts]\ngate = stand_in:main\n")
        archive.writestr(f"{about}/RECORD", "")
    return wheel

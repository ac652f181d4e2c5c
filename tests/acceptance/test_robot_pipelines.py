"""Jobs of both forges ask a live gate without any secret: the command line, and the templates as they stand."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import yaml

from tests.acceptance.forges import github, gitlab
from tests.acceptance.served import PROJECT, SOMEBODY, Ended, ServedGate, gate, git, serving
from tests.http_house import bearer
from tests.oidc_provider import OidcProvider
from tests.robots import AUDIENCE, GITHUB_CLAIMS, GITLAB_CLAIMS, a_robot
from tests.secrecy import told

COMMIT: Final = "4f0c" * 10
ASKED: Final = ("--environment", "staging", "--commit", COMMIT, "--path", "flags/a.yaml", "--evidence", "tests=passed")
USUAL: Final = {"environment": "staging", "evidence": "tests=passed\n", "wait": "0s", "paths-from": "deployed"}
_RUNS: Final = count(1)


@dataclass(frozen=True, slots=True)
class Trusting:
    """A gate, the issuer that it trusts, and its log."""

    served: ServedGate
    provider: OidcProvider
    log: Path

    def job(self, forge: str, **claims: Any) -> dict[str, str]:
        """The environment of a job with these claims, which has been given no secret."""
        run = {"run_id": f"{next(_RUNS)}", "pipeline_id": f"{next(_RUNS)}", "environment": "staging"}
        usual = {"gitlab": GITLAB_CLAIMS, "github": GITHUB_CLAIMS}[forge]
        said = {**usual, **{name: value for name, value in run.items() if name in usual}, **claims}
        if forge == "gitlab":
            return {"GATE_ID_TOKEN": self.provider.issue(said, audience=AUDIENCE, at_s=time.time())}
        self.provider.job = said
        return self.provider.actions | {"GATE_AUDIENCE": AUDIENCE}

    def check(self, service: str, environment: Mapping[str, str], *more: str) -> Ended:
        """`gate check` in that job."""
        return self.served.gate("check", "--service", service, *ASKED, *more, environment=environment)


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trusting]:
    folder = tmp_path_factory.mktemp("trusting")
    policy, state = folder / "policy", folder / "state"
    assert gate("init", str(policy)).status == 0
    with OidcProvider.running() as provider:
        services = ["search", "reporting", "orders", "help-centre", "status-page"]
        common = {"issuer": provider.url, "services": services, "environments": ["staging"]}
        robots = [
            a_robot(name="on-github", claims={"repository_id": "74", "repository_owner_id": "65"}, **common),
            a_robot(name="on-gitlab", claims={"project_id": "20", "namespace_id": "72"}, **common),
        ]
        (policy / "robots.yaml").write_text(yaml.safe_dump_all(robots))
        git(policy, "add", "--all")
        git(policy, *SOMEBODY, "commit", "-qm", "Robots")
        told_to = {"GATE_OIDC_ISSUERS": provider.url, "GATE_OIDC_AUDIENCE": AUDIENCE}
        with serving(policy, state, **told_to) as served:
            yield Trusting(served, provider, state / "serve.log")


@pytest.mark.parametrize(("forge", "service"), [("github", "search"), ("gitlab", "reporting")])
def test_a_job_asks_starts_and_finishes_without_a_secret(
    trusting: Trusting, forge: str, service: str, tmp_path: Path
) -> None:
    job, answer = trusting.job(forge), tmp_path / "gate.json"
    for start in ((), ("--start",)):
        done = trusting.check(service, job, "--output", "json", *start)
        assert done.status == 0, done.err + done.out
    answer.write_text(done.out)
    finished = trusting.served.gate("finish", "--answer", str(answer), "--result", "succeeded", environment=job)
    assert finished.status == 0, finished.err
    assert '"requester":"maria"' in done.out.replace(" ", "")


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_another_repository_of_the_same_name_gets_nowhere(trusting: Trusting, forge: str) -> None:
    done = trusting.check("orders", trusting.job(forge, repository_id="75", project_id="21"))
    assert done.status == 2
    assert "no robot of the policy is bound to this identity token" in done.err
    assert "on-git" not in done.err


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_job_does_not_ask_for_what_its_robot_is_not_for(trusting: Trusting, forge: str) -> None:
    done = trusting.check("payments", trusting.job(forge))
    assert done.status == 2
    assert f"on-{forge} may not ask for payments in staging" in done.err


def test_a_token_that_is_stolen_starts_no_other_change(trusting: Trusting) -> None:
    job = trusting.job("gitlab")
    assert trusting.check("orders", job).status == 0
    done = trusting.check("help-centre", job)
    assert done.status == 2
    assert "has been used for another change" in done.err


def test_a_gate_that_trusts_an_issuer_takes_no_other_and_nobody_without_a_token(trusting: Trusting) -> None:
    assert trusting.check("search", {}).status == 2
    with OidcProvider.running() as other:
        token = other.issue(GITHUB_CLAIMS, audience=AUDIENCE, at_s=time.time())
        answer = httpx2.get(f"{trusting.served.url}/v1/policy", headers=bearer(token))
        assert (answer.status_code, other.asked) == (401, [])
        assert token not in answer.text


def test_without_permission_to_ask_for_tokens_there_is_no_answer(trusting: Trusting) -> None:
    job = trusting.job("github") | {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "expired"}
    done = trusting.check("search", job)
    assert done.status == 20
    assert "id-token: write" in done.err


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a job deploys."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name, line in (("deploy", "echo it goes >> deployed"), ("gate", f'exec {sys.executable} -m gate "$@"')):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    git(folder, "init", "-q")
    for message in ("deployed", "next"):
        (folder / "a.txt").write_text(message)
        git(folder, "add", ".")
        git(folder, *SOMEBODY, "commit", "-q", "-m", message)
        git(folder, "tag", message)
    return folder


def test_the_template_for_github_deploys_without_a_secret(trusting: Trusting, checkout: Path) -> None:
    temp = checkout.with_name("temp")
    temp.mkdir()
    inputs = USUAL | {"gate-url": trusting.served.url, "service": "help-centre"}
    done = github.deploy(
        checkout,
        temp,
        surroundings(checkout) | trusting.job("github", sha=git(checkout, "rev-parse", "HEAD")),
        inputs,
        "maria",
    )
    assert done.failed is None, done.said
    assert (checkout / "deployed").exists()


def test_the_template_for_gitlab_deploys_without_a_secret(trusting: Trusting, checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    inputs = USUAL | {"image": "any", "url": trusting.served.url, "service": "status-page"}
    job = trusting.job("gitlab", sha=commit) | {"CI_COMMIT_SHA": commit, "CI_JOB_ID": "1", "GITLAB_USER_LOGIN": "maria"}
    main, after = gitlab.deploy(checkout, surroundings(checkout) | job, inputs)
    assert (main.status, after.status) == (0, 0), main.out + main.err + after.err
    assert "FINISHED, succeeded" in after.out
    assert (checkout / "deployed").exists()


def surroundings(checkout: Path) -> dict[str, str]:
    """A PATH on which `gate` is this one."""
    return {"PATH": f"{checkout}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(PROJECT)}


def test_no_token_is_in_the_log_of_the_gate(trusting: Trusting) -> None:
    assert trusting.check("search", trusting.job("gitlab", aud="https://other.test")).status == 2
    said = trusting.log.read_text()
    assert "an identity token is not accepted" in said
    assert told(said) == []

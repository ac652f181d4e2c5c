import pytest

from gate.interfaces.cli.ci_run import diff_url_of, run_of

GITHUB = {"GITHUB_RUN_ID": "841", "GITHUB_RUN_ATTEMPT": "2"}


@pytest.mark.parametrize(
    ("environment", "run"),
    [
        pytest.param(GITHUB, "github-841-2", id="github"),
        pytest.param({"CI_PIPELINE_ID": "7", "CI_JOB_ID": "70"}, "gitlab-7", id="gitlab: one answer for all jobs"),
        pytest.param({"CI_JOB_ID": "70"}, "gitlab-job-70", id="gitlab: a job alone"),
        pytest.param({"BUILD_TAG": "jenkins-shop-12"}, "jenkins-jenkins-shop-12", id="jenkins"),
        pytest.param({"BUILDKITE_BUILD_ID": "b1"}, "buildkite-b1", id="buildkite"),
        pytest.param({"CIRCLE_WORKFLOW_ID": "w"}, "circleci-w", id="circleci"),
        pytest.param({"BUILD_BUILDID": "3", "SYSTEM_JOBATTEMPT": "1"}, "azure-3-1", id="azure"),
        pytest.param({"GITHUB_RUN_ID": "841"}, "", id="half of a name is none"),
        pytest.param({}, "", id="no CI"),
    ],
)
def test_the_run_is_named_by_the_ci_server(environment: dict[str, str], run: str) -> None:
    assert run_of(environment) == run


def test_running_again_is_another_run() -> None:
    assert run_of(GITHUB) != run_of(GITHUB | {"GITHUB_RUN_ATTEMPT": "3"})


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "house/shop"},
            "https://github.com/house/shop/commit/4f0c",
        ),
        ({"CI_PROJECT_URL": "https://gitlab.test/house/shop"}, "https://gitlab.test/house/shop/-/commit/4f0c"),
        ({"GITHUB_SERVER_URL": "https://github.com"}, None),
        ({"CI_PROJECT_URL": "ssh://gitlab.test/house"}, None),
        ({"CI_PROJECT_URL": "https://gitlab.test/a b"}, None),
        ({}, None),
    ],
)
def test_the_forge_of_the_pipeline_shows_the_commit(environment: dict[str, str], url: str | None) -> None:
    assert diff_url_of(environment, "4f0c") == url

"""Which pipeline run this is, and where its commit can be read, as CI servers tell it in the environment.

The same run that asks again gets the same answer, so a name must stay the same in all jobs of a run and differ when
somebody runs it again.
"""

import re
from collections.abc import Mapping
from typing import Final

_URL: Final = re.compile(r"https?://[!-~]{1,1900}")
_RUNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("github", ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT")),
    # A job of GitLab is retried inside its pipeline, so only without a pipeline does the job name the run.
    ("gitlab", ("CI_PIPELINE_ID",)),
    ("gitlab-job", ("CI_JOB_ID",)),
    ("jenkins", ("BUILD_TAG",)),
    ("buildkite", ("BUILDKITE_BUILD_ID",)),
    ("circleci", ("CIRCLE_WORKFLOW_ID",)),
    ("azure", ("BUILD_BUILDID", "SYSTEM_JOBATTEMPT")),
    ("bitbucket", ("BITBUCKET_PIPELINE_UUID",)),
    ("drone", ("DRONE_REPO", "DRONE_BUILD_NUMBER")),
)
"""CI server → the variables that name a run. The first of which all are set counts."""


def run_of(environment: Mapping[str, str]) -> str:
    """Such as `github-8412345678-1`; empty where no CI server is recognised."""
    for server, variables in _RUNS:
        values = [environment.get(variable, "") for variable in variables]
        if all(values):
            return "-".join([server, *values])
    return ""


def diff_url_of(environment: Mapping[str, str], commit: str) -> str | None:
    """Where the forge of the pipeline shows a commit; None where it tells of none, or not in http or https."""
    server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    at_github = f"{server}/{repository}/commit/{commit}" if server and repository else ""
    project = environment.get("CI_PROJECT_URL", "")
    url = at_github or (f"{project}/-/commit/{commit}" if project else "")
    return url if _URL.fullmatch(url) else None

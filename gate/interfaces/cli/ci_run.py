"""Which pipeline run this is, as CI servers tell it in the environment.

The same run that asks again gets the same answer, so a name must stay the same in all jobs of a run and differ when
somebody runs it again.
"""

from collections.abc import Mapping
from typing import Final

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

"""As much of a GitLab runner as the template needs: inputs, variables, and a job's three scripts in its two shells."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.acceptance.forges.shell import run
from tests.acceptance.served import PROJECT, Ended

TEMPLATE: Final = PROJECT / "workflows" / "gitlab" / "gate.yml"
_SPEC, _JOBS = yaml.safe_load_all(TEMPLATE.read_text())
SPEC: Final[Mapping[str, Any]] = _SPEC["spec"]["inputs"]
JOBS: Final[Mapping[str, Any]] = _JOBS

_INPUT: Final = re.compile(r"\$\[\[ inputs\.([a-z-]+) \]\]")
_VARIABLE: Final = re.compile(r"\$([A-Za-z_]\w*)")
_SHELLS: Final = {"bash": "set -eo pipefail", "sh": "set -e"}


def deploy(
    folder: Path, environment: Mapping[str, str], inputs: Mapping[str, str], shell: str = "bash"
) -> tuple[Ended, Ended]:
    """How the scripts of the template's job end: before_script with script, then after_script."""
    told = {name: one["default"] for name, one in SPEC.items() if "default" in one} | dict(inputs)
    assert told.keys() == SPEC.keys(), f"inputs: {told}"
    jobs = _interpolated(JOBS, told)
    (job,) = jobs.values()
    variables = {name: _expanded(value, environment) for name, value in job["variables"].items()}
    surroundings = {**environment, **variables}
    main = _shell(folder, surroundings, [*job["before_script"], *job["script"]], shell)
    status = {"CI_JOB_STATUS": "failed" if main.status else "success"}
    return main, _shell(folder, surroundings | status, job["after_script"], shell)


def _shell(folder: Path, environment: Mapping[str, str], script: list[str], shell: str) -> Ended:
    # The entries of a list share one shell. It evaluates them behind a pipe, as the runner does: in Bash, a command
    # that fails there ends the job with 1, whatever its own status was.
    started = f'{_SHELLS[shell]}; : | eval "$1"'
    return run(folder, environment, shell, "-c", started, "job", "\n".join(script))


def _interpolated(value: Any, inputs: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_interpolated(name, inputs): _interpolated(each, inputs) for name, each in value.items()}
    if isinstance(value, list):
        return [_interpolated(each, inputs) for each in value]
    return _INPUT.sub(lambda found: inputs[found[1]], value) if isinstance(value, str) else value


def _expanded(value: str, environment: Mapping[str, str]) -> str:
    """Variables in variables, as GitLab replaces them before a shell sees them."""
    return _VARIABLE.sub(lambda found: environment.get(found[1], ""), value)

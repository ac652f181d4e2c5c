"""As much of a GitHub runner as the templates need: steps, conditions, outputs, composite actions.

Expressions are those that the templates use: a value, `==` and `!=` with a text, `always()`, `success()`, joined by
`&&`. Any other one is an error, so that a template cannot mean more than is run here.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tests.acceptance.forges.shell import run
from tests.acceptance.served import PROJECT, Ended

TEMPLATES: Final = PROJECT / "workflows" / "github"
ACTION: Final[Mapping[str, Any]] = yaml.safe_load((TEMPLATES / "action.yml").read_text())
WORKFLOW: Final[Mapping[Any, Any]] = yaml.safe_load((TEMPLATES / "deploy.yml").read_text())
WORKFLOW_INPUTS: Final[Mapping[str, Any]] = WORKFLOW[True]["workflow_call"]["inputs"]
"""`on` is a truth value in YAML 1.1."""

Context = dict[str, str]
"""Such as `inputs.url` → its value."""

_SHELLS: Final = {
    "": ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
}
_EXPRESSION: Final = re.compile(r"\$\{\{ (.+?) \}\}")
_NAME: Final = re.compile(r"[a-z][\w.-]*")
_COMPARISON: Final = re.compile(r"([a-z][\w.-]*) (==|!=) '([^']*)'")
_STATUS: Final = re.compile(r"\b(always|success)\(\)")


@dataclass(slots=True)
class Job:
    """Steps that have run so far, and what they leave for later ones."""

    folder: Path
    temp: Path
    environment: dict[str, str]
    context: Context
    failed: Ended | None = None
    said: str = ""
    outcomes: dict[str, str] = field(default_factory=dict)

    def run(self, steps: list[dict[str, Any]], environment: Mapping[str, str] | None = None) -> None:
        """Each step whose condition holds."""
        for number, step in enumerate(steps):
            outcome = self._outcome(step, environment or {}) if self._runs(step) else "skipped"
            name = step.get("id", str(number))
            self.outcomes[step["name"]] = outcome
            self.context[f"steps.{name}.outcome"] = outcome

    def _outcome(self, step: dict[str, Any], inherited: Mapping[str, str]) -> str:
        environment = {**inherited, **self._filled(step.get("env", {}))}
        done = self._used(step, environment) if "uses" in step else self._shell(step, environment)
        if done.status and self.failed is None:
            self.failed = done
        return "failure" if done.status else "success"

    def _shell(self, step: dict[str, Any], environment: Mapping[str, str]) -> Ended:
        script, output = self.temp / "step.sh", self.temp / "output"
        script.write_text(step["run"])
        output.write_text("")
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_PATH": str(self.temp / "added")}
        done = run(
            self.folder, {**self.environment, **environment, **files}, *_SHELLS[step.get("shell", "")], str(script)
        )
        self.said += done.out + done.err
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.context[f"steps.{step['id']}.outputs.{name}"] = value
        self._add_to_path()
        return done

    def _add_to_path(self) -> None:
        added = self.temp / "added"
        if added.exists():
            folders = added.read_text().split()
            self.environment["PATH"] = os.pathsep.join([*folders, self.environment["PATH"]])
            added.unlink()

    def _used(self, step: dict[str, Any], environment: Mapping[str, str]) -> Ended:
        if step["uses"].startswith("actions/checkout@"):
            return Ended(0, "", "")
        assert step["uses"] == "./.github/actions/gate"
        defaults = {name: told.get("default", "") for name, told in ACTION["inputs"].items()}
        inputs = self._filled(defaults) | self._filled(step["with"])
        inner = Job(self.folder, self.temp, self.environment, {**self.context, **_named("inputs", inputs)})
        inner.run(ACTION["runs"]["steps"], environment)
        self.said += inner.said
        for name, told in ACTION["outputs"].items():
            self.context[f"steps.{step['id']}.outputs.{name}"] = inner.value(told["value"])
        return inner.failed or Ended(0, "", "")

    def _filled(self, values: Mapping[str, str]) -> dict[str, str]:
        return {name: self.value(value) for name, value in values.items()}

    def value(self, template: str) -> str:
        """Text with its expressions replaced; what nobody set is empty."""
        return _EXPRESSION.sub(lambda found: self._looked_up(found[1]), template)

    def _looked_up(self, name: str) -> str:
        assert _NAME.fullmatch(name), f"no expression that is understood here: {name}"
        return self.context.get(name, "")

    def _runs(self, step: Mapping[str, Any]) -> bool:
        condition = step.get("if", "success()")
        if not _STATUS.search(condition):
            condition = f"success() && {condition}"
        return all(self._holds(term) for term in condition.split(" && "))

    def _holds(self, term: str) -> bool:
        if term in {"always()", "success()"}:
            return term == "always()" or self.failed is None
        found = _COMPARISON.fullmatch(term)
        assert found is not None, f"no condition that is understood here: {term}"
        return (self._looked_up(found[1]) == found[3]) is (found[2] == "==")


def _named(context: str, values: Mapping[str, str]) -> Context:
    return {f"{context}.{name}": value for name, value in values.items()}


def deploy(folder: Path, temp: Path, environment: Mapping[str, str], inputs: Mapping[str, str], actor: str) -> Job:
    """The job of the reusable workflow, called with these inputs by this actor."""
    told = {name: one.get("default", "") for name, one in WORKFLOW_INPUTS.items()} | dict(inputs)
    context = _named("inputs", told) | {"secrets.gate-token": "", "github.actor": actor}
    runner = {"RUNNER_TEMP": str(temp), "GITHUB_STEP_SUMMARY": str(temp / "summary.md"), "GITHUB_RUN_ATTEMPT": "1"}
    job = Job(folder, temp, {**environment, **runner}, context)
    job.run(WORKFLOW["jobs"]["deploy"]["steps"])
    return job

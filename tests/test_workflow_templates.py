"""What must hold of the text of the templates in workflows/. What they do is tested in `acceptance`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.main import get_command

from gate.interfaces.cli.main import app
from tests.acceptance.forges import github, gitlab
from tests.acceptance.served import PROJECT

TEMPLATES: Final = sorted((PROJECT / "workflows").rglob("*.y*ml"))
_SCRIPTS: Final = {"run", "script", "before_script", "after_script"}
_ASKED: Final = re.compile(r" (--[a-z-]+)")
_FENCE: Final = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def documents(file: Path) -> list[Any]:
    return list(yaml.safe_load_all(file.read_text()))


def values(tree: Any, names: set[str]) -> Iterator[Any]:
    """The values of these keys, wherever they stand."""
    if isinstance(tree, list):
        for each in tree:
            yield from values(each, names)
    elif isinstance(tree, dict):
        for name, value in tree.items():
            yield from [value] if name in names else values(value, names)


def scripts(file: Path) -> list[str]:
    found = values(documents(file), _SCRIPTS)
    return [
        script for one in found if isinstance(one, str | list) for script in ([one] if isinstance(one, str) else one)
    ]


def options(name: str) -> set[str]:
    commands: Any = get_command(app)
    return {option for one in commands.get_command(None, name).params for option in one.opts}


def example(forge: str) -> Any:
    (block,) = _FENCE.findall((PROJECT / "workflows" / forge / "README.md").read_text())
    return yaml.safe_load(block)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_template_pastes_anything_into_a_script(file: Path) -> None:
    assert scripts(file), f"{file} has no scripts"
    assert not [script for script in scripts(file) if "${{" in script or "$[[" in script or "eval" in script]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_uses_nothing_that_somebody_else_can_change(file: Path) -> None:
    for used in values(documents(file), {"uses"}):
        assert used.startswith("./") or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used), used


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_every_option_in_a_template_is_one_of_the_command_line(file: Path) -> None:
    known = options("check") | options("finish")
    asked = {
        option
        for script in scripts(file)
        for line in script.splitlines()
        if " pip " not in line
        for option in _ASKED.findall(line)
    }
    assert asked
    assert asked <= known


def test_every_input_of_the_action_is_used() -> None:
    used = "".join(str(one) for one in values(github.ACTION["runs"], {"env", "if"}))
    assert {name for name in github.ACTION["inputs"] if f"inputs.{name}" not in used} == set()


def test_every_input_of_the_workflow_and_of_the_component_is_used() -> None:
    workflow = str(github.WORKFLOW["jobs"])
    assert {name for name in github.WORKFLOW_INPUTS if f"inputs.{name}" not in workflow} == set()
    job = str(gitlab.JOBS)
    assert {name for name in gitlab.SPEC if f"inputs.{name}" not in job} == set()


def test_the_workflow_gives_the_action_what_it_demands_and_nothing_else() -> None:
    (step,) = [step for step in github.WORKFLOW["jobs"]["deploy"]["steps"] if step.get("id") == "gate"]
    inputs = github.ACTION["inputs"]
    assert {name for name, told in inputs.items() if told.get("required")} <= step["with"].keys() <= inputs.keys()


def test_the_example_for_github_is_a_call_that_the_workflow_takes() -> None:
    call = example("github")["jobs"]["production"]
    demanded = {name for name, told in github.WORKFLOW_INPUTS.items() if told.get("required")}
    assert demanded <= call["with"].keys() <= github.WORKFLOW_INPUTS.keys()
    assert call["secrets"].keys() == github.WORKFLOW[True]["workflow_call"]["secrets"].keys()


def test_the_example_for_gitlab_is_an_include_that_the_component_takes() -> None:
    (include,) = example("gitlab")["include"]
    demanded = {name for name, told in gitlab.SPEC.items() if "default" not in told}
    assert demanded <= include["inputs"].keys() <= gitlab.SPEC.keys()
    assert gitlab.SPEC["job"]["default"] in example("gitlab")

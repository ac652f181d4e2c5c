"""What the Dockerfile says, and what it has to agree with."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from gate.settings import Settings
from tests.dockerfile import Context, parse

ROOT: Final = Path(__file__).parents[1]
CONTEXT: Final = Context(ROOT)
OPA, BUILD, IMAGE = parse((ROOT / "Dockerfile").read_text())
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SETTINGS: Final = {f"GATE_{name.upper()}" for name in Settings.model_fields}
"""The variables that the gate reads."""
SECRET: Final = re.compile(r"TOKEN|PASSWORD|SECRET|CREDENTIAL|PRIVATE|_KEY|://[^/\s]*@", re.IGNORECASE)
"""What looks like one."""


def shipped_opa() -> str:
    """The version of scripts/install-opa."""
    found = re.search(r"^SHIPPED_OPA=(.+)$", (ROOT / "scripts/install-opa").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def skip_unless_asked(request: pytest.FixtureRequest) -> None:
    """Leave out what takes about a minute, unless `-m container` asks for it."""
    if "container" not in request.config.getoption("markexpr"):
        pytest.skip("takes about a minute: run `python -m pytest -m container`")

"""What compose.yaml says, and the secrets that docs/how-to/run-with-compose.md makes for it."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.image import ROOT

COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
SECRETS: Final[dict[str, str]] = {name: Path(told["file"]).name for name, told in COMPOSE["secrets"].items()}
"""The secrets, and the names of their files."""
HOW_TO: Final = (ROOT / "docs/how-to/run-with-compose.md").read_text()
CONSOLE: Final = re.findall(r"^```(?:console|sh)\n(.*?)^```", HOW_TO, re.MULTILINE | re.DOTALL)
"""The commands of the how-to, block by block; those in `sh` need a container engine."""

_VARIABLE: Final = re.compile(r"\$\$|\$\{(\w+):-([^}]*)\}")


def make_secrets(folder: Path) -> Path:
    """Make the secrets in a copy of deploy/secrets by the how-to's own commands; that copy."""
    made = folder / "deploy/secrets"
    made.mkdir(parents=True)
    shutil.copy(ROOT / "deploy/secrets/.gitignore", made)
    (commands,) = [block for block in CONSOLE if "random > opa_token" in block]
    subprocess.run(["/bin/sh", "-euc", commands], cwd=folder, check=True)  # noqa: S603 -- commands of our own document
    return made


def interpolated(text: str, environment: Mapping[str, str]) -> str:
    """A value as Compose hands it on: `${NAME:-otherwise}` from the environment, and `$$` for `$`."""
    return _VARIABLE.sub(lambda found: environment.get(found[1]) or found[2] if found[1] else "$", text)


def mounted(service: str, folder: Path) -> dict[str, Path]:
    """Where a service finds its secrets, and which file of a folder lies there."""
    found: dict[str, Path] = {}
    for secret in SERVICES[service].get("secrets", []):
        told = secret if isinstance(secret, dict) else {"source": secret, "target": f"/run/secrets/{secret}"}
        found[told["target"]] = folder / SECRETS[told["source"]]
    return found


def opa_arguments(address: str, gate: str, secrets: Path) -> list[str]:
    """What compose.yaml starts OPA with, but for its own address, the gate's, and the folder of the secrets."""
    words = [word.replace("/deploy/", f"{ROOT}/deploy/") for word in SERVICES["opa"]["command"]]
    words = [word.replace("0.0.0.0:8181", address) for word in words]
    for inside, outside in mounted("opa", secrets).items():
        words = [word.replace(inside, str(outside)) for word in words]
    token_path = f"services.gate.credentials.bearer.token_path={secrets}/bundle_token"
    return [*words, "--set", f"services.gate.url={gate}", "--set", token_path]

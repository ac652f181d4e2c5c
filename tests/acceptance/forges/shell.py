"""What forges' runners have in common: a shell, a checkout, and the environment that they set."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.acceptance.served import Ended, clean_environment


def run(folder: Path, environment: Mapping[str, str], *command: str) -> Ended:
    """A command to its end, with this environment and nothing of whoever runs the tests."""
    done = subprocess.run(  # noqa: S603 -- the templates' own steps, which are what is tested
        command,
        cwd=folder,
        env=clean_environment(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)

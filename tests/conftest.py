"""What holds for all tests: no server that they start tells a secret."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.secrecy import told

_POSTGRESQL: Final = Path(__file__).parents[1] / ".tools" / "postgresql"
"""Where scripts/postgresql remembers the folder of the server that it runs."""


@pytest.fixture(scope="session", autouse=True)
def no_log_tells_a_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After everything: no token, password, key or bearer header in what a gate, an OPA or a PostgreSQL wrote."""
    yield
    folders = [
        tmp_path_factory.getbasetemp(),
        *([Path(_POSTGRESQL.read_text().strip())] if _POSTGRESQL.exists() else []),
    ]
    logs = [log for folder in folders for log in folder.rglob("*.log") if log.is_file() and os.access(log, os.R_OK)]
    found = {log.name: secrets for log in logs if (secrets := told(log.read_text(errors="replace")))}
    assert not found, f"secrets in logs: {found}"

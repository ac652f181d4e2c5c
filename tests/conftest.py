"""What holds for all tests: no server that they start tells a secret."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

_TOKEN: Final = re.compile(r"cg_[0-9a-f]{16}_[A-Za-z0-9_-]{43}")
_URL_PASSWORD: Final = re.compile(r"://[^\s:/@]+:([^\s:/@…*]{4,})@")
_BEARER: Final = re.compile(r"(?i)bearer\s+[A-Za-z0-9._~+/=-]{16,}")


@pytest.fixture(scope="session", autouse=True)
def no_log_tells_a_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After everything: no token, password or bearer header in anything that a gate or an OPA wrote to its log."""
    yield
    logs = [log for log in tmp_path_factory.getbasetemp().rglob("*.log") if log.is_file() and os.access(log, os.R_OK)]
    told = {log.name: found for log in logs if (found := _secrets_in(log))}
    assert not told, f"secrets in logs: {told}"


def _secrets_in(log: Path) -> list[str]:
    text = log.read_text(errors="replace")
    return [found[0] for pattern in (_TOKEN, _URL_PASSWORD, _BEARER) for found in pattern.finditer(text)]

"""Empty databases of every kind, for whoever tests what only a real one can show."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import KINDS, empty_database


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    with empty_database(request.param, tmp_path) as address:
        yield address

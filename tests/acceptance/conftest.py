"""Gates that run for acceptance tests. `served_gate` is shared: ask it anything, but leave its policy alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.served import ServedGate, gate, serving


@pytest.fixture
def anyio_backend() -> str:
    """For tests that are coroutines."""
    return "asyncio"


@pytest.fixture(scope="session")
def served_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedGate]:
    """One gate with the default pack for all tests that only ask."""
    with _served(tmp_path_factory.mktemp("shared")) as served:
        yield served


@pytest.fixture(scope="module")
def own_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedGate]:
    """A gate for one module, which may commit to its policy."""
    with _served(tmp_path_factory.mktemp("own")) as served:
        yield served


@contextmanager
def _served(folder: Path) -> Iterator[ServedGate]:
    made = gate("init", str(folder / "policy"))
    assert made.status == 0, made.err
    with serving(folder / "policy", folder / "state") as served:
        yield served

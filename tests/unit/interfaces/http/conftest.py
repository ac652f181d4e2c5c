"""Tests of the HTTP interface's parts are coroutines where the parts are."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

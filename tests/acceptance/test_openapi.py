import asyncio
from contextlib import nullcontext

import pytest
import schemathesis
from hypothesis import settings, HealthCheck, Phase
from schemathesis.config import SchemathesisConfig, GenerationConfig, ProjectConfig

from gate.interfaces.http.app import create_app
from gate.settings import Settings
from tests.http_house import HttpHouse, _wired
from tests.unit.application.conftest import Bench


@pytest.fixture(scope="module")
def open_api():
    bench = asyncio.run(Bench().begun())
    gate = _wired(bench, lambda: ("r1", b"bundle"))
    app = create_app(lambda: nullcontext(gate), Settings(rate_per_second=1e6, rate_burst=1000000))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    schema.config.generation.update(max_examples=20, deterministic=True) if hasattr(schema.config.generation,'update') else None
    return schema

schema = schemathesis.pytest.from_fixture("open_api")

@schema.parametrize()
@settings(max_examples=30, derandomize=True, database=None, deadline=None)
def test_open(case):
    case.call_and_validate()

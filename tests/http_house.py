"""The house's gate over HTTP, without a network: the real app, asked in memory, on simulators.

async with HttpHouse.open() as house:
    answer = await house.ask(service="payments")
    token = await house.token("ci", "submit")
    answer = await house.http.get("/v1/policy", headers=bearer(token))
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Self

import httpx2
from fastapi import FastAPI

from gate.adapters.telemetry import PrometheusMeter
from gate.application.access import Access
from gate.application.activation import Activation
from gate.application.gate import Gate, PublishedBundle
from gate.application.intake import Intake
from gate.application.robots import RobotAccess
from gate.application.sign_in import SignIn
from gate.interfaces.http.app import create_app
from gate.ports import IdentityVerifier, SignInProvider
from gate.settings import Settings
from tests.builders import a_request
from tests.unit.application.conftest import Bench

URL = "http://gate.test"
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class HttpHouse:
    """A gate that was begun, its app, and a client of it."""

    bench: Bench
    gate: Gate
    app: FastAPI
    http: httpx2.AsyncClient

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        bench: Bench | None = None,
        published_bundle: PublishedBundle = lambda: None,
        verifier: IdentityVerifier | None = None,
        provider: SignInProvider | None = None,
        **settings: Any,
    ) -> AsyncIterator[Self]:
        """With the bench as it is, or a new one whose policy is active. Settings as named."""
        bench = bench or await Bench().begun()
        gate = wired(bench, published_bundle, verifier, provider)
        app = create_app(lambda: nullcontext(gate), Settings(**settings))
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url=URL) as http,
        ):
            yield cls(bench, gate, app, http)

    async def token(self, name: str = "ci", *scopes: Any, **more: Any) -> str:
        """A new token; it may submit where nothing else is said."""
        _, written = await self.gate.access.make(name, scopes or ("submit",), **more)
        return written

    async def ask(self, *, token: str | None = None, key: str | None = None, **fields: Any) -> httpx2.Response:
        """Submit a small deployment of payments into production, or what is said."""
        headers = bearer(token) | ({"Idempotency-Key": key} if key else {})
        return await self.http.post("/v1/changes", json=document(**fields), headers=headers)

    async def start(self, change_id: str, *, token: str | None = None) -> httpx2.Response:
        """Start a change."""
        return await self.http.post(f"/v1/changes/{change_id}/start", headers=bearer(token))


def wired(
    bench: Bench,
    published_bundle: PublishedBundle = lambda: None,
    verifier: IdentityVerifier | None = None,
    provider: SignInProvider | None = None,
) -> Gate:
    """What `Bench` is made of, with a meter that can be read over HTTP."""
    robots = RobotAccess(verifier, bench.active) if verifier else None
    meter = PrometheusMeter()
    meter.watch(lambda: bench.active.age_seconds(bench.clock.now_ns()), bench.engine.status)
    return Gate(
        active=bench.active,
        activation=Activation(bench.active, bench.repository, bench.engine, bench.store, bench.clock, meter),
        intake=Intake(bench.active, bench.engine, bench.store, bench.clock, bench.news, meter),
        access=Access(bench.store, bench.clock, robots),
        robots=robots,
        sign_in=SignIn(provider, bench.active) if provider else None,
        red_button=bench.red_button,
        glass_breaking=bench.glass_breaking,
        reminders=bench.reminders,
        watch=bench.watch,
        courier=bench.courier,
        engine=bench.engine,
        store=bench.store,
        clock=bench.clock,
        poll_seconds=3600,
        metrics=meter.exposition,
        published_bundle=published_bundle,
    )


def bearer(token: str | None) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def document(**fields: Any) -> dict[str, Any]:
    """A request as a pipeline sends it."""
    asked: dict[str, Any] = a_request().model_dump(mode="json", exclude_defaults=True)
    return asked | fields


def problem_in(answer: httpx2.Response, status: int, slug: str | None = None) -> Mapping[str, Any]:
    """The problem that an answer must be: its media type, its status inside and out, and what every problem says."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert all(problem[said] for said in ("title", "detail", "hint"))
    assert problem["type"] == (f"urn:change-gate:problem:{slug}" if slug else "about:blank")
    return problem

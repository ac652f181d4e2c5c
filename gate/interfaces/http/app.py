"""The HTTP interface, put together: routes by resource, problems, and the gate that answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from gate import __version__
from gate.application.gate import Gate
from gate.interfaces.http import problems
from gate.interfaces.http.routes import changes, decisions, health, policy

_DESCRIPTION = """Pipelines ask here before they deploy. Every decision is a 2xx with its outcome in the body; every
error is `application/problem+json` with a stable `type` and a hint."""


def create_app(open_gate: Callable[[], AbstractAsyncContextManager[Gate]]) -> FastAPI:
    """The ASGI app around a gate that opens when the app starts and closes when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_gate() as gate:
            app.state.gate = gate
            yield

    app = FastAPI(title="Change Gate", version=__version__, description=_DESCRIPTION, lifespan=lifespan)
    problems.install(app)
    for resource in (changes, decisions, policy, health):
        app.include_router(resource.router)
    return app

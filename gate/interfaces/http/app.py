"""The HTTP interface, put together: what every request passes through, routes by resource, the gate that answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from gate import __version__
from gate.application.gate import Gate
from gate.interfaces.http import documentation, problems
from gate.interfaces.http.body_limits import BodyLimits
from gate.interfaces.http.defects import Defects
from gate.interfaces.http.documented import DocumentedApp
from gate.interfaces.http.identification import Identification
from gate.interfaces.http.places import Places
from gate.interfaces.http.rate import Rate
from gate.interfaces.http.request_id import RequestId
from gate.interfaces.http.routes import (
    bypasses,
    calendar,
    calendar_feed,
    changes,
    decisions,
    freezes,
    health,
    hooks,
    metrics,
    pirs,
    policy,
)
from gate.interfaces.http.shares import Shares
from gate.interfaces.web import surroundings
from gate.interfaces.web.routes import PAGES
from gate.interfaces.web.visiting import Visiting
from gate.settings import Settings

RESOURCES: Final = (
    changes,
    decisions,
    calendar,
    calendar_feed,
    freezes,
    bypasses,
    pirs,
    policy,
    hooks,
    health,
    metrics,
)
_DESCRIPTION: Final = """Pipelines ask here before they deploy. Every decision is a 2xx with its outcome in the body;
every error is `application/problem+json` with a stable `type` and a hint."""


def create_app(open_gate: Callable[[], AbstractAsyncContextManager[Gate]], settings: Settings) -> FastAPI:
    """The ASGI app around a gate that opens when the app starts and closes when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_gate() as gate:
            app.state.gate = gate
            yield

    app = DocumentedApp(
        title="Change Gate",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.rate = Rate(settings.rate_per_second, settings.rate_burst)
    app.state.hook_secret = settings.hook_secret
    app.state.feeds = calendar_feed.Feeds()
    surroundings.keep_sessions(app, settings)
    _surround(app, settings)
    documentation.install(app)
    for part in (*RESOURCES, *PAGES):
        app.include_router(part.router)
    app.state.routes = [route for part in (*RESOURCES, *PAGES) for route in part.router.routes]
    return app


def _surround(app: FastAPI, settings: Settings) -> None:
    """What every request passes through: the last one added comes first."""
    problems.install(app)
    # (6) Only then is its body taken in.
    app.add_middleware(BodyLimits, size=settings.max_body_bytes, seconds=settings.body_seconds)
    # (5) And not more at once than is this caller's?
    app.add_middleware(Shares, at_once=settings.max_requests_per_caller, waiting=settings.max_waiting_per_caller)
    # (4) Who is asking, and not too often?
    app.add_middleware(Identification)
    app.add_middleware(Visiting)
    # (3) Is there a place for it?
    app.add_middleware(Places, at_once=settings.max_requests, waiting=settings.max_waiting)
    # (2) Whatever happens from here on, there is an answer,
    app.add_middleware(Defects)
    # a page for whoever asked for one,
    surroundings.surround(app)
    # (1) and a name for it.
    app.add_middleware(RequestId)


def _operation_id(route: APIRoute) -> str:
    """What generated clients call it: `changes_submit`."""
    return f"{route.tags[0]}_{route.name}"

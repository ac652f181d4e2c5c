"""What a route may take for granted: the gate, and a caller who may ask for this. Who asks, `identification` found."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from gate.application.gate import Gate
from gate.domain.access import Caller, Permission

# For the OpenAPI document alone: the token itself was read before.
_DOCUMENTED = HTTPBearer(
    scheme_name="token", auto_error=False, description="A token made by `gate token new`. An open gate needs none."
)


async def _gate(request: Request) -> Gate:
    # A coroutine although it awaits nothing: a plain function would be run on a thread, for each request.
    gate: Gate = request.app.state.gate
    return gate


TheGate = Annotated[Gate, Depends(_gate)]
"""The wired gate of this process."""


def permitted(*permissions: Permission) -> Any:
    """A dependency: the caller, who must have one of these permissions. ForbiddenError."""

    async def demand(request: Request, _: Annotated[object, Depends(_DOCUMENTED)]) -> Caller:
        caller: Caller = request.state.caller
        caller.demand(*permissions)
        return caller

    return Depends(demand)


Submitter = Annotated[Caller, permitted("submit")]
"""A caller who may ask for changes."""

Reader = Annotated[Caller, permitted("submit", "review", "audit", "admin")]
"""A caller who may look; at which changes, `Caller.demand_change` says."""

"""What a route may take for granted: the gate, and a caller who may ask for this. Who asks, `identification` found."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from gate.application.gate import Gate
from gate.domain.access import Caller, Permission


async def _gate(request: Request) -> Gate:
    # A coroutine although it awaits nothing: a plain function would be run on a thread, for each request.
    gate: Gate = request.app.state.gate
    return gate


TheGate = Annotated[Gate, Depends(_gate)]
"""The wired gate of this process."""


class Permitted(HTTPBearer):
    """A dependency: the caller, who must have one of these permissions. ForbiddenError.

    It is a bearer scheme for the OpenAPI document alone: the token itself was read before.
    """

    def __init__(self, *permissions: Permission) -> None:
        super().__init__(
            scheme_name="token",
            description="A token made by `gate token new`, or an identity token of an issuer that the gate trusts. "
            "An open gate needs none.",
        )
        self._permissions = permissions

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]  # what the header says is known
        """The caller whom `identification` found."""
        caller: Caller = request.state.caller
        caller.demand(*self._permissions)
        return caller


Submitter = Annotated[Caller, Depends(Permitted("submit"))]
"""A caller who may ask for changes."""

Freezer = Annotated[Caller, Depends(Permitted("freeze", "admin"))]
"""A caller who may press and thaw red buttons; of which scope, `Caller.demand_scope` says."""

Reviewer = Annotated[Caller, Depends(Permitted("review"))]
"""A caller who may answer pending steps."""

Reader = Annotated[Caller, Depends(Permitted("submit", "review", "freeze", "audit", "admin"))]
"""A caller who may look; at which changes, `Caller.demand_change` says."""

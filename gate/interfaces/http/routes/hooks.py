"""`/hooks`: word from outside that something changed. It is a hint to look, never data: nothing is taken from it."""

from typing import Final

from fastapi import APIRouter, Request

from gate.domain.errors import UnauthenticatedError
from gate.interfaces.http.caller import TheGate
from gate.interfaces.http.documented import ANY_POST, problems
from gate.interfaces.http.forge_signature import is_signed
from gate.interfaces.http.identification import address_of, demand_patience, identify
from gate.interfaces.policy_wire import LookingAnswer

router = APIRouter(prefix="/hooks", tags=["hooks"])

_HINT: Final = (
    "Let the forge sign with the secret of GATE_HOOK_SECRET (GitHub's `X-Hub-Signature-256`, GitLab's "
    "`X-Gitlab-Token`), or send `Authorization: Bearer cg_…` with any token."
)


@router.post(
    "/policy",
    status_code=202,
    response_description="It will look",
    responses=problems(*ANY_POST),
    openapi_extra={"security": [{"token": []}, {"github": []}, {"gitlab": []}]},
)
async def look(request: Request, gate: TheGate) -> LookingAnswer:
    """Look at the policy repository now. For pipelines with any token, and for forges with the secret of the hook."""
    await _demand_known(request)
    gate.look_now.set()
    return LookingAnswer()


async def _demand_known(request: Request) -> None:
    """UnauthenticatedError unless it is a caller of the gate, or a forge that knows the secret."""
    secret = request.app.state.hook_secret
    if secret is not None and is_signed(request.headers, await request.body(), secret.get_secret_value()):
        demand_patience(request, address_of(request))
        return
    try:
        await identify(request)
    except UnauthenticatedError as error:
        raise UnauthenticatedError(error.message, hint=_HINT) from error

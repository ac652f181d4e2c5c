"""`/v1/bypasses`: how the ways around the process stand, and what a new one would come to."""

from typing import Annotated

from fastapi import APIRouter

from gate.interfaces.bypass_wire import BypassAnswer, BypassAsk, BypassTrialAnswer
from gate.interfaces.http.body import body_as
from gate.interfaces.http.caller import Reader, TheGate
from gate.interfaces.http.documented import JSON_POST, problems, takes

router = APIRouter(prefix="/v1/bypasses", tags=["bypasses"])


@router.get("", response_description="The bypasses", responses=problems())
async def listed(caller: Reader, gate: TheGate) -> list[BypassAnswer]:
    """The bypasses of the active revision, by id: uses left, and whether a change can use them now.

    Told are those of changes that the token is for: at most 200, without those that expired longest ago.
    """
    return [BypassAnswer.of(standing) for standing in await gate.bypasses.standing(caller)]


@router.post(
    "/trial",
    response_description="What it would come to, for each open change that it names",
    responses=problems(*JSON_POST),
    openapi_extra=takes(BypassAsk),
)
async def tried(
    caller: Reader, ask: Annotated[BypassAsk, body_as(BypassAsk)], gate: TheGate
) -> list[BypassTrialAnswer]:
    """Try a bypass that is not in force: what it would let through, who may grant it, what speaks against it.

    It is judged by the active revision, as if somebody who may had just granted it. Nothing is recorded.
    """
    caller.demand_change(ask.change.service, ask.change.environment)
    return [BypassTrialAnswer.of(trial) for trial in await gate.bypasses.tried(ask.bypass(), ask.author)]

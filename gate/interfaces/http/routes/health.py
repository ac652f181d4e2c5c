"""`/healthz` and `/readyz`, for whoever keeps the gate running: they need no token, and wait in no queue."""

from fastapi import APIRouter, Response

from gate import __version__
from gate.interfaces.http.caller import TheGate
from gate.interfaces.policy_wire import HealthAnswer, ReadyAnswer

router = APIRouter(tags=["health"])


@router.get("/healthz", response_description="It lives")
async def alive() -> HealthAnswer:
    """Whether the process lives; nothing else is asked."""
    return HealthAnswer(version=__version__)


@router.get(
    "/readyz",
    response_model=ReadyAnswer,
    response_description="Ready",
    responses={503: {"model": ReadyAnswer, "description": "Not ready; `reasons` say why"}},
)
async def ready(gate: TheGate) -> Response:
    """Whether decisions can be made: policy loaded, engine at that revision, store writable."""
    reasons = await gate.readiness.reasons_against()
    policy = gate.active.policy
    answer = ReadyAnswer(
        ready=not reasons,
        revision=policy.revision if policy else None,
        engine_revision=gate.engine.status().revision,
        reasons=reasons,
    )
    return Response(answer.model_dump_json(), 200 if answer.ready else 503, media_type="application/json")

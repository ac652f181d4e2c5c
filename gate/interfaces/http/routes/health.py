"""`/healthz` and `/readyz`."""

from fastapi import APIRouter, Response

from gate import __version__
from gate.application.gate import Gate
from gate.domain.errors import StoreError
from gate.interfaces.http.caller import TheGate
from gate.interfaces.wire import HealthAnswer, ReadyAnswer

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> HealthAnswer:
    """Whether the process lives; nothing else is asked."""
    return HealthAnswer(version=__version__)


@router.get("/readyz", response_model=ReadyAnswer, responses={503: {"model": ReadyAnswer, "description": "Not ready"}})
async def ready(gate: TheGate) -> Response:
    """Whether decisions can be made: policy loaded, engine at that revision, store writable."""
    reasons = await _why_not(gate)
    policy = gate.active.policy
    answer = ReadyAnswer(
        ready=not reasons,
        revision=policy.revision if policy else None,
        engine_revision=gate.engine.status().revision,
        reasons=tuple(reasons),
    )
    return Response(answer.model_dump_json(), 200 if answer.ready else 503, media_type="application/json")


async def _why_not(gate: Gate) -> list[str]:
    reasons: list[str] = []
    policy, engine = gate.active.policy, gate.engine.status()
    if policy is None:
        reasons.append(f"no policy revision is active. {gate.active.trouble}".strip())
    elif engine.revision != policy.revision:
        reasons.append(f"the engine is at {engine.revision or 'no revision'}, the gate at {policy.revision}")
    try:
        await gate.store.ping()
    except StoreError as error:
        reasons.append(error.message)
    return reasons

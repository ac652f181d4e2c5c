"""`/metrics`, for Prometheus. No label tells who asked for what, so it needs no token."""

from fastapi import APIRouter, Response

from gate.interfaces.http.caller import TheGate

router = APIRouter(tags=["health"])

_EXPOSITION = {"description": "Prometheus' text format", "content": {"text/plain": {"schema": {"type": "string"}}}}


@router.get("/metrics", response_class=Response, responses={200: _EXPOSITION})
async def metrics(gate: TheGate) -> Response:
    """What was decided, how long each stage takes, how old the policy is, what was rejected, restarted and frozen."""
    return Response(gate.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

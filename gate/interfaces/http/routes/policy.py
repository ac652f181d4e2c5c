"""`/v1/policy`, and the bundle that a served OPA pulls. Word of a change comes in by `hooks`."""

from fastapi import APIRouter, Response

from gate.domain.errors import NoPolicyError, UnknownNameError
from gate.interfaces.http.caller import Reader, TheGate
from gate.interfaces.http.documented import Responses, problems
from gate.interfaces.http.entity_tags import IfNoneMatch, names
from gate.interfaces.policy_wire import PolicyAnswer

router = APIRouter(tags=["policy"])

_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "The policy revision, quoted"}}
_BUNDLE: Responses = {
    200: {
        "description": "A gzipped tar archive",
        "content": {"application/gzip": {"schema": {"type": "string", "format": "binary"}}},
        "headers": _ETAG,
    },
    304: {"description": "Not modified", "headers": _ETAG},
}


@router.get("/v1/policy", response_description="The policy in force", responses=problems())
async def in_force(_: Reader, gate: TheGate) -> PolicyAnswer:
    """The active revision, how fresh it is, and why a newer one was rejected."""
    active = gate.active
    if active.policy is None:
        raise active.rejected or NoPolicyError("no policy revision is active yet", hint=active.trouble)
    return PolicyAnswer.of(active.policy, active, gate.engine.status(), gate.clock.now_ns())


@router.get("/v1/bundles/gate.tar.gz", response_class=Response, responses=_BUNDLE | problems(404, 422))
async def bundle(_: Reader, gate: TheGate, if_none_match: IfNoneMatch = None) -> Response:
    """The bundle of the active revision, for an OPA that is served (`GATE_OPA_URL`)."""
    published = gate.published_bundle()
    if published is None:
        raise UnknownNameError(
            "this gate publishes no bundle", hint="Set GATE_OPA_URL to let a served OPA pull the policy from here."
        )
    revision, content = published
    headers = {"ETag": f'"{revision}"'}
    if if_none_match is not None and names(if_none_match, revision):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="application/gzip")

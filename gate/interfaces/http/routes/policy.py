"""`/v1/policy`, `/v1/bypasses`, the hook that says "look now", and the bundle that a served OPA pulls."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from gate.domain.errors import NoPolicyError, PolicyRejectedError, UnknownNameError
from gate.domain.instant import rfc3339
from gate.interfaces.http.caller import TheGate
from gate.interfaces.http.documented import Responses, problems
from gate.interfaces.wire import BypassAnswer, FindingAnswer, PolicyAnswer, policy_age_seconds

router = APIRouter(tags=["policy"])

_BUNDLE_ANSWERS: Responses = {
    200: {"description": "A gzipped tar archive", "content": {"application/gzip": {}}},
    304: {"description": "Not modified"},
}


@router.get("/v1/policy", responses=problems())
async def policy(gate: TheGate) -> PolicyAnswer:
    """The active revision, how fresh it is, and why a newer one was rejected."""
    active, now_ns = gate.active, gate.clock.now_ns()
    if active.policy is None:
        raise active.rejected or NoPolicyError("no policy revision is active yet", hint=active.trouble)
    engine = gate.engine.status()
    return PolicyAnswer(
        revision=active.policy.revision,
        committed_at=rfc3339(active.policy.committed_at_ns),
        confirmed_at=None if active.confirmed_at_ns is None else rfc3339(active.confirmed_at_ns),
        age_seconds=policy_age_seconds(active, now_ns),
        stale=active.is_stale(now_ns),
        trouble=active.trouble,
        rejected_revision=active.rejected.revision if active.rejected else None,
        findings=_findings(active.rejected),
        documents=active.policy.documents,
        services=len(active.policy.catalogue.services),
        windows=len(active.policy.calendar.windows),
        lanes=len(active.policy.lanes),
        bypasses=len(active.policy.bypasses),
        engine=engine.kind,
        engine_version=engine.version,
    )


@router.get("/v1/bypasses", responses=problems())
async def bypasses(gate: TheGate) -> list[BypassAnswer]:
    """The bypasses of the active revision, by id."""
    if gate.active.policy is None:
        raise NoPolicyError("no policy revision is active yet", hint=gate.active.trouble)
    return [BypassAnswer.of(bypass) for bypass in sorted(gate.active.policy.bypasses, key=lambda b: b.id)]


@router.post("/hooks/policy", status_code=202, responses=problems())
async def look_now(gate: TheGate) -> dict[str, str]:
    """A hint that the policy repository changed: the gate looks at once. Nothing is taken from the request."""
    gate.look_now.set()
    return {"status": "looking"}


@router.get(
    "/v1/bundles/gate.tar.gz",
    response_class=Response,
    responses=_BUNDLE_ANSWERS | problems(404),
)
async def bundle(gate: TheGate, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """The bundle of the active revision, for an OPA that is served (`GATE_OPA_URL`)."""
    published = gate.published_bundle()
    if published is None:
        raise UnknownNameError(
            "this gate publishes no bundle", hint="Set GATE_OPA_URL to let a served OPA pull the policy from here."
        )
    tag, content = published
    if if_none_match is not None and if_none_match.strip('W/"') == tag:
        return Response(status_code=304, headers={"ETag": f'"{tag}"'})
    return Response(content, headers={"ETag": f'"{tag}"'}, media_type="application/gzip")


def _findings(rejected: PolicyRejectedError | None) -> tuple[FindingAnswer, ...]:
    findings = rejected.findings[:100] if rejected else ()
    return tuple(FindingAnswer.model_validate(finding.model_dump(exclude={"severity"})) for finding in findings)

"""What a running gate says of its policy: the revision in force, how fresh it is, why a newer one was rejected."""

from collections.abc import Iterator, Sequence

from gate.domain.finding import Finding
from gate.interfaces.bypass_wire import BypassAnswer
from gate.interfaces.cli import span
from gate.interfaces.cli.lines import Line, count, line
from gate.interfaces.policy_wire import PolicyAnswer


def lines(policy: PolicyAnswer, bypasses: Sequence[BypassAnswer]) -> Iterator[Line]:
    """The answer as lines."""
    yield line(f"Revision {policy.revision}, committed {policy.committed_at}", "bold")
    yield line(_freshness(policy), "red" if policy.stale else "", indent=1)
    held = (
        f"{policy.documents} documents: {policy.services} services, {policy.windows} windows, "
        f"{policy.lanes} lanes, {policy.bypasses} bypasses"
    )
    yield line(held, indent=1)
    yield line(f"judged by OPA {policy.engine_version} ({policy.engine})", indent=1)
    if policy.trouble:
        yield line(f"last look failed: {policy.trouble}", "yellow", indent=1)
    yield from _rejection(policy)
    for bypass in bypasses:
        yield from _bypass(bypass)


def _freshness(policy: PolicyAnswer) -> str:
    if policy.age_seconds is None:
        return "never confirmed by its repository"
    stale = "; this is too long ago" if policy.stale else ""
    return f"confirmed by its repository {span.in_words(policy.age_seconds)} ago{stale}"


def _rejection(policy: PolicyAnswer) -> Iterator[Line]:
    if policy.rejected_revision:
        yield line(f"Revision {policy.rejected_revision} was rejected:", "red")
        yield from (line(str(Finding(**finding.model_dump())), indent=1) for finding in policy.findings)


def _bypass(bypass: BypassAnswer) -> Iterator[Line]:
    target = f"{bypass.service} into {bypass.environment}" + (f" at {bypass.commit[:12]}" if bypass.commit else "")
    yield line(f"Bypass {bypass.id}: {target} skips {', '.join(bypass.skip)}", "yellow")
    yield line(
        f"{bypass.state}; asked by {bypass.requested_by} ({bypass.ticket}), "
        f"{bypass.left} of {count(bypass.uses, 'use')} left, until {bypass.expires}",
        indent=1,
    )
    yield line(bypass.reason, indent=1)
    if bypass.state == "refused":
        yield from (line(reason.message, indent=1) for reason in bypass.reasons)

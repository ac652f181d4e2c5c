"""From a change, a policy set and the history to facts.

Selection by scope, time and graph is done here, over indexes, so that what Rego judges stays small and a decision
costs the same however large the house is. Pure: the clock was read and the store was asked before.
"""

from zoneinfo import ZoneInfo

from gate.domain.break_glass import BreakGlass, liftable
from gate.domain.bypass import AddedStep, Bypass
from gate.domain.calendar import Freeze, Window
from gate.domain.catalogue import Neighbour, Service
from gate.domain.change import Change, ChangeRequest
from gate.domain.conflict import conflicts, resources_contended, resources_near
from gate.domain.decision import Decision
from gate.domain.facts import (
    AddedStepFacts,
    BreakGlassFacts,
    BypassFacts,
    ChangeFacts,
    EnvironmentFacts,
    Facts,
    Impact,
    IncidentFacts,
    LocalMoment,
    NeedFacts,
    NeighbourFacts,
    ServiceFacts,
    WindowFacts,
)
from gate.domain.granting import grant_of
from gate.domain.history import History, HistoryQuestion
from gate.domain.instant import NANOSECOND_PER_SECOND, duration_ns, from_ns, to_ns
from gate.domain.plan import starts_ns, takes_ns
from gate.domain.policy_set import PolicySet
from gate.domain.prerequisites import NO_PREREQUISITES, Prerequisites
from gate.domain.recurrence import Span
from gate.domain.red_button import windows_of
from gate.domain.review_load import asked_so_far, group_facts
from gate.domain.scope import Subject

_HOUR_NS = 3600 * NANOSECOND_PER_SECOND


def question_for(
    change: Change, policy: PolicySet, at_ns: int, *, starting: bool = False, has_its_turn: bool = False
) -> HistoryQuestion:
    """What to ask the store before judging this change. UnknownNameError for a service nobody knows.

    `starting`: it is to start at this instant, whenever it was planned. `has_its_turn`: it holds its time already.
    """
    request = change.request
    service = policy.catalogue.service(request.service)
    start_ns = starts_ns(change, at_ns, starting=starting)
    return HistoryQuestion(
        change=change.id,
        environment=request.environment,
        team=service.owners,
        service=service.name,
        resources=resources_near(service, request, policy.catalogue, policy.process.dependency_depth),
        contended=resources_contended(service, request, policy.catalogue, policy.process),
        bypasses=tuple(bypass.id for bypass in policy.bypasses_for(request)),
        groups=_groups_to_ask(request, service, policy),
        at_ns=at_ns,
        start_ns=start_ns,
        end_ns=start_ns + takes_ns(request, service, policy.settings),
        in_line_since_ns=None if has_its_turn else change.in_line_since_ns,
    )


def gather(
    change: Change,
    policy: PolicySet,
    history: History,
    at_ns: int,
    *,
    last: Decision | None = None,
    starting: bool = False,
    prerequisites: Prerequisites = NO_PREREQUISITES,
) -> Facts:
    """The facts of one change at one instant. UnknownNameError for a service or environment nobody knows.

    `last`: the latest decision about it; None the first time.
    """
    request = change.request
    catalogue = policy.catalogue
    service = catalogue.service(request.service)
    environment = catalogue.environment(request.environment)
    depth = policy.process.dependency_depth
    dependencies = catalogue.dependencies(service.name, depth)
    dependents = catalogue.dependents(service.name, depth)
    subject = subject_of(request, service)
    start_ns = starts_ns(change, at_ns, starting=starting)
    end_ns = start_ns + takes_ns(request, service, policy.settings)
    return Facts(
        revision=policy.revision,
        at_ns=at_ns,
        sequence=1 if last is None else last.sequence + 1,
        valid_for_ns=duration_ns(policy.settings.pass_lifetime),
        local=_local_moment(start_ns, service.timezone),
        change=_change_facts(change, service, at_ns, start_ns),
        service=_service_facts(service, policy),
        environment=EnvironmentFacts(name=request.environment, production=environment.production),
        impact=Impact(depends_on=_neighbours(dependencies), dependents=_neighbours(dependents)),
        lanes=tuple(lane.name for lane in policy.lanes_for(subject)),
        windows=windows_between(policy, subject, start_ns, end_ns) + windows_of(history.freezes, subject, at_ns),
        conflicts=conflicts(service, request, dependencies, dependents, (*history.reservations, *history.queue)),
        prerequisites=prerequisites.named,
        circle=prerequisites.circle,
        evidence=request.evidence,
        approvals=history.approvals,
        asked=asked_so_far(last, at_ns),
        groups=tuple(group_facts(_groups_to_ask(request, service, policy), catalogue.groups, history.groups)),
        bypasses=_ways_around(request, policy, history),
        team_bypasses=history.team_bypasses,
        track_record=history.track_record,
        load=history.load,
        incidents=_incidents(policy, subject, at_ns),
    )


def _groups_to_ask(request: ChangeRequest, service: Service, policy: PolicySet) -> tuple[str, ...]:
    rules = policy.process.steps.values()
    needed = [needs for rule in rules for needs in rule.needs or ()]
    needed += [needs for bypass in policy.bypasses_for(request) for added in bypass.add for needs in added.needs]
    named = [name for needs in needed for name in (needs.group, *needs.or_groups)]
    named += [rule.escalate.to for rule in rules if rule.escalate]
    return tuple(sorted({service.group(name) for name in named}))


def subject_of(request: ChangeRequest, service: Service) -> Subject:
    """What scopes look at."""
    return service.subject(request.environment, request.kind, request.labels)


def _change_facts(change: Change, service: Service, at_ns: int, start_ns: int) -> ChangeFacts:
    request = change.request
    oldest = request.batch.oldest_commit_at
    return ChangeFacts(
        id=change.id,
        service=request.service,
        environment=request.environment,
        commit=request.commit,
        artifact=request.artifact,
        kind=request.kind,
        summary=request.summary,
        labels=request.labels,
        paths=request.paths,
        files=max(request.size.files, len(request.paths)),
        lines=request.size.lines,
        commits=request.batch.commits,
        batch_age_hours=0 if oldest is None else max(0, (at_ns - to_ns(oldest)) // _HOUR_NS),
        requester=change.requester,
        author=request.author,
        incident=request.incident,
        implementer=request.implementer,
        duration_ns=duration_ns(request.duration or service.duration),
        start_ns=start_ns,
        in_line_since_ns=change.in_line_since_ns,
        state="started" if change.state == "started" else "open",
    )


def _service_facts(service: Service, policy: PolicySet) -> ServiceFacts:
    return ServiceFacts(
        name=service.name,
        tier=service.tier,
        owners=service.owners,
        reviewers=service.reviewing_group,
        objective=service.objective,
        appetite=policy.catalogue.objectives[service.objective].appetite,
        exclusive=service.exclusive,
        labels=service.labels,
        timezone=service.timezone,
    )


def _local_moment(at_ns: int, zone: str) -> LocalMoment:
    local = from_ns(at_ns).astimezone(ZoneInfo(zone))
    return LocalMoment(weekday=local.isoweekday(), hour=local.hour, minute=local.minute)


def _neighbours(found: list[Neighbour]) -> tuple[NeighbourFacts, ...]:
    return tuple(NeighbourFacts(service=n.service, tier=n.tier, distance=n.distance) for n in found)


def windows_between(policy: PolicySet, subject: Subject, start_ns: int, end_ns: int) -> tuple[WindowFacts, ...]:
    """The freezes and advisories of the calendar that touch the time, and the openings that are now or next."""
    telling = policy.calendar.telling(subject, start_ns, end_ns)
    return tuple(_window_facts(window, span) for span, window in telling)


def _window_facts(window: Window, span: Span | None) -> WindowFacts:
    return WindowFacts(
        name=window.name,
        kind=window.kind.lower(),
        description=window.description,
        start_ns=None if span is None else span.start_ns,
        end_ns=None if span is None else span.end_ns,
        overrun=window.overrun,
        incident=window.incident if isinstance(window, Freeze) else None,
    )


def _ways_around(request: ChangeRequest, policy: PolicySet, history: History) -> tuple[BypassFacts, ...]:
    """Bypasses by id, then glasses: what somebody granted comes before what somebody took."""
    broken = {glass.id for glass in history.break_glasses}
    # The file that a broken glass is filed as, once it is merged, is the same way around, not a second one.
    granted = [bypass for bypass in policy.bypasses_for(request) if bypass.id not in broken]
    return (
        *(_bypass_facts(bypass, policy, history) for bypass in granted),
        *(_glass_facts(glass, policy, history) for glass in history.break_glasses),
    )


def _glass_facts(glass: BreakGlass, policy: PolicySet, history: History) -> BypassFacts:
    terms, allowed = policy.process.break_glass, liftable(policy.process)
    # A policy that lets it hold for less by now counts; one that lets it hold for longer does not.
    expires_ns = min(glass.expires_ns, glass.at_ns + duration_ns(terms.holds)) if terms else glass.expires_ns
    return BypassFacts(
        id=glass.id,
        skip=tuple(step for step in glass.lifts if step in allowed),
        add=(),
        reason=glass.reason,
        ticket=glass.incident,
        requested_by=glass.by,
        expires_ns=expires_ns,
        names_commit=True,
        uses=1,
        used=0,
        review_within_ns=glass.review_within_ns,
        taken=glass.id in history.bypasses_taken,
        grant=None,
        break_glass=BreakGlassFacts(
            by=glass.by,
            robot=policy.catalogue.is_robot(glass.by),
            at_ns=glass.at_ns,
            commit=glass.commit,
            artifact=glass.artifact,
        ),
    )


def _bypass_facts(bypass: Bypass, policy: PolicySet, history: History) -> BypassFacts:
    grant, lacking = grant_of(bypass, policy)
    return BypassFacts(
        id=bypass.id,
        skip=bypass.skip,
        add=tuple(map(_added_step, bypass.add)),
        reason=bypass.reason,
        ticket=bypass.ticket,
        requested_by=bypass.requested_by,
        expires_ns=bypass.expires_ns,
        review_within_ns=duration_ns(bypass.review_due),
        names_commit=bypass.change.commit is not None,
        uses=bypass.uses,
        used=history.bypass_uses.get(bypass.id, 0),
        taken=bypass.id in history.bypasses_taken,
        grant=grant,
        lacking=lacking,
    )


def _added_step(added: AddedStep) -> AddedStepFacts:
    needs = tuple(NeedFacts(**n.model_dump(exclude={"expires"})) for n in added.needs)
    return AddedStepFacts(step=added.step, needs=needs, description=added.description)


def _incidents(policy: PolicySet, subject: Subject, at_ns: int) -> tuple[IncidentFacts, ...]:
    return tuple(
        IncidentFacts(name=i.name, description=i.description, start_ns=i.spans.first.start_ns)
        for i in policy.calendar.incidents_open(subject, at_ns)
    )

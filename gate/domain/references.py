"""References between the files of a policy repository: a name that one file uses must be defined by another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import BaseModel

from gate.domain.break_glass import liftable
from gate.domain.bypass import NEVER_LIFTED, Bypass
from gate.domain.calendar import Incident, Window
from gate.domain.catalogue import Person, Service
from gate.domain.document import Document, Place
from gate.domain.finding import Finding
from gate.domain.naming import nearest
from gate.domain.process import BypassRight, Lane, Needs, Process
from gate.domain.robot_lint import robot_findings
from gate.domain.robots import Robot
from gate.domain.scope import Scope, Selector, is_glob
from gate.domain.signer_lint import signer_findings

Shelf = Mapping[str, Sequence[tuple[Document, BaseModel]]]
STEP_FOLDER = "rego/steps/"


def broken_references(by_kind: Shelf, modules: Mapping[str, str]) -> Iterator[Finding]:
    """Every name that leads nowhere, with file, line and what was probably meant."""
    names = _Names(by_kind, modules)
    for document, value in (entry for entries in by_kind.values() for entry in entries):
        yield from _of_any(document, value, names)
    yield from _addresses_claimed_twice(by_kind)
    yield from robot_findings(by_kind)
    yield from signer_findings(by_kind)


def _of_any(document: Document, value: BaseModel, names: "_Names") -> Iterator[Finding]:
    match value:
        case Service():
            yield from _of_service(document, value, names)
        case Process():
            yield from _of_process(document, value, names)
        case Bypass():
            yield from _of_bypass(document, value, names)
        case Robot():
            yield from _of_robot(document, value, names)
        case Lane():
            yield from _of_lane(document, value)
            yield from _of_scope(document, value.scope, names)
        case Window() | Incident():
            yield from _of_scope(document, value.scope, names)


class _Names:
    """What is defined."""

    def __init__(self, by_kind: Shelf, modules: Mapping[str, str]) -> None:
        self.services = {_name(value) for _, value in by_kind["Service"]}
        self.groups = {_name(value) for _, value in by_kind["Group"]}
        self.objectives = {_name(value) for _, value in by_kind["Objective"]}
        self.environments = {name for _, value in by_kind["Gate"] for name in getattr(value, "environments", {})}
        self.steps = {
            path.removeprefix(STEP_FOLDER).removesuffix(".rego")
            for path in modules
            if path.startswith(STEP_FOLDER) and not path.endswith("_test.rego")
        }
        self.demanded = {
            step for _, value in by_kind["Process"] if isinstance(value, Process) for step in value.named_steps()
        }


def _name(value: BaseModel) -> str:
    return str(getattr(value, "name", ""))


def _missing(what: str, name: str, known: set[str], document: Document, place: Place) -> Iterator[Finding]:
    if name not in known:
        yield Finding(
            message=f"no {what} is called {name!r}{nearest(name, known)}",
            path=document.path,
            line=document.line_of(place),
            field=".".join(str(part) for part in place),
        )


def _group(name: str, known: set[str], document: Document, place: Place) -> Iterator[Finding]:
    if not name.startswith("$service."):
        yield from _missing("group", name, known, document, place)


def _of_service(document: Document, service: Service, names: _Names) -> Iterator[Finding]:
    yield from _missing("group", service.owners, names.groups, document, ("owners",))
    if service.reviewers is not None:
        yield from _missing("group", service.reviewers, names.groups, document, ("reviewers",))
    yield from _missing("objective", service.objective, names.objectives, document, ("objective",))
    for position, name in enumerate(service.depends_on):
        yield from _missing("service", name, names.services, document, ("depends_on", position))
    for position, name in enumerate(service.environments):
        yield from _missing("environment", name, names.environments, document, ("environments", position))


def _of_robot(document: Document, robot: Robot, names: _Names) -> Iterator[Finding]:
    for field, what, named, known in (
        ("services", "service", robot.services, names.services),
        ("environments", "environment", robot.environments, names.environments),
        ("groups", "group", robot.groups, names.groups),
    ):
        for position, name in enumerate(named):
            yield from _missing(what, name, known, document, (field, position))


def _of_process(document: Document, process: Process, names: _Names) -> Iterator[Finding]:
    for part, lists in (("classes", process.classes), ("risk", process.risk)):
        for key, steps in lists.items():
            for position, step in enumerate(steps):
                yield from _missing("step", step, names.steps, document, (part, key, position))
    for step, rule in process.steps.items():
        yield from _missing("step", step, names.steps, document, ("steps", step))
        yield from _of_needs(rule.needs or (), names.groups, document, ("steps", step, "needs"))
        if rule.escalate is not None:
            yield from _group(rule.escalate.to, names.groups, document, ("steps", step, "escalate", "to"))
        if isinstance(rule.bypass, BypassRight):
            yield from _group(rule.bypass.by, names.groups, document, ("steps", step, "bypass", "by"))
            yield from _never_lifted(document, step)
    yield from _of_break_glass(document, process, names)
    for environment in process.evidence:
        if environment != "*":
            yield from _missing("environment", environment, names.environments, document, ("evidence", environment))


def _of_break_glass(document: Document, process: Process, names: _Names) -> Iterator[Finding]:
    terms = process.break_glass
    if terms is None:
        return
    yield from _group(terms.group, names.groups, document, ("break_glass", "group"))
    allowed = liftable(process)
    for position, step in enumerate(terms.lifts or ()):
        if step not in allowed:
            yield Finding(
                message=f"{step} is no step that can be bypassed",
                path=document.path,
                line=document.line_of(("break_glass", "lifts", position)),
                field=f"break_glass.lifts.{position}",
                hint=f"it lifts what a bypass could: {', '.join(_bypassable(process)) or 'nothing yet'}",
            )


def _bypassable(process: Process) -> Sequence[str]:
    rules = process.steps
    named = (step for step in process.named_steps() if step in rules and step not in NEVER_LIFTED)
    return [step for step in named if isinstance(rules[step].bypass, BypassRight)]


def _of_needs(several: Sequence[Needs], known: set[str], document: Document, place: Place) -> Iterator[Finding]:
    for position, needs in enumerate(several):
        # One alone may be written without a list around it.
        written = (*place, position) if (*place, position) in document.lines or len(several) > 1 else place
        yield from _group(needs.group, known, document, (*written, "group"))
        for place_of_other, name in enumerate(needs.or_groups):
            yield from _group(name, known, document, (*written, "or", place_of_other))


def _never_lifted(document: Document, step: str) -> Iterator[Finding]:
    if step in NEVER_LIFTED:
        yield Finding(
            message=f"{step} can never be bypassed",
            path=document.path,
            line=document.line_of(("steps", step, "bypass")),
            field=f"steps.{step}.bypass",
            hint="write `bypass: never`",
        )


def _of_lane(document: Document, lane: Lane) -> Iterator[Finding]:
    if not lane.scope.environments:
        yield Finding(
            message="a lane names the environments that it leads into",
            path=document.path,
            line=document.line_of(("scope",)),
            field="scope.environments",
            hint="a lane without them would lead everywhere",
        )


def _of_scope(document: Document, scope: Scope, names: _Names) -> Iterator[Finding]:
    """A name that nobody has would make a freeze that freezes nothing. What is a glob may match nothing yet."""
    selectors: list[tuple[Place, Selector | None]] = [(("scope",), scope), (("scope", "except"), scope.excluded)]
    for place, selector in selectors:
        if selector is not None:
            yield from _literals(
                "environment", selector.environments, names.environments, document, (*place, "environments")
            )
            yield from _literals("service", selector.services, names.services, document, (*place, "services"))
            yield from _literals("group", selector.owners, names.groups, document, (*place, "owners"))
            yield from _literals("objective", selector.objectives, names.objectives, document, (*place, "objectives"))


def _literals(
    what: str, patterns: Iterable[str], known: set[str], document: Document, place: Place
) -> Iterator[Finding]:
    for position, pattern in enumerate(patterns):
        if not is_glob(pattern):
            yield from _missing(what, pattern, known, document, (*place, position))


def _of_bypass(document: Document, bypass: Bypass, names: _Names) -> Iterator[Finding]:
    yield from _missing("service", bypass.change.service, names.services, document, ("change", "service"))
    yield from _missing(
        "environment", bypass.change.environment, names.environments, document, ("change", "environment")
    )
    for position, step in enumerate(bypass.skip):
        yield from _missing("step", step, names.demanded, document, ("skip", position))
    for position, added in enumerate(bypass.add):
        yield from _name_taken(document, added.step, names, position)
        yield from _of_needs(added.needs, names.groups, document, ("add", position, "needs"))


def _name_taken(document: Document, step: str, names: _Names, position: int) -> Iterator[Finding]:
    if step in names.steps | names.demanded:
        yield Finding(
            message=f"{step} is a step of the process",
            path=document.path,
            line=document.line_of(("add", position, "step")),
            field=f"add.{position}.step",
            hint="give the one-time step a name of its own",
        )


def _addresses_claimed_twice(by_kind: Shelf) -> Iterator[Finding]:
    """An address shows who granted a bypass, so it belongs to one person."""
    owners: dict[str, str] = {}
    for document, person in by_kind["Person"]:
        if not isinstance(person, Person):
            continue
        for position, email in enumerate(person.emails):
            if (owner := owners.setdefault(email.lower(), person.name)) != person.name:
                yield Finding(
                    message=f"{email} is an address of {owner} already",
                    path=document.path,
                    line=document.line_of(("emails", position)),
                    field=f"emails.{position}",
                )

"""A policy revision, understood: documents become values, references between files are checked, indexes are built.

Parsing YAML and reading git happen in the policy_repo adapter; compiling and testing the Rego happens in the engine.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from gate.domain.bundle import Bundle
from gate.domain.bypass import Bypass, Origin
from gate.domain.bypass_lint import hollow_reasons
from gate.domain.calendar import Advisory, Calendar, Freeze, Incident, Maintenance, Window
from gate.domain.calendar_lint import Lint, lint
from gate.domain.case import Case, CaseTable
from gate.domain.catalogue import Catalogue, Group, Objective, Person, Service
from gate.domain.change import ChangeRequest
from gate.domain.document import Document, Place
from gate.domain.errors import PolicyRejectedError
from gate.domain.extent import globs_of, oversized
from gate.domain.finding import Finding
from gate.domain.naming import nearest
from gate.domain.process import GateSettings, Lane, Process, RiskModel
from gate.domain.references import broken_references
from gate.domain.robots import Robot, Robots, joined
from gate.domain.scope import Subject, make_ready
from gate.domain.scope_index import ScopeIndex

KINDS: Final[Mapping[str, type[BaseModel]]] = {
    "Gate": GateSettings,
    "Process": Process,
    "Risk": RiskModel,
    "Objective": Objective,
    "Group": Group,
    "Person": Person,
    "Robot": Robot,
    "Service": Service,
    "Freeze": Freeze,
    "Maintenance": Maintenance,
    "Advisory": Advisory,
    "Incident": Incident,
    "Lane": Lane,
    "Bypass": Bypass,
    "Cases": CaseTable,
}
"""Every kind of document that a policy repository may hold."""

_ONCE: Final = ("Gate", "Process", "Risk")
_SHOWN: Final = 100
_MOST_BROKEN: Final = 500
"""References; nobody reads on, and finding out what was meant takes time."""
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Understood:
    """A document and the value it became, or the findings why it became none. Depends on the document alone."""

    document: Document
    value: BaseModel | None
    findings: tuple[Finding, ...] = ()


def understand(document: Document) -> Understood:
    """Validate one document by its kind."""
    model = KINDS.get(document.kind)
    if model is None:
        return Understood(document, None, (_unknown_kind(document),))
    try:
        return Understood(document, model.model_validate(dict(document.fields)))
    except ValidationError as error:
        return Understood(document, None, tuple(_findings(document, error)))


def _unknown_kind(document: Document) -> Finding:
    named = document.kind[:_SHOWN]
    message = (
        f"{named!r} is no kind of document{nearest(named, KINDS)}" if named else "the document does not say its kind"
    )
    hint = f"kinds are {', '.join(KINDS)}"
    return Finding(message=message, path=document.path, line=document.line_of(("kind",)), field="kind", hint=hint)


def _findings(document: Document, error: ValidationError) -> Iterator[Finding]:
    details = error.errors(include_url=False, include_context=False)
    for detail in details:
        if detail["type"] == "too_short" and any(_is_within(other["loc"], detail["loc"]) for other in details):
            continue  # a list is short only of what is wrong in it
        place = _written_place(document.fields, detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        if not place:
            # What is wrong with a document as a whole begins with the field that it shows in.
            named, _, rest = message.partition(": ")
            place, message = ((named,), rest) if named in KINDS[document.kind].model_fields else ((), message)
        hint = ""
        if detail["type"] == "extra_forbidden":
            message = f"is not a field of {document.kind}"
            hint = "fields are spelt exactly; see the policy reference"
        name = ".".join(str(part) for part in place)
        yield Finding(message=message, path=document.path, line=document.line_of(place), field=name, hint=hint)


def _is_within(place: Place, around: Place) -> bool:
    return len(place) > len(around) and place[: len(around)] == around


def _written_place(node: Any, told: Place) -> Place:
    """Where it is written: pydantic also names the choices that it tried (`BypassRight`), and marks keys as such."""
    place: list[str | int] = []
    for part in told:
        if _holds(node, part):
            place.append(part)
            node = node[part]
        elif isinstance(node, dict) and part is told[-1] and part != "[key]":
            place.append(part)  # a field that is not there
    return tuple(place)


def _holds(node: Any, part: str | int) -> bool:
    return part in range(len(node)) if isinstance(node, list) else isinstance(node, dict) and part in node


@dataclass(frozen=True)
class PolicySet:
    """Everything that holds at one commit of the policy repository. Immutable, safe to share between questions."""

    revision: str
    committed_at_ns: int
    settings: GateSettings
    process: Process
    risk: RiskModel
    catalogue: Catalogue
    calendar: Calendar
    lanes: tuple[Lane, ...]
    bypasses: tuple[Bypass, ...]
    robots: Robots
    """Pipelines that ask with identity tokens."""
    origins: Mapping[str, Origin]
    """Bypass id → the commit that brought it."""
    cases: tuple[tuple[str, Case], ...]
    """Path and case."""
    modules: Mapping[str, str]
    """Path → Rego source, tests included."""
    documents: int
    lint: Lint = field(default_factory=Lint)
    doubts: tuple[Finding, ...] = ()
    """What may be wrong with its bypasses."""
    bypass_documents: Mapping[str, Document] = field(default_factory=dict)
    """Bypass id → where it is written."""

    def make_ready(self) -> None:
        """Work out now what every decision rests on: for a large house it takes seconds, and nobody waits yet."""
        _ = (self.bundle, self._lane_index, self._bypasses_by_target)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What may be wrong with it; it holds all the same. With thousands of windows it takes a while to find out."""
        return (*self.lint.warnings, *self.doubts)

    def lanes_for(self, subject: Subject) -> list[Lane]:
        """The lanes whose scope matches."""
        return self._lane_index.matching(subject)

    def bypasses_for(self, request: ChangeRequest) -> list[Bypass]:
        """The bypasses that name this change, by id."""
        candidates = self._bypasses_by_target.get((request.service, request.environment), [])
        return [b for b in candidates if b.is_for(request.service, request.environment, request.commit)]

    def with_bypasses(self, bypasses: Sequence[Bypass], origins: Mapping[str, Origin]) -> "PolicySet":
        """The same revision, were these bypasses in it as well."""
        if not bypasses:
            return self
        return replace(self, bypasses=(*self.bypasses, *bypasses), origins={**self.origins, **origins})

    def without_bypass(self, bypass: str) -> "PolicySet":
        """The same revision, were there no bypass of that id."""
        kept = tuple(each for each in self.bypasses if each.id != bypass)
        origins = {name: origin for name, origin in self.origins.items() if name != bypass}
        return replace(self, bypasses=kept, origins=origins)

    @cached_property
    def bundle(self) -> Bundle:
        """What the engine loads."""
        data: dict[str, Any] = {
            # Keys are long, and none of Rego's business.
            "settings": {name: said for name, said in _plain(self.settings).items() if name != "signers"},
            "process": _plain(self.process),
            "risk": _plain(self.risk),
            "groups": {name: _plain(group) for name, group in self.catalogue.groups.items()},
            "objectives": {name: _plain(objective) for name, objective in self.catalogue.objectives.items()},
            "robots": sorted(
                {name for name, person in self.catalogue.people.items() if person.robot}
                | {robot.name for robot in self.robots.all}
            ),
            "lanes": {lane.name: _plain(lane) for lane in self.lanes},
        }
        return Bundle(self.revision, self.modules, data)

    @cached_property
    def _lane_index(self) -> ScopeIndex[Lane]:
        return ScopeIndex((lane.scope, lane) for lane in self.lanes)

    @cached_property
    def _bypasses_by_target(self) -> dict[tuple[str, str], list[Bypass]]:
        found: dict[tuple[str, str], list[Bypass]] = {}
        for bypass in sorted(self.bypasses, key=lambda b: b.id):
            found.setdefault((bypass.change.service, bypass.change.environment), []).append(bypass)
        return found


def _plain(value: BaseModel) -> dict[str, Any]:
    return value.model_dump(mode="json", by_alias=True, exclude={"kind"})


def assemble(
    revision: str,
    committed_at_ns: int,
    understood: Iterable[Understood],
    modules: Mapping[str, str],
    origins: Mapping[str, Origin],
) -> PolicySet:
    """Put a revision together. `origins` is by path. PolicyRejectedError with every finding, not only the first."""
    parts = tuple(understood)
    shelves = _Shelves(parts)
    findings = [finding for part in parts for finding in part.findings]
    findings += [*shelves.missing(), *shelves.repeated()]
    if not findings:
        broken = broken_references(shelves.by_kind, modules)
        findings = list(oversized(shelves.by_kind, modules)) or list(islice(broken, _MOST_BROKEN))
    if findings:
        raise PolicyRejectedError(revision, findings)
    policy = shelves.policy_set(revision, committed_at_ns, modules, origins)
    found = lint(shelves.windows(), policy.catalogue, policy.settings, committed_at_ns)
    if found.errors:
        raise PolicyRejectedError(revision, found.errors)
    doubts = tuple(islice(hollow_reasons(shelves.bypasses(), policy.process.bypass), _MOST_BROKEN))
    policy = replace(policy, lint=found, doubts=doubts)
    policy.make_ready()
    return policy


class _Shelves:
    """The understood documents by kind."""

    def __init__(self, parts: Sequence[Understood]) -> None:
        self._parts = parts
        self.by_kind: dict[str, list[tuple[Document, BaseModel]]] = {kind: [] for kind in KINDS}
        for part in parts:
            if part.value is not None:
                self.by_kind[part.document.kind].append((part.document, part.value))

    def missing(self) -> Iterator[Finding]:
        """A repository without one of these judges nothing, and nothing judged never passes."""
        named = Counter(part.document.kind for part in self._parts)
        for kind in _ONCE:
            if named[kind] == 0:
                hint = "start from the default pack with `gate init`"
                yield Finding(message=f"there is no document of kind {kind}", hint=hint)

    def repeated(self) -> Iterator[Finding]:
        """Two documents that claim one name: neither may win by file order."""
        for kind, entries in self.by_kind.items():
            first: dict[str, Document] = {}
            for document, value in entries:
                name = "" if kind in _ONCE else _name_of(value)
                if kind == "Cases" or first.setdefault(name, document) is document:
                    continue
                other = first[name]
                message = f"a second {kind}{f' called {name!r}' if name else ''}; the first is in {other.path}"
                yield Finding(message=message, path=document.path, line=document.line_of(("name",)), field="name")

    def windows(self) -> list[tuple[Document, Window]]:
        """Every window with its document."""
        entries = (entry for kind in ("Freeze", "Maintenance", "Advisory") for entry in self.by_kind[kind])
        return [(document, value) for document, value in entries if isinstance(value, Window)]

    def bypasses(self) -> list[tuple[Document, Bypass]]:
        """Every bypass with its document."""
        return [(document, value) for document, value in self.by_kind["Bypass"] if isinstance(value, Bypass)]

    def policy_set(
        self, revision: str, committed_at_ns: int, modules: Mapping[str, str], origins: Mapping[str, Origin]
    ) -> PolicySet:
        """The set, once nothing is wrong with it."""
        settings = self._values("Gate", GateSettings)[0]
        robots = self._values("Robot", Robot)
        make_ready(globs_of(part.value for part in self._parts if part.value is not None))
        return PolicySet(
            revision=revision,
            committed_at_ns=committed_at_ns,
            settings=settings,
            process=self._values("Process", Process)[0],
            risk=self._values("Risk", RiskModel)[0],
            catalogue=Catalogue(
                self._values("Service", Service),
                joined(self._values("Group", Group), robots),
                self._values("Person", Person),
                self._values("Objective", Objective),
                settings.environments,
            ),
            calendar=Calendar([window for _, window in self.windows()], self._values("Incident", Incident)),
            lanes=tuple(sorted(self._values("Lane", Lane), key=lambda lane: lane.name)),
            bypasses=tuple(self._values("Bypass", Bypass)),
            robots=Robots(robots, self._values("Person", Person)),
            origins={
                value.id: origins[document.path]
                for document, value in self.by_kind["Bypass"]
                if isinstance(value, Bypass) and document.path in origins
            },
            cases=tuple(
                (document.path, case)
                for document, table in self.by_kind["Cases"]
                if isinstance(table, CaseTable)
                for case in table.cases
            ),
            modules=dict(modules),
            documents=len(self._parts),
            bypass_documents={bypass.id: document for document, bypass in self.bypasses()},
        )

    def _values(self, kind: str, model: type[M]) -> list[M]:
        return [value for _, value in self.by_kind[kind] if isinstance(value, model)]


def _name_of(value: BaseModel) -> str:
    return str(getattr(value, "name", None) or getattr(value, "id", ""))

"""The OpenAPI document is exact: whatever is sent, the answer is one that it names, and never a 5xx.

Schemathesis derives requests from the document: its examples, the edges of every schema, random ones both valid and
not, and chains of them. The seed is fixed, so that a run can be repeated.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.routing import APIRoute
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import CheckFailureInfo

from gate.application.news import News
from gate.domain.access import EVERYTHING
from gate.interfaces.http.app import RESOURCES, create_app
from gate.settings import Settings
from tests.builders import MINUTE
from tests.house import FILES, Files, a_bypass, a_freeze
from tests.http_house import PROBLEM, bearer, wired
from tests.unit.application.conftest import Bench

# A request of many thousand characters is what a test of limits is for.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

T = TypeVar("T")
EXAMPLES: Final = 40
"""Random requests an operation; those at the edges come on top."""
_SENT: Final = re.compile(r" -d '(.*?)' http", re.DOTALL)
SERVICES: Final = ("payments", "ledger", "checkout", "status-page")


def app_of(bench: Bench) -> FastAPI:
    gate = wired(bench, lambda: ("r1", b"bundle"))
    return create_app(lambda: nullcontext(gate), Settings(rate_per_second=100_000, rate_burst=100_000))


DOCUMENT: Final[Mapping[str, Any]] = app_of(Bench()).openapi()
OPERATIONS: Final = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


# What is sent, and what comes back


@dataclass
class Run:
    """What came back."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def keep(self, scenario: events.ScenarioFinished) -> None:
        recorder = scenario.recorder
        for case_id, interaction in recorder.interactions.items():
            if interaction.response is not None:
                label = recorder.cases[case_id].value.operation.label
                self.answers[label, interaction.response.status_code] += 1
        for checks in recorder.checks.values():
            for check in checks:
                if check.failure_info is not None and not _is_valid_after_all(check.failure_info):
                    failure = check.failure_info
                    self.failures.append(f"{check.name}: {failure.failure.message}\n{failure.code_sample[:2000]}")


def _is_valid_after_all(failure: CheckFailureInfo) -> bool:
    """Schemathesis counts a body of random bytes as invalid, although at times they are a whole, valid document."""
    sent = _SENT.search(failure.code_sample)
    return "invalid syntax: random bytes" in failure.failure.message and sent is not None and is_json(sent[1])


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def run(app: FastAPI, known: Mapping[str, Any], headers: Mapping[str, str]) -> Run:
    """Send what Schemathesis makes of the document."""
    schema = schemathesis.openapi.from_dict(narrowed(known), config=SchemathesisConfig(seed=1))
    schema.app = app
    schema.config.headers = dict(headers)
    generation = schema.config.generation
    generation.max_examples, generation.deterministic = EXAMPLES, True
    generation.allow_x00 = False  # no schema can say that texts have no NUL; `test_bad_input` has it
    # An invalid request may be so long that nobody reads it.
    schema.config.checks.negative_data_rejection.expected_statuses = ["400", "401", "404", "405", "413", "415", "422"]
    seen = Run()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            seen.keep(event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            pytest.fail(f"Schemathesis failed: {event!r}")
    return seen


def narrowed(known: Mapping[str, Any]) -> dict[str, Any]:
    """The document, with names that this gate knows, so that a valid request is one that is answered with a 2xx."""
    document = deepcopy(dict(DOCUMENT))
    asks = ("ChangeAsk", "PlanAsk", "AnswerAsk", "CommentAsk", "BreakGlassAsk", "PirAsk", "BypassAsk", "FreezeAsk")
    for ask in (*asks, "ThawAsk"):
        asked = document["components"]["schemas"][ask]["properties"]
        told = {name: known.get(f"{ask} {name}", known.get(name)) for name in asked}
        asked |= {name: {"enum": values} for name, values in told.items() if values is not None}
    for ask in ("AnswerAsk", "CommentAsk", "BreakGlassAsk", "PirAsk"):
        if f"{ask} by" in known:  # an open gate wants to know
            document["components"]["schemas"][ask]["required"].append("by")
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in known and path != "/v1/changes":  # a list that finds nothing is a 2xx, too
                    values = {"enum": [value for value in known[parameter["name"]] if value is not None]}
                    is_id = parameter["in"] == "path"  # one that nobody knows is 404, and that is documented
                    parameter["schema"] = {"anyOf": [values, parameter["schema"]]} if is_id else values
                if names := known.get(f"{path} {parameter['name']}"):
                    parameter["schema"] = {"enum": names}
    return document


class HurriedNews(News):
    """News that nobody waits for: the whole minute of a long poll is over at once."""

    async def when(
        self,
        change_id: str,
        look: Callable[[], Awaitable[T]],
        is_enough: Callable[[T], bool],
        seconds: float,  # noqa: ARG002 -- what is left out
    ) -> T:
        return await super().when(change_id, look, is_enough, 0)


async def lived_in() -> tuple[Bench, Mapping[str, Any]]:
    """A house in which something has happened, and what there is to ask it about."""
    bench = await Bench().begun()
    bench.news = HurriedNews()
    glass = {"break_glass": {"group": "team-payments", "min_reason_words": 1}}
    files: Files = {
        "calendar/x.yaml": [a_freeze()],
        "bypasses/x.yaml": [a_bypass(uses=3)],
        "process.yaml": [{**FILES["process.yaml"][0], **glass}],
    }
    await bench.merge("a freeze and two ways around", files)
    broken = (await bench.submit(service="ledger", run="on fire")).change
    owing = (await bench.started(run="owing")).change.id
    await bench.intake.finish(owing, "succeeded")
    changes = [await bench.submit(service=service, environment="staging") for service in SERVICES]
    changes += [await bench.submit(service=service, run="later") for service in SERVICES]
    changes.append(await bench.submit(run="failed", evidence=[{"kind": "tests", "status": "failed"}]))
    changes.append(await bench.submit(run="risky", environment="staging", labels={"risk": "high"}))
    await bench.intake.start(changes[0].change.id)
    bench.clock.advance(MINUTE)
    ids = [stored.change.id for stored in changes]
    known = {
        "service": list(SERVICES),
        "environment": ["production", "staging"],
        "duration": [None, "PT5M", "P30D"],  # no schema can say how long a duration may be
        "at": ["2026-11-02T10:00:00Z", "1970-01-01T00:00:00+14:00", "2200-12-31T23:59:59.999999999-12:00"],
        "from": ["2026-11-02T10:00:00Z", "1970-01-01T00:00:00+14:00", "2200-12-31T23:59:59.999999999-12:00"],
        # Nor what has been asked for already, and what can be planned.
        "depends_on": [[], [ids[-1]], [f"ledger@{'a' * 40}"]],
        "planned_start": [None, "2026-11-03T10:00:00Z"],
        # No schema can say what is printable, how many words there are, or what is still to come.
        "reason": ["Card payments are charged twice", "żółw is on fire"],
        "scope": [{}, {"environments": ["staging"], "services": ["pay*"], "except": {"services": ["ledger"]}}],
        "until": [None, "2026-12-01T00:00:00Z"],
        "freeze_id": [(await bench.press(scope={"services": ["ledger"]})).id, (await bench.press()).id],
        "BypassAsk change": [{"service": "payments", "environment": "production"}],
        "BypassAsk skip": [["freeze"], ["freeze", "peer_review"]],
        "BypassAsk add": [[]],  # the house's policy knows no one-time steps
        "BypassAsk reason": None,
        "BypassAsk expires": ["2026-11-02T20:00:00Z", "2026-11-02T10:00:00+01:00"],
        "BypassAsk review_due": ["P5D", "PT1H"],
        "AnswerAsk step": ["peer_review"],
        "AnswerAsk by": ["jan"],
        "PirAsk by": ["jan"],
        "BreakGlassAsk by": ["jan"],
        "BreakGlassAsk commit": [None, broken.request.commit],
        "BreakGlassAsk artifact": [None],
        "/v1/changes/{change_id}/break-glass change_id": [broken.id],
        "CommentAsk by": ["jan"],
        "/v1/calendar/slots from": ["2026-11-02T10:00:00Z", "1970-01-01T00:00:00+14:00"],
        "/v1/changes/{change_id}/pir change_id": [owing],
        "AnswerAsk commit": [None, changes[-1].change.request.commit],
        "AnswerAsk artifact": [None],
        "/v1/changes/{change_id}/approvals change_id": [ids[-1]],  # what waits for people
        "change_id": ids,
        "decision_id": [f"{change_id}.1" for change_id in ids],
    }
    return bench, known


async def token_for(bench: Bench) -> str:
    _, written = await wired(bench).access.make("ci", EVERYTHING, person="jan")
    return written


@pytest.fixture(scope="module", params=["open", "token"])
def answered(request: pytest.FixtureRequest) -> Run:
    """A run against a gate that is open, and one with a token against a gate that is not."""
    bench, known = asyncio.run(lived_in())
    if request.param == "open":
        return run(app_of(bench), known, {})
    asks = ("AnswerAsk", "CommentAsk", "BreakGlassAsk", "PirAsk")
    unsaid = {f"{ask} by" for ask in asks}  # a token shows it
    shown = {name: values for name, values in known.items() if name not in unsaid}
    return run(app_of(bench), shown, bearer(asyncio.run(token_for(bench))))


def test_every_answer_is_as_documented(answered: Run) -> None:
    assert not answered.failures, "\n\n".join(answered.failures)


def test_no_request_makes_the_gate_fail(answered: Run) -> None:
    assert not [asked for asked in answered.answers if asked[1] >= 500]


def test_every_operation_was_asked_and_answered_well(answered: Run) -> None:
    well = {label for label, status in answered.answers if status < 300}
    assert well == set(OPERATIONS)
    assert sum(answered.answers.values()) > 500


def test_refusals_were_tried_too(answered: Run) -> None:
    assert {400, 404, 405, 409, 413, 415, 422} <= {status for _, status in answered.answers}


# The document itself


def leaves(value: Any, name: str) -> Iterator[Any]:
    """Every value of that name, however deep."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key == name:
                yield child
            yield from leaves(child, name)
    elif isinstance(value, list):
        for child in value:
            yield from leaves(child, name)


def test_every_route_is_documented() -> None:
    routes = [route for resource in RESOURCES for route in resource.router.routes if isinstance(route, APIRoute)]
    assert {f"{method} {route.path}" for route in routes for method in route.methods or ()} == set(OPERATIONS)


def test_every_reference_leads_somewhere() -> None:
    there = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(leaves(DOCUMENT, "$ref")) <= there


def test_nothing_is_left_of_what_the_framework_would_have_answered() -> None:
    assert "ValidationError" not in str(DOCUMENT)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_refusal_is_a_problem(name: str) -> None:
    for status, answer in OPERATIONS[name]["responses"].items():
        if int(status) >= 400 and name != "GET /readyz":
            assert list(answer["content"]) == [PROBLEM]
            assert answer["content"][PROBLEM]["schema"]["$ref"].endswith("/Problem")


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_has_the_name_of_its_request(name: str) -> None:
    assert all("X-Request-ID" in answer["headers"] for answer in OPERATIONS[name]["responses"].values())


@pytest.mark.parametrize("name", OPERATIONS)
def test_who_needs_a_token_is_told(name: str) -> None:
    operation = OPERATIONS[name]
    if " /v1/" in name:
        assert operation["security"] == [{"token": []}, {}]
        assert {"401", "403", "429", "503"} <= set(operation["responses"])
    elif " /hooks/" in name:
        assert operation["security"] == [{"token": []}, {"github": []}, {"gitlab": []}, {}]
    else:
        assert "security" not in operation
    assert set(leaves(operation.get("security", []), "name")) <= set(DOCUMENT["components"]["securitySchemes"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_explains_itself(name: str) -> None:
    operation = OPERATIONS[name]
    assert len(operation["description"]) > 20
    assert operation["operationId"].islower()
    assert all(answer["description"] != "Successful Response" for answer in operation["responses"].values())


def test_identifiers_and_keys_have_their_form() -> None:
    parameters = [each for operation in OPERATIONS.values() for each in operation.get("parameters", ())]
    forms = {each["name"]: str(each["schema"]) for each in parameters}
    identifiers = {"change_id", "decision_id", "freeze_id", "Idempotency-Key", "before"}
    names = {"service", "environment", "kind", "requester", "text"}
    assert set(forms) == {
        *identifiers,
        *names,
        *("state", "outcome", "limit"),
        *("wait", "holding", "overdue", "If-None-Match", "at", "from", "duration", "count", "days"),
    }
    assert all("pattern" in forms[name] for name in identifiers | names)
    assert all("date-time" in forms[name] for name in ("at", "from"))

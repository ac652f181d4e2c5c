"""An OPA that somebody else runs: behind, away, back again. A real one that pulls bundles is in tests/contract."""

import asyncio
import contextlib
import io
import json
import tarfile
from collections.abc import AsyncIterator

import pytest

from gate.adapters.opa.limits import Limits
from gate.adapters.opa.served import ServedEngine
from gate.domain.errors import AssessmentError, CallerError, EngineBehindError, EngineError
from tests.adapters.opa.conftest import ScriptedOpa, http
from tests.contract import policies
from tests.contract.facts import facts_at
from tests.simulators.policy_engine import PolicyEngineSimulator

pytestmark = pytest.mark.anyio

OLD, NEW = "0" * 40, "1" * 40


class ServedOpa:
    """An OPA that holds a revision, or none, when a test says so."""

    def __init__(self) -> None:
        self.revision: str | None = None
        self.judges = True
        self.scripted = ScriptedOpa(self._answer)

    def _answer(self, request: str) -> bytes:
        if self.revision is None:
            return http({})
        if "/policy/revision" in request:
            return http({"result": self.revision, "provenance": {"version": "1.21.4"}})
        if not self.judges:
            return http({})
        facts = json.loads(request.rsplit("\r\n\r\n", 1)[1])["input"]
        return http({"result": {**policies.assessed(facts), "revision": self.revision}})


@contextlib.asynccontextmanager
async def served(opa: ServedOpa, settle_s: float = 0) -> AsyncIterator[ServedEngine]:
    """The engine of a gate that has been up for a while: OLD was active first, NEW is prepared."""
    async with opa.scripted.listening() as port:
        checker = PolicyEngineSimulator(policies.meaning)
        limits = Limits(answer_s=10)
        engine = ServedEngine(f"http://127.0.0.1:{port}", checker, token="t", limits=limits, settle_s=settle_s)  # noqa: S106 -- of this OPA
        try:
            await engine.prepare(policies.GOOD.at(OLD))
            await engine.activate(OLD)
            assert await engine.prepare(policies.GOOD.at(NEW)) == ()
            yield engine
        finally:
            await engine.close()


async def until_status_shows(engine: ServedEngine, revision: str) -> None:
    async with asyncio.timeout(10):
        while engine.status().revision != revision:  # noqa: ASYNC110 -- the port has a status, not an event
            await asyncio.sleep(0.01)


async def test_nothing_is_published_before_it_is_active() -> None:
    engine = ServedEngine("http://127.0.0.1:9", PolicyEngineSimulator(policies.meaning))
    await engine.prepare(policies.GOOD.at(NEW))

    assert engine.published() is None
    await engine.close()


async def test_a_gate_that_starts_does_not_wait_for_an_opa_that_waits_for_the_gate() -> None:
    engine = ServedEngine("http://127.0.0.1:9", PolicyEngineSimulator(policies.meaning), settle_s=3600)
    await engine.prepare(policies.GOOD.at(NEW))
    await engine.activate(NEW)

    assert engine.published() is not None
    await engine.close()


async def test_what_is_published_is_the_revision_without_its_tests() -> None:
    async with served(ServedOpa()) as engine:
        await engine.activate(NEW)
        published = engine.published()

    assert published is not None
    assert published.etag == NEW
    with tarfile.open(fileobj=io.BytesIO(published.content)) as archive:
        assert archive.getnames() == [".manifest", "policy/data.json", "rego/assessment.rego", "rego/steps/freeze.rego"]


async def test_an_opa_that_has_followed_judges() -> None:
    opa = ServedOpa()
    opa.revision = NEW
    async with served(opa, settle_s=10) as engine:
        await engine.activate(NEW)

        assert (await engine.assess(facts_at(NEW))).revision == NEW
        assert (engine.status().kind, engine.status().version, engine.status().revision) == ("served", "1.21.4", NEW)


async def test_an_opa_that_is_behind_is_an_error_and_shows_in_the_status() -> None:
    opa = ServedOpa()
    opa.revision = OLD
    async with served(opa) as engine:
        await engine.activate(NEW)
        await until_status_shows(engine, OLD)

        with pytest.raises(EngineBehindError):
            await engine.assess(facts_at(NEW))


async def test_until_an_opa_has_followed_it_goes_on_judging_at_the_revision_before() -> None:
    opa = ServedOpa()
    opa.revision = OLD
    async with served(opa, settle_s=3600) as engine:
        following = asyncio.create_task(engine.activate(NEW))
        await until_status_shows(engine, OLD)
        assert (await engine.assess(facts_at(OLD))).revision == OLD

        opa.revision = NEW
        await following
        with pytest.raises(EngineBehindError):
            await engine.assess(facts_at(OLD))
        assert engine.status().revision == NEW


async def test_a_revision_that_comes_back_is_tried_out_locally_like_any_other() -> None:
    opa = ServedOpa()
    opa.revision = NEW
    async with served(opa) as engine:
        await engine.activate(NEW)
        await engine.prepare(policies.GOOD.at(OLD))

        assert (await engine.assess(facts_at(OLD))).revision == OLD


async def test_an_opa_without_the_bundle_is_behind_not_a_broken_policy() -> None:
    async with served(ServedOpa(), settle_s=0.1) as engine:
        await engine.activate(NEW)

        with pytest.raises(EngineBehindError):
            await engine.assess(facts_at(NEW))
        assert engine.status().revision is None


async def test_an_assessment_that_is_undefined_at_the_right_revision_is_the_policys_fault() -> None:
    opa = ServedOpa()
    opa.revision = NEW
    opa.judges = False
    async with served(opa, settle_s=10) as engine:
        await engine.activate(NEW)

        with pytest.raises(AssessmentError):
            await engine.assess(facts_at(NEW))
        assert engine.status().revision == NEW


async def test_an_opa_that_catches_up_judges_again_by_itself() -> None:
    opa = ServedOpa()
    opa.revision = OLD
    async with served(opa) as engine:
        await engine.activate(NEW)
        opa.revision = NEW
        await until_status_shows(engine, NEW)

        assert (await engine.assess(facts_at(NEW))).revision == NEW


async def test_an_opa_that_falls_back_is_noticed_and_looked_after() -> None:
    opa = ServedOpa()
    opa.revision = NEW
    async with served(opa, settle_s=10) as engine:
        await engine.activate(NEW)
        opa.revision = OLD
        with pytest.raises(EngineBehindError):
            await engine.assess(facts_at(NEW))
        assert engine.status().revision is None

        opa.revision = NEW
        await until_status_shows(engine, NEW)


async def test_an_opa_that_is_away_is_an_error_and_activation_does_not_wait_for_ever() -> None:
    checker = PolicyEngineSimulator(policies.meaning)
    engine = ServedEngine("http://127.0.0.1:9", checker, limits=Limits(answer_s=0.2), settle_s=0.1)
    for revision in (OLD, NEW):
        await engine.prepare(policies.GOOD.at(revision))
        await engine.activate(revision)

    with pytest.raises(EngineError):
        await engine.assess(facts_at(NEW))
    await engine.close()


async def test_a_prepared_revision_is_tried_out_locally_not_on_what_others_serve() -> None:
    opa = ServedOpa()
    async with served(opa) as engine:
        assert (await engine.assess(facts_at(NEW))).revision == NEW

    assert not any("/gate/assessment" in request for request in opa.scripted.requests)


@pytest.mark.parametrize(
    "url",
    [
        "opa.example.org:8181",
        "unix:///run/opa.sock",
        "http://",
        "http://opa.example.org/opa",
        "http://maria:secret@opa.example.org",
        "http://opa.example.org?x",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_when_the_gate_starts(url: str) -> None:
    with pytest.raises(CallerError, match="GATE_OPA_URL is no address") as refused:
        ServedEngine(url, PolicyEngineSimulator(policies.meaning))
    assert "secret" not in refused.value.message + refused.value.hint


@pytest.mark.parametrize("url", ["http://127.0.0.1:8181", "https://opa.example.org/", "http://[::1]:8181"])
def test_an_address_that_can_be_used_is_taken(url: str) -> None:
    assert ServedEngine(url, PolicyEngineSimulator(policies.meaning)).published() is None

"""A commit becomes the active revision whole, or not at all; the last good one is never lost."""

from typing import Any

import pytest

from gate.domain.bundle import Bundle
from gate.domain.errors import EngineError, NoPolicyError, RepositoryError, StalePolicyError
from gate.domain.finding import Finding
from gate.ports import RegoTest
from tests.builders import AT_NS, COMMIT, MINUTE
from tests.house import Files, a_freeze
from tests.simulators.policy_engine import SimulatedPolicy
from tests.unit.application.conftest import Bench
from tests.unit.application.small_policy import assessment

pytestmark = pytest.mark.anyio

AWAY = RepositoryError("git did not answer: connection refused", hint="Is the remote up?")
GROUP = {"kind": "Group", "name": "g", "members": []}
ELEVEN_MONTHS = a_freeze(end="2027-11-02T09:00")
MISSPELT: Files = {"calendar/x.yaml": [a_freeze(ende="2026-11-02T12:00")]}
CASE = {
    "note": "quiet day",
    "at": "2026-11-02T10:00:00Z",
    "request": {"service": "payments", "environment": "production", "commit": COMMIT},
    "expect": {"outcome": "refused"},
}
FAILING_CASE: Files = {"cases/x.yaml": [{"kind": "Cases", "cases": [CASE]}]}


def refused_if_named(word: str, **refusal: Any) -> Any:
    """A meaning of bundles: one with a module of this name is refused like this; all others are the house's policy."""

    def meaning(bundle: Bundle) -> SimulatedPolicy:
        named = any(word in path for path in bundle.modules)
        return SimulatedPolicy(assessment, **refusal) if named else SimulatedPolicy(assessment)

    return meaning


# What is good.


async def test_the_first_look_activates_the_tip_keeps_it_and_tells() -> None:
    bench = await Bench().begun()
    tip = bench.repository.tip
    assert (bench.revision, bench.engine.status().revision, bench.repository.kept) == (tip, tip, tip)
    assert [(said["revision"], said["documents"]) for said in bench.noted("policy_activated")] == [(tip, 16)]
    assert (bench.active.confirmed_at_ns, bench.active.rejected, bench.active.trouble) == (AT_NS, None, "")


async def test_a_merge_is_active_after_the_next_look(bench: Bench) -> None:
    revision = await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    assert (bench.revision, bench.repository.kept) == (revision, revision)
    assert (await bench.submit()).decision.outcome == "waiting"


async def test_what_is_active_is_not_loaded_again(bench: Bench) -> None:
    for _ in range(3):
        await bench.activation.look()
    assert bench.repository.loaded == [bench.repository.tip]
    assert len(bench.noted("policy_activated")) == 1


async def test_a_force_push_back_is_followed(bench: Bench) -> None:
    first = bench.repository.tip
    await bench.merge("stocktaking", {"calendar/x.yaml": [a_freeze()]})
    bench.repository.force_push(first)
    await bench.activation.look()
    assert bench.revision == first
    assert (await bench.submit()).decision.outcome == "approved"


async def test_what_may_be_wrong_keeps_no_revision_out(bench: Bench) -> None:
    over = a_freeze(name="over", start="2020-01-01T00:00", end="2020-01-02T00:00")
    revision = await bench.merge("forgotten", {"calendar/x.yaml": [over]})
    assert bench.revision == revision
    assert bench.active.policy is not None
    [warning] = bench.active.policy.warnings
    assert str(warning).startswith("calendar/x.yaml:5: warning: end: over has been over since 2020-01-02T00:00")


async def test_a_rejection_names_what_speaks_against_the_revision_and_not_what_may_be_wrong_besides(
    bench: Bench,
) -> None:
    over = a_freeze(name="over", start="2020-01-01T00:00", end="2020-01-02T00:00")
    await bench.merge("oops", {**FAILING_CASE, "calendar/y.yaml": [over]})
    assert bench.active.rejected is not None
    assert [finding.path for finding in bench.active.rejected.findings] == ["cases/x.yaml"]


# What is rejected.


@pytest.mark.parametrize(
    ("files", "finding"),
    [
        (MISSPELT, "calendar/x.yaml:6: ende: is not a field of Freeze"),
        ({"calendar/x.yaml": [ELEVEN_MONTHS]}, "calendar/x.yaml:5: end: stocktaking closes for 365 days"),
        ({"groups/x.yaml": [GROUP, GROUP]}, "a second Group called 'g'"),
        ({"risk.yaml": []}, "there is no document of kind Risk"),
        ({"objectives.yaml": []}, "no objective is called 'revenue'"),
        (FAILING_CASE, "cases/x.yaml: case 'quiet day': outcome is waiting, expected refused"),
    ],
)
async def test_a_bad_commit_is_rejected_whole_and_the_last_good_revision_stays(
    bench: Bench, files: Files, finding: str
) -> None:
    good = bench.repository.tip
    bad = await bench.merge("oops", {**files, "calendar/y.yaml": [a_freeze(name="good-by-itself")]})
    assert (bench.revision, bench.engine.status().revision, bench.repository.kept) == (good, good, good)
    assert bench.active.rejected is not None
    assert bench.active.rejected.revision == bad
    assert any(finding in str(each) for each in bench.active.rejected.findings)
    assert (await bench.submit()).decision.outcome == "approved"
    [said] = bench.noted("policy_rejected")
    assert said["revision"] == bad
    assert any(finding in each for each in said["findings"])


@pytest.mark.parametrize(
    ("refusal", "finding"),
    [
        (
            {"findings": [Finding(message="unsafe variable", path="rego/x.rego", line=3)]},
            "rego/x.rego:3: unsafe variable",
        ),
        (
            {"tests": [RegoTest("test_a", "rego/x_test.rego", passed=False, message="expected true")]},
            "rego/x_test.rego: test test_a failed: expected true",
        ),
    ],
)
async def test_rego_that_does_not_compile_or_fails_its_own_tests_is_rejected(
    refusal: dict[str, Any], finding: str
) -> None:
    bench = await Bench(meaning=refused_if_named("wrong", **refusal)).begun()
    good = bench.repository.tip
    bad = await bench.merge("oops", {}, modules={"rego/wrong.rego": "package gate.wrong"})
    assert (bench.revision, bench.engine.discarded) == (good, [bad])
    assert bench.active.rejected is not None
    assert [str(each) for each in bench.active.rejected.findings] == [finding]


async def test_a_rejected_revision_is_not_tried_again_and_again(bench: Bench) -> None:
    bad = await bench.merge("oops", MISSPELT)
    for _ in range(5):
        await bench.later(MINUTE)
    assert bench.repository.loaded.count(bad) == 1
    assert len(bench.noted("policy_rejected")) == 1
    assert not bench.active.is_stale(bench.clock.now_ns())


async def test_the_mended_commit_is_taken_and_the_rejection_is_over(bench: Bench) -> None:
    await bench.merge("oops", MISSPELT)
    mended = await bench.merge("mended", {"calendar/x.yaml": [a_freeze()]})
    assert (bench.revision, bench.active.rejected) == (mended, None)


async def test_a_force_push_back_to_the_active_revision_ends_the_rejection(bench: Bench) -> None:
    good = bench.repository.tip
    bad = await bench.merge("oops", MISSPELT)
    bench.repository.force_push(good)
    await bench.activation.look()
    assert (bench.revision, bench.active.rejected) == (good, None)
    bench.repository.force_push(bad)
    await bench.activation.look()
    assert bench.active.rejected is not None


async def test_two_bad_commits_one_after_the_other_are_both_told(bench: Bench) -> None:
    revisions = [await bench.merge(f"oops {number}", MISSPELT) for number in (1, 2)]
    assert [said["revision"] for said in bench.noted("policy_rejected")] == revisions
    assert bench.active.rejected is not None
    assert bench.active.rejected.revision == revisions[-1]


# Across a restart.


async def test_the_last_good_revision_survives_a_restart_though_the_newest_is_bad(bench: Bench) -> None:
    good = bench.repository.tip
    bad = await bench.merge("oops", MISSPELT)
    restarted = await bench.another()
    assert (restarted.revision, restarted.engine.status().revision) == (good, good)
    assert restarted.active.rejected is not None
    assert restarted.active.rejected.revision == bad
    assert (await restarted.submit()).decision.outcome == "approved"


async def test_after_a_restart_the_bad_revision_is_tried_once(bench: Bench) -> None:
    bad = await bench.merge("oops", MISSPELT)
    restarted = await bench.another()
    loaded = len(bench.repository.loaded)
    for _ in range(3):
        await restarted.activation.look()
    assert len(bench.repository.loaded) == loaded
    assert restarted.active.rejected is not None
    assert restarted.active.rejected.revision == bad


async def test_the_last_good_revision_survives_a_restart_though_the_repository_is_away(bench: Bench) -> None:
    bench.repository.trouble = AWAY
    restarted = await bench.another()
    assert restarted.revision == bench.repository.tip
    assert "connection refused" in restarted.active.trouble
    # Nobody could confirm that it still is the newest: production refuses, staging goes on.
    with pytest.raises(StalePolicyError, match="last confirmed never") as caught:
        await restarted.submit()
    assert "connection refused" in caught.value.hint
    assert (await restarted.submit(environment="staging")).decision.outcome == "approved"
    bench.repository.trouble = None
    await restarted.activation.look()
    assert (await restarted.submit()).decision.outcome == "approved"


async def test_a_last_good_revision_that_is_good_no_more_is_tried_once_and_nothing_is_judged(bench: Bench) -> None:
    await bench.merge("oops", MISSPELT)
    refusal = SimulatedPolicy(assessment, [Finding(message="this engine refuses it")])
    restarted = await Bench(bench.repository, bench.store, meaning=lambda _: refusal).begun()
    loaded = len(bench.repository.loaded)
    for _ in range(3):
        await restarted.activation.look()
    assert len(bench.repository.loaded) == loaded
    with pytest.raises(NoPolicyError):
        await restarted.submit()


async def test_an_engine_that_was_away_at_the_start_is_asked_again_about_the_last_good_revision(bench: Bench) -> None:
    good = bench.repository.tip
    await bench.merge("oops", MISSPELT)

    def away(_: Bundle) -> SimulatedPolicy:
        raise EngineError("it did not start")

    restarted = await Bench(bench.repository, bench.store, meaning=away).begun()
    assert (restarted.revision, restarted.active.trouble) == (None, "it did not start")
    restarted.meaning = None
    await restarted.activation.look()
    assert restarted.revision == good


async def test_a_first_start_without_a_repository_waits_for_it() -> None:
    bench = Bench()
    bench.repository.trouble = AWAY
    await bench.begun()
    with pytest.raises(NoPolicyError) as caught:
        await bench.submit()
    assert "connection refused" in caught.value.hint
    bench.repository.trouble = None
    await bench.activation.look()
    assert (await bench.submit()).decision.outcome == "approved"

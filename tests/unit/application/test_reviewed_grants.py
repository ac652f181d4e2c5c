"""A forge that is asked who approved what brought a bypass: it proves, it is away, it comes back."""

import pytest

from gate.application.activation import Activation
from gate.domain.errors import RepositoryError
from tests.house import FILES, RUTH, a_bypass, a_freeze
from tests.simulators.forge import ISSUER, ForgeSimulator, account
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio

HEAD = "ead1" * 10


class ReviewedHouse:
    """A house whose bypasses a review on the forge must let in."""

    def __init__(self, bench: Bench, *, has_forge: bool = True) -> None:
        self.bench = bench
        self.forge = ForgeSimulator()
        forge = self.forge if has_forge else None
        bench.activation = Activation(
            bench.active, bench.repository, bench.engine, bench.store, bench.clock, forge=forge
        )

    async def merge(self) -> None:
        """A frozen production, with a bypass that Ruth's account may have approved."""
        (settings,) = FILES["gate.yaml"]
        people = [
            {**each, "accounts": [{"issuer": ISSUER, "id": account("ruth").id}]} if each.get("name") == "ruth" else each
            for each in FILES["groups.yaml"]
            if each["kind"] == "Person"
        ]
        groups = [each for each in FILES["groups.yaml"] if each["kind"] == "Group"]
        await self.bench.merge(
            "a way out",
            {
                "gate.yaml": [{**settings, "grants": ["forge"]}],
                "groups.yaml": [*groups, *people],
                "calendar/x.yaml": [a_freeze()],
                "bypasses/x.yaml": [a_bypass()],
            },
        )

    def approved(self) -> None:
        """Ruth approves the pull request that becomes the merge which brings the bypass."""
        number = self.forge.open("maria", HEAD)
        self.forge.approve(number, "ruth")
        self.forge.merge(number, RUTH.commit, by="somebody")

    async def outcome(self) -> tuple[str, list[str]]:
        """Of a change that the bypass names, and what each proof lacks."""
        stored = await self.bench.submit()
        facts = self.bench.engine.asked[-1]
        return stored.decision.outcome, [lack.why for lack in facts.bypasses[0].lacking]


@pytest.fixture
def house(bench: Bench) -> ReviewedHouse:
    return ReviewedHouse(bench)


async def test_a_review_allows_what_was_approved_there(house: ReviewedHouse) -> None:
    house.approved()
    await house.merge()
    assert await house.outcome() == ("approved", [])
    (bypass,) = house.bench.engine.asked[-1].bypasses
    assert bypass.grant is not None
    assert (bypass.grant.by, bypass.grant.proof) == ("ruth", "forge")


async def test_a_review_refuses_what_was_merged_past_it(house: ReviewedHouse) -> None:
    await house.merge()
    outcome, (why,) = await house.outcome()
    assert outcome == "waiting"
    assert why == f"commit {RUTH.commit[:12]} is not what a pull request was merged as"


async def test_where_no_forge_is_configured_its_proof_refuses_and_says_why(bench: Bench) -> None:
    house = ReviewedHouse(bench, has_forge=False)
    house.approved()
    await house.merge()
    assert await house.outcome() == ("waiting", ["no forge is configured that could tell of reviews"])


async def test_a_forge_that_is_away_keeps_no_revision_out_and_grants_nothing_until_it_answers(
    house: ReviewedHouse,
) -> None:
    house.approved()
    house.forge.trouble = RepositoryError("the forge did not answer")
    await house.merge()
    assert house.bench.revision == house.bench.repository.tip
    waiting = await house.bench.submit()
    assert waiting.decision.outcome == "waiting"
    house.forge.trouble = None
    await house.bench.activation.look()
    await house.bench.watch.judge_due()
    assert (await house.bench.intake.change(waiting.change.id)).decision.outcome == "approved"


async def test_a_forge_is_asked_once_about_a_merge(house: ReviewedHouse) -> None:
    house.approved()
    await house.merge()
    await house.bench.activation.look()
    await house.bench.merge("something else", {"calendar/y.yaml": []})
    assert house.forge.asked == [RUTH.commit]

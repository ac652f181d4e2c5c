"""What every forge promises about reviews: those that stand, of what was merged, and nothing of what was not.

So far there is the simulator alone. An adapter of a real forge joins `FORGES`, with a stage that does the same there.
"""

from typing import Final, Protocol

import pytest

from gate.domain.errors import RepositoryError, WorldError
from gate.domain.forge_review import ForgeReview
from gate.ports import Forge
from tests.simulators.forge import ForgeSimulator

pytestmark = pytest.mark.anyio

HEAD: Final = "ead1" * 10
LATER: Final = "ead2" * 10
MERGED: Final = "c0de" * 10


class Stage(Forge, Protocol):
    """A forge, and what people do there."""

    trouble: WorldError | None

    def open(self, author: str, head: str) -> int: ...
    def push(self, number: int, head: str) -> None: ...
    def approve(self, number: int, by: str) -> None: ...
    def withdraw(self, number: int, by: str) -> None: ...
    def merge(self, number: int, commit: str, *, by: str) -> None: ...


FORGES: Final = {"simulator": ForgeSimulator}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=sorted(FORGES))
def forge(request: pytest.FixtureRequest) -> Stage:
    return FORGES[request.param]()


async def review(forge: Stage) -> ForgeReview:
    found = await forge.review_of(MERGED)
    assert found is not None
    return found


def approvals(found: ForgeReview) -> list[tuple[str, str]]:
    return [(approval.by.login, approval.commit) for approval in found.approvals]


async def test_a_merged_pull_request_is_found_by_what_it_became(forge: Stage) -> None:
    number = forge.open("maria", HEAD)
    forge.approve(number, "ruth")
    forge.merge(number, MERGED, by="samir")
    found = await review(forge)
    assert (found.merged_as, found.head, found.author.login) == (MERGED, HEAD, "maria")
    assert found.merged_by is not None
    assert (found.merged_by.login, approvals(found)) == ("samir", [("ruth", HEAD)])


async def test_what_was_not_merged_as_that_commit_is_not_found(forge: Stage) -> None:
    number = forge.open("maria", HEAD)
    forge.approve(number, "ruth")
    assert await forge.review_of(MERGED) is None
    assert await forge.review_of(HEAD) is None


async def test_an_approval_names_the_head_that_it_was_given_for(forge: Stage) -> None:
    number = forge.open("maria", HEAD)
    forge.approve(number, "ruth")
    forge.push(number, LATER)
    forge.merge(number, MERGED, by="samir")
    found = await review(forge)
    assert (found.head, approvals(found)) == (LATER, [("ruth", HEAD)])


async def test_an_approval_that_was_taken_back_does_not_stand(forge: Stage) -> None:
    number = forge.open("maria", HEAD)
    forge.approve(number, "ruth")
    forge.withdraw(number, "ruth")
    forge.merge(number, MERGED, by="samir")
    assert approvals(await review(forge)) == []


async def test_a_forge_that_is_away_is_an_error_and_no_answer(forge: Stage) -> None:
    forge.trouble = RepositoryError("the forge did not answer")
    with pytest.raises(RepositoryError):
        await forge.review_of(MERGED)

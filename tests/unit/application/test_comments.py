"""Comments: what people say to a change, which decides nothing."""

import json

import pytest

from gate.domain.errors import ForbiddenError, UnknownNameError, WrongStateError
from gate.domain.review import MOST_COMMENTS, Remark
from tests.unit.application.conftest import Bench

pytestmark = pytest.mark.anyio


async def say(bench: Bench, change: str, comment: str = "Why on a Friday?", by: str = "jan") -> None:
    await bench.review.comment(change, Remark(by=by, shown_by="token", comment=comment), "a token")


async def test_a_comment_is_on_record_and_nothing_is_judged(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    await say(bench, change)
    (record,) = [each for each in await bench.store.records(change) if each.kind == "commented"]
    said = json.loads(record.body)
    assert (said["by"], said["shown_by"], said["comment"], said["asker"]) == (
        "jan",
        "token",
        "Why on a Friday?",
        "a token",
    )
    assert await bench.kinds(change) == ["submitted", "decided", "commented"]


async def test_the_same_again_is_said_once_unless_somebody_answered_meanwhile(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    for by in ("jan", "jan", "maria", "jan"):
        await say(bench, change, by=by)
    assert (await bench.kinds(change)).count("commented") == 3


async def test_whoever_made_it_and_whoever_is_in_no_group_of_it_may_comment_even_when_it_is_over(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    await bench.intake.withdraw(change, "maria")
    await say(bench, change, by="maria")
    await say(bench, change, by="lena")
    assert (await bench.kinds(change)).count("commented") == 2


async def test_nobody_unknown_comments_nor_to_what_nobody_knows(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    with pytest.raises(UnknownNameError):
        await say(bench, change, by="mallory")
    with pytest.raises(UnknownNameError):
        await say(bench, "chg_unheard")


async def test_a_robot_does_not_comment(bench: Bench) -> None:
    robot = {"kind": "Person", "name": "bot", "emails": ["bot@house.test"], "robot": True}
    await bench.merge("a robot", {"people.yaml": [robot]})
    change = (await bench.risky()).change.id
    with pytest.raises(ForbiddenError):
        await say(bench, change, by="bot")


async def test_one_person_says_so_much_and_no_more(bench: Bench) -> None:
    change = (await bench.risky()).change.id
    for number in range(MOST_COMMENTS):
        await say(bench, change, f"{number}")
    with pytest.raises(WrongStateError):
        await say(bench, change, "one more")
    await say(bench, change, by="maria")

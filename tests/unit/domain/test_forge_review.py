"""Whom a review on the forge shows to have granted what it let in."""

import asyncio
from typing import Final

import pytest

from gate.domain.catalogue import Account, Person
from gate.domain.forge_review import shown_by
from gate.domain.proof import Shown
from tests.simulators.forge import ISSUER, ForgeSimulator, account

HEAD: Final = "ead1" * 10
LATER: Final = "ead2" * 10
MERGED: Final = "c0de" * 10


def person(name: str, login: str = "") -> Person:
    accounts = (Account(issuer=ISSUER, id=account(login or name).id),)
    return Person(kind="Person", name=name, accounts=accounts)


PEOPLE: Final = (person("ruth"), person("samir"), person("maria", "mary"))


class Review(ForgeSimulator):
    """One pull request of Maria's, and whom it shows once it is merged."""

    def __init__(self) -> None:
        super().__init__()
        self.number = self.open("mary", HEAD)

    def shown(self, commit: str = MERGED) -> Shown:
        self.merge(self.number, MERGED, by="samir")
        return shown_by(asyncio.run(self.review_of(MERGED)), commit, PEOPLE)


@pytest.fixture
def review() -> Review:
    return Review()


def test_a_review_allows_whoever_approved_what_was_merged(review: Review) -> None:
    review.approve(review.number, "samir")
    review.approve(review.number, "ruth")
    assert review.shown() == Shown(by=("ruth", "samir"))


def test_a_review_refuses_where_nobody_approved_however_merged_it(review: Review) -> None:
    assert review.shown() == Shown(
        lacks=f"pull request #0 was approved by nobody else at its head {HEAD[:12]}, and merged by samir"
    )


def test_an_approval_refuses_to_count_for_a_later_head(review: Review) -> None:
    review.approve(review.number, "ruth")
    review.push(review.number, LATER)
    assert "at its head ead2ead2ead2; what ruth approved was another" in review.shown().lacks


def test_an_approval_allows_the_later_head_that_it_was_given_for(review: Review) -> None:
    review.push(review.number, LATER)
    review.approve(review.number, "ruth")
    assert review.shown().by == ("ruth",)


def test_an_approval_refuses_from_whoever_opened_it(review: Review) -> None:
    review.approve(review.number, "mary")
    assert review.shown().by == ()


def test_an_approval_refuses_from_a_stranger_of_the_same_login(review: Review) -> None:
    review.approve(review.number, "maria")
    assert review.shown() == Shown(
        lacks="pull request #0 was approved by maria, whose accounts are nobody's in groups.yaml"
    )


def test_a_review_of_another_commit_refuses(review: Review) -> None:
    review.approve(review.number, "ruth")
    assert review.shown(HEAD).by == ()
    assert shown_by(None, MERGED, PEOPLE).lacks == f"commit {MERGED[:12]} is not what a pull request was merged as"

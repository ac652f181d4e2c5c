"""A robot is bound to ids that never pass to another, exactly, and to services and environments by name."""

from typing import Any

import pytest
from pydantic import ValidationError

from gate.domain.accounts import Accounts
from gate.domain.robots import NoRobot, Robot, Robots, joined
from tests.house import a_policy
from tests.robots import GITLAB, a_robot, an_identity


def robots(*documents: dict[str, Any]) -> Robots:
    return Robots(Robot.model_validate(document) for document in documents)


def test_a_token_that_says_all_that_is_demanded_shows_the_robot() -> None:
    shown = robots(a_robot()).shown_by(an_identity())
    assert isinstance(shown, Robot)
    assert shown.name == "payments-pipeline"


@pytest.mark.parametrize(
    "claims",
    [
        {"repository_id": "75"},  # another repository, of the very same name
        {"repository_id": None},
        {"repository_owner_id": "66"},
        {"repository_owner_id": None},
        {"repository_id": "74 "},
        {"repository_id": "074"},
        {"issuer": GITLAB},
    ],
)
def test_a_token_that_says_otherwise_or_less_shows_none(claims: dict[str, Any]) -> None:
    shown = robots(a_robot()).shown_by(an_identity(**claims))
    assert isinstance(shown, NoRobot)
    assert "no robot of the policy is bound" in shown.reason


def test_names_that_changed_hands_do_not_matter() -> None:
    renamed = an_identity(repository="other/name", sub="repo:other@65/name@74:ref:refs/heads/main")
    assert isinstance(robots(a_robot()).shown_by(renamed), Robot)


def test_what_a_stranger_is_told_is_what_the_token_says() -> None:
    shown = robots(a_robot()).shown_by(an_identity(repository_id="75"))
    assert isinstance(shown, NoRobot)
    assert "repository_id 75" in shown.reason
    assert "74" not in shown.reason
    assert "payments-pipeline" not in shown.reason


def test_of_two_robots_the_one_that_demands_more_is_meant() -> None:
    both = (
        a_robot(),
        a_robot(name="to-production", claims={**a_robot()["claims"], "environment": "production"}),
    )
    for order in (both, both[::-1]):
        for environment, expected in (("production", "to-production"), ("staging", "payments-pipeline")):
            shown = robots(*order).shown_by(an_identity(environment=environment))
            assert isinstance(shown, Robot)
            assert shown.name == expected


def test_of_two_robots_that_demand_different_things_none_is_meant() -> None:
    shown = robots(
        a_robot(claims={"repository_id": "74", "ref": "refs/heads/main"}),
        a_robot(name="of-the-owner", claims={"repository_owner_id": "65", "environment": "production"}),
    ).shown_by(an_identity())
    assert isinstance(shown, NoRobot)
    assert "of-the-owner, payments-pipeline" in shown.reason


def test_all_repositories_of_an_owner_can_be_one_robot() -> None:
    owners = a_robot(claims={"repository_owner_id": "65"})
    assert isinstance(robots(owners).shown_by(an_identity(repository_id="1000")), Robot)


@pytest.mark.parametrize(
    ("fields", "place", "expected"),
    [
        ({"claims": {"repository": "house/payments"}}, ("claims",), "one of repository_id, project_id"),
        ({"claims": {}}, ("claims",), "one of repository_id, project_id"),
        ({"claims": {"repository_id": "74", "sub": "repo:x"}}, ("claims", "sub", "[key]"), "names that change hands"),
        ({"claims": {"repository_id": "74", "aud": "x"}}, ("claims", "aud", "[key]"), "nothing to match"),
        ({"claims": {"repository_id": "74", "ref": "refs/heads/*"}}, ("claims", "ref"), "without *"),
        ({"claims": {"repository_id": "*"}}, ("claims", "repository_id"), "without *"),
        ({"claims": {"repository_id": ""}}, ("claims", "repository_id"), "at least 1"),
        ({"claims": {"repository_id": ["74"]}}, ("claims", "repository_id"), "valid string"),
        ({"claims": {"repository_id": 7.4}}, ("claims", "repository_id"), "valid string"),
        ({"services": ["*"]}, ("services", 0), "list every one, without *"),
        ({"services": ["pay*"]}, ("services", 0), "list every one, without *"),
        ({"services": []}, ("services",), "name one"),
        ({"environments": ["*"]}, ("environments", 0), "list every one, without *"),
        ({"groups": ["*"]}, ("groups", 0), "list every one, without *"),
        ({"issuer": "https://*.house.test"}, ("issuer",), "match pattern"),
        ({"issuer": "ftp://house.test"}, ("issuer",), "match pattern"),
        ({"scopes": ["admin"]}, ("scopes", 0), "'submit' or 'audit'"),
        ({"scopes": ["review"]}, ("scopes", 0), "'submit' or 'audit'"),
        ({"scopes": []}, ("scopes",), "name one"),
        ({"service": ["payments"]}, ("service",), "Extra inputs"),
    ],
)
def test_a_binding_that_is_not_strict_is_refused(
    fields: dict[str, Any], place: tuple[str | int, ...], expected: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Robot.model_validate(a_robot(**fields))
    [mistake] = caught.value.errors()
    assert mistake["loc"] == place
    assert expected in mistake["msg"]


def test_an_id_may_be_written_as_a_number() -> None:
    robot = a_robot(claims={"repository_id": 74, "ref_protected": True})
    assert isinstance(robots(robot).shown_by(an_identity(ref_protected="true")), Robot)


def test_a_robot_may_do_what_its_binding_says_and_no_more() -> None:
    caller = Robot.model_validate(a_robot()).caller(an_identity(environment=None), Accounts())
    assert (caller.name, caller.permissions) == ("payments-pipeline", ("submit",))
    assert (caller.services, caller.environments) == (("payments",), ("staging", "production"))


def test_a_job_of_one_environment_of_the_forge_is_for_that_one_alone() -> None:
    robot = Robot.model_validate(a_robot())
    assert robot.caller(an_identity(environment="staging"), Accounts()).environments == ("staging",)
    # A name that means nothing here says nothing about where it may go.
    assert robot.caller(an_identity(environment="prod-eu"), Accounts()).environments == ("staging", "production")


def test_robots_belong_to_groups_and_are_no_people() -> None:
    policy = a_policy({"robots.yaml": [a_robot(groups=["team-payments"])]})
    data = policy.bundle.data
    assert data["groups"]["team-payments"]["members"] == ["maria", "jan", "payments-pipeline"]
    assert data["robots"] == ["payments-pipeline"]


def test_a_robot_that_a_group_lists_already_is_in_it_once() -> None:
    policy = a_policy()
    [group] = [policy.catalogue.groups["team-ledger"]]
    robot = Robot.model_validate(a_robot(name="lena", groups=["team-ledger"]))
    [after] = joined([group], [robot])
    assert after.members == ("lena",)

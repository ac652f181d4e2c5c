"""What is wrong between robots, and between robots and the rest of the policy, is said with file and line."""

from typing import Any

import pytest

from gate.domain.errors import PolicyRejectedError
from gate.domain.robot_lint import MOST_ALIKE
from tests.house import a_policy
from tests.robots import GITLAB, a_robot

CLAIMS = a_robot()["claims"]


def findings(*documents: dict[str, Any]) -> list[str]:
    with pytest.raises(PolicyRejectedError) as caught:
        a_policy({"robots.yaml": documents})
    return [str(finding) for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"services": ["paymnets"]}, "services.0: no service is called 'paymnets'; did you mean payments?"),
        ({"environments": ["prod"]}, "environments.0: no environment is called 'prod'; did you mean production?"),
        ({"groups": ["nobody"]}, "groups.0: no group is called 'nobody'"),
        ({"name": "maria"}, "name: maria is a person (give the robot a name of its own)"),
        ({"services": ["*"]}, "services.0: a robot is bound to what is named"),
        ({"claims": {"ref": "main"}}, "claims: one of repository_id"),
        ({"claim": {}}, "claim: is not a field of Robot"),
        ({"claims": {**CLAIMS, "sub": "x"}}, "claims.sub: sub is made of names"),
    ],
)
def test_a_robot_is_looked_at_like_any_other_document(fields: dict[str, Any], expected: str) -> None:
    [finding] = findings(a_robot(**fields))
    assert finding.startswith("robots.yaml:")
    assert expected in finding


def test_two_robots_of_one_name_are_one_too_many() -> None:
    [finding] = findings(a_robot(), a_robot(claims={"repository_id": "75"}))
    assert "a second Robot called 'payments-pipeline'" in finding


@pytest.mark.parametrize(
    "claims",
    [
        CLAIMS,
        {"repository_id": "74", "ref": "refs/heads/main"},
        {**CLAIMS, "ref": "refs/heads/main"} | {"repository_owner_id": "65"},
    ],
)
def test_two_robots_that_one_token_can_show_are_told_unless_one_demands_more(claims: dict[str, str]) -> None:
    documents = a_robot(), a_robot(name="other", claims=claims)
    if claims.items() > CLAIMS.items():
        assert a_policy({"robots.yaml": documents}).robots.all
    else:
        [finding] = findings(*documents)
        assert "robots.yaml:4: claims: a token can show this robot and payments-pipeline as well" in finding


@pytest.mark.parametrize(
    "fields",
    [{"issuer": GITLAB}, {"claims": {"repository_id": "75"}}, {"claims": CLAIMS | {"repository_owner_id": "1"}}],
)
def test_robots_that_no_token_can_show_at_once_are_well_apart(fields: dict[str, Any]) -> None:
    assert len(a_policy({"robots.yaml": [a_robot(), a_robot(name="other", **fields)]}).robots.all) == 2


def test_nobody_has_a_hundred_robots_of_one_repository() -> None:
    many = [
        a_robot(name=f"r{number}", claims={"repository_id": "74", "ref": str(number)})
        for number in range(MOST_ALIKE + 1)
    ]
    [finding] = findings(*many)
    assert f"more than {MOST_ALIKE} robots are bound to repository_id 74" in finding
    assert a_policy({"robots.yaml": many[1:]})


def test_an_account_belongs_to_one_person() -> None:
    accounts = {"accounts": [{"issuer": GITLAB, "id": 7}]}
    people = [{"kind": "Person", "name": name, **accounts} for name in ("jan", "lena")]
    with pytest.raises(PolicyRejectedError) as caught:
        a_policy({"people.yaml": people})
    [finding] = map(str, caught.value.findings)
    assert f"accounts.0: 7 at {GITLAB} is the account of jan already" in finding

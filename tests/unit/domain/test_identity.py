"""What an identity token says of a request is believed, whatever the request says; nothing more is made up."""

from typing import Any

import pytest

from gate.domain.accounts import Accounts
from gate.domain.catalogue import Person
from gate.domain.errors import ForbiddenError
from gate.domain.identity import Identity, Vouched, is_identity_token, refusal, vouched
from tests.builders import AT_NS, COMMIT, a_request
from tests.robots import GITHUB, GITLAB, GITLAB_CLAIMS, an_identity

ACCOUNTS = Accounts()


def vouched_by(identity: Identity, *, any_commit: bool = False) -> Vouched:
    return vouched(identity, "payments-pipeline", ACCOUNTS, any_commit=any_commit)


def a_person(name: str, issuer: str, number: Any) -> Person:
    return Person.model_validate({"kind": "Person", "name": name, "accounts": [{"issuer": issuer, "id": number}]})


def gitlab(**claims: str) -> Identity:
    texts = {name: value for name, value in {**GITLAB_CLAIMS, **claims}.items() if isinstance(value, str)}
    return Identity(issuer=GITLAB, jti="t-1", expires_at_ns=AT_NS, claims=texts)


@pytest.mark.parametrize(
    ("identity", "run"), [(an_identity(), "github-8412345678-1"), (gitlab(), "gitlab-574")], ids=["github", "gitlab"]
)
def test_requester_author_and_run_are_what_the_forge_says(identity: Identity, run: str) -> None:
    settled = vouched_by(identity).settled(a_request(requester="piet", run="another-run"))
    assert (settled.requester, settled.author, settled.run, settled.commit) == ("maria", "maria", run, COMMIT)


def test_the_run_has_the_name_that_the_command_line_gives_it() -> None:
    from gate.interfaces.cli.ci_run import run_of  # noqa: PLC0415 -- the domain may not know it

    github = {"GITHUB_RUN_ID": "8412345678", "GITHUB_RUN_ATTEMPT": "1"}
    assert vouched_by(an_identity()).run == run_of(github)
    assert vouched_by(gitlab()).run == run_of({"CI_PIPELINE_ID": "574"})


def test_an_author_whom_the_request_names_is_a_maker_beside_the_requester() -> None:
    settled = vouched_by(an_identity()).settled(a_request(author="jan"))
    assert (settled.requester, settled.author) == ("maria", "jan")


@pytest.mark.parametrize("actor", ["dependabot[bot]", "", "a b", "x" * 101, None])
def test_a_bot_of_the_forge_is_the_robot_and_no_author(actor: str | None) -> None:
    settled = vouched_by(an_identity(actor=actor)).settled(a_request(requester="maria"))
    assert (settled.requester, settled.author) == ("payments-pipeline", None)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, "maria"),
        ({"actor": "maria-the-second"}, "maria"),  # she renamed her login, and is who she was
        ({"actor_id": "13"}, "payments-pipeline"),  # somebody else took her login over
        ({"actor_id": None}, "payments-pipeline"),
        ({"actor": "jan", "actor_id": "13"}, "jan"),
    ],
)
def test_who_has_an_account_is_known_by_its_number(claims: dict[str, Any], expected: str) -> None:
    accounts = Accounts([a_person("maria", GITHUB, 12), a_person("jan", GITLAB, "1")])
    assert vouched(an_identity(**claims), "payments-pipeline", accounts, any_commit=False).requester == expected


def test_another_commit_than_the_runs_is_refused_unless_the_policy_allows_any() -> None:
    other = a_request(commit="b" * 40)
    with pytest.raises(ForbiddenError, match="of a run of another one"):
        vouched_by(an_identity()).settled(other)
    assert vouched_by(an_identity(), any_commit=True).settled(other).commit == "b" * 40


def test_an_issuer_that_is_no_known_forge_says_nothing_of_requests() -> None:
    identity = Identity(issuer="https://ci.test", jti="t", expires_at_ns=1, claims={"namespace_id": "1"})
    request = a_request(requester="maria")
    assert vouched_by(identity).settled(request) == request


@pytest.mark.parametrize("claims", [{"run_id": None}, {"run_attempt": None}])
def test_a_run_without_a_whole_name_is_the_requests_own(claims: dict[str, Any]) -> None:
    assert vouched_by(an_identity(**claims)).settled(a_request(run="mine")).run == "mine"


def test_tokens_of_two_issuers_with_one_id_are_two() -> None:
    digests = {an_identity().digest, an_identity(issuer=GITLAB).digest, an_identity(jti="t-2").digest}
    assert len(digests) == 3
    assert an_identity(actor="jan").digest in digests


@pytest.mark.parametrize(
    ("text", "is_one"), [("a.b.c", True), ("..", True), ("cg_0123456789abcdef_" + "s" * 43, False), ("a.b", False)]
)
def test_identity_tokens_have_three_parts(text: str, is_one: bool) -> None:  # noqa: FBT001 -- a table
    assert is_identity_token(text) is is_one


def test_the_refusal_says_nothing_of_the_token() -> None:
    assert refusal().message == "the identity token is not accepted"

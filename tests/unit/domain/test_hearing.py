"""Who is heard, and who is told at once why not."""

from typing import Any, Final

import pytest

from gate.domain.assessment import Need, Status, Verdict
from gate.domain.change import Change
from gate.domain.decision import Decision, StepResult
from gate.domain.errors import CallerError, ForbiddenError, SeenOtherwiseError, UnknownNameError, WrongStateError
from gate.domain.hearing import Hearing
from gate.domain.policy_set import PolicySet
from gate.domain.review import MOST_ANSWERS, Answer, GivenAnswer
from tests.builders import AT_NS, COMMIT, DAY, a_change, a_decision, a_request, finished, started, withdrawn
from tests.house import FILES, Files, a_bypass, a_policy

ARTIFACT: Final = f"sha256:{'5' * 64}"
OTHER: Final = "ab12" * 10
PROCESS: Final = FILES["process.yaml"][0]
ROBOT: Final = {"kind": "Person", "name": "deployer", "robot": True}
GROUPS: Final = [*FILES["groups.yaml"], {"kind": "Group", "name": "guests", "members": ["gil", "deployer"]}, ROBOT]
CHANGE: Final = a_change(
    id="chg_1", requester="pipeline", request=a_request(artifact=ARTIFACT, author="maria", service="payments")
)
"""Of payments, which maria and jan own; asked by a pipeline for what maria wrote."""


def house(files: Files | None = None) -> PolicySet:
    return a_policy({"groups.yaml": GROUPS, **(files or {})})


def judged(status: Status = "pending", step: str = "peer_review", **fields: Any) -> Decision:
    """A decision in which the step stands so, beside one that is satisfied."""
    steps = (
        StepResult(step="freeze", verdict=Verdict(status="satisfied")),
        StepResult(step=step, verdict=Verdict(status=status, needs=fields.pop("needs", ())), **fields),
    )
    return a_decision(CHANGE, outcome="review").model_copy(update={"steps": steps})


def given(by: str = "jan", answer: str = "approve", **fields: Any) -> GivenAnswer:
    usual = {"step": "peer_review", "shown_by": "token", "comment": "It locks the table." if answer == "veto" else ""}
    return GivenAnswer.model_validate(usual | {"by": by, "answer": answer} | fields)


def hear(
    said: GivenAnswer,
    *before: Answer,
    change: Change = CHANGE,
    decision: Decision | None = None,
    policy: PolicySet | None = None,
    at_ns: int = AT_NS,
) -> Answer | None:
    return Hearing(said, change, decision or judged(), before, policy or house()).admitted(at_ns)


def kept(said: GivenAnswer, *before: Answer, **fields: Any) -> Answer:
    answer = hear(said, *before, **fields)
    assert answer is not None
    return answer


def test_whoever_is_in_the_group_is_heard_about_exactly_what_is_asked_for() -> None:
    answer = kept(given(comment="Fine."))
    assert (answer.change, answer.number, answer.step, answer.by) == ("chg_1", 1, "peer_review", "jan")
    assert (answer.commit, answer.artifact, answer.at_ns) == (COMMIT, ARTIFACT, AT_NS)
    assert (answer.answer, answer.comment, answer.shown_by) == ("approve", "Fine.", "token")


def test_answers_are_numbered_through() -> None:
    first = kept(given())
    assert kept(given(answer="veto"), first).number == 2


# What was looked at


@pytest.mark.parametrize("seen", [{"commit": COMMIT}, {"artifact": ARTIFACT}, {"commit": COMMIT, "artifact": ARTIFACT}])
def test_whoever_looked_at_this_commit_and_artifact_is_heard(seen: dict[str, str]) -> None:
    assert hear(given(**seen))


@pytest.mark.parametrize("seen", [{"commit": OTHER}, {"artifact": f"sha256:{'6' * 64}"}])
def test_whoever_looked_at_something_else_is_not(seen: dict[str, str]) -> None:
    with pytest.raises(SeenOtherwiseError, match=r"is of \w+ \S+, not of") as caught:
        hear(given(**seen))
    assert caught.value.field in seen


def test_an_artifact_that_the_change_does_not_have_was_not_looked_at() -> None:
    bare = a_change(requester="pipeline", request=a_request(author="maria"))
    with pytest.raises(SeenOtherwiseError, match="is of artifact none"):
        hear(given(artifact=ARTIFACT), change=bare)


# Who


def test_somebody_whom_nobody_knows_is_asked_whether_they_meant_another() -> None:
    with pytest.raises(UnknownNameError, match="nobody is called 'jann'; did you mean jan"):
        hear(given("jann"))


def test_a_robot_is_not_heard() -> None:
    with pytest.raises(ForbiddenError, match="deployer is a robot"):
        hear(given("deployer"))


@pytest.mark.parametrize("answer", ["approve", "veto"])
def test_the_author_is_not_heard_whatever_they_say(answer: str) -> None:
    with pytest.raises(ForbiddenError, match="maria wrote change chg_1, and is not heard about it"):
        hear(given("maria", answer))


@pytest.mark.parametrize("answer", ["approve", "veto"])
def test_the_requester_is_not_heard_whatever_they_say(answer: str) -> None:
    asked = CHANGE.model_copy(update={"requester": "jan"})
    with pytest.raises(ForbiddenError, match="jan asked for change chg_1"):
        hear(given("jan", answer), change=asked)


def test_no_policy_can_let_the_author_be_heard() -> None:
    lifted = {**PROCESS, "steps": {"peer_review": {"needs": {"group": "team-payments"}}}, "distinct": False}
    lax = house({"process.yaml": [{**lifted, "classes": {"normal": ["peer_review"]}}]})
    with pytest.raises(ForbiddenError):
        hear(given("maria"), policy=lax)


def test_somebody_of_none_of_the_groups_is_told_which_those_are_and_who_is_in_them() -> None:
    asked = judged(needs=(Need(group="team-payments", approvals=1, people=("jan",)),))
    with pytest.raises(ForbiddenError, match="gil is in none of the groups that step peer_review needs: team-payments"):
        hear(given("gil"), decision=asked)
    with pytest.raises(ForbiddenError) as caught:
        hear(given("gil"), decision=asked)
    assert caught.value.hint == "It can be answered by jan."


def test_one_of_several_groups_is_enough_to_be_heard() -> None:
    rules = {"peer_review": {"needs": [{"group": "$service.owners"}, {"group": "guests"}]}}
    several = house({"process.yaml": [{**PROCESS, "steps": rules}]})
    assert hear(given("gil"), policy=several)
    assert hear(given("jan"), policy=several)
    with pytest.raises(ForbiddenError, match="needs: team-payments, guests"):
        hear(given("lena"), policy=several)


def test_a_one_time_step_is_answered_by_the_group_that_its_bypass_names() -> None:
    adds = [{"step": "pairing", "needs": {"group": "team-ledger"}}]
    policy = house({"bypasses/x.yaml": [a_bypass(add=adds)]})
    assert hear(given("lena", step="pairing"), decision=judged(step="pairing"), policy=policy)
    with pytest.raises(ForbiddenError, match="needs: team-ledger"):
        hear(given("jan", step="pairing"), decision=judged(step="pairing"), policy=policy)


def test_a_step_with_rules_of_its_own_is_answered_by_the_group_that_its_verdict_names() -> None:
    asked = judged(step="evidence", needs=(Need(group="guests", approvals=1),))
    assert hear(given("gil", step="evidence"), decision=asked)


# Which step


def test_a_step_that_the_change_does_not_have_is_named_with_those_that_it_has() -> None:
    with pytest.raises(SeenOtherwiseError, match="no step called 'peer_revue'; did you mean peer_review") as caught:
        hear(given(step="peer_revue"))
    assert (caught.value.field, caught.value.hint) == ("step", "Its steps are freeze, peer_review.")


@pytest.mark.parametrize("status", ["satisfied", "waiting", "failed"])
def test_a_step_that_is_not_pending_asks_nobody(status: Status) -> None:
    with pytest.raises(WrongStateError, match=f"step peer_review of change chg_1 is {status}, not pending"):
        hear(given(), decision=judged(status))


def test_a_step_that_a_bypass_lifted_asks_nobody() -> None:
    with pytest.raises(WrongStateError, match="is lifted by b-1, not pending"):
        hear(given(), decision=judged(lifted_by="b-1"))


def test_a_step_that_waits_for_evidence_asks_nobody() -> None:
    asked = judged(step="evidence", needs=(Need(evidence="tests"),))
    with pytest.raises(WrongStateError, match="waits for evidence, not for people"):
        hear(given(step="evidence"), decision=asked)


@pytest.mark.parametrize("status", ["satisfied", "failed"])
@pytest.mark.parametrize(("before", "after"), [("approve", "veto"), ("veto", "approve"), ("approve", "withdraw")])
def test_whoever_answered_before_may_answer_otherwise_however_the_step_stands(
    status: Status, before: str, after: str
) -> None:
    first = kept(given(answer=before))
    assert kept(given(answer=after), first, decision=judged(status)).answer == after


def test_whoever_has_left_the_group_may_take_back_what_they_said_and_no_more() -> None:
    first = kept(given())
    left = house(
        {"groups.yaml": [*(g for g in GROUPS if g["name"] != "team-payments"), _team("maria"), _family("jan")]}
    )
    assert kept(given(answer="withdraw"), first, policy=left).answer == "withdraw"
    with pytest.raises(ForbiddenError, match="jan is in none of the groups"):
        hear(given(answer="veto"), first, policy=left)


def _team(*members: str) -> dict[str, Any]:
    return {"kind": "Group", "name": "team-payments", "members": list(members)}


def _family(*members: str) -> dict[str, Any]:
    return {"kind": "Group", "name": "alumni", "members": list(members)}


def test_what_was_never_said_cannot_be_taken_back() -> None:
    with pytest.raises(
        WrongStateError, match="jan has not answered step peer_review, so there is nothing to take back"
    ):
        hear(given(answer="withdraw"))


def test_a_veto_says_why() -> None:
    for silent in ("", "  \n"):
        with pytest.raises(CallerError, match="a veto says why"):
            hear(given(answer="veto", comment=silent))


# When


@pytest.mark.parametrize(
    ("change", "state"), [(finished(started(CHANGE)), "finished"), (withdrawn(CHANGE), "withdrawn")]
)
def test_what_is_over_waits_for_no_answer(change: Change, state: str) -> None:
    with pytest.raises(WrongStateError, match=f"change chg_1 is {state}"):
        hear(given(), change=change)


def test_what_has_started_is_not_stopped_by_an_answer() -> None:
    with pytest.raises(WrongStateError, match="has started, so no answer can stop it"):
        hear(given(answer="veto"), kept(given()), change=started(CHANGE))


# The same again


@pytest.mark.parametrize("answer", ["approve", "veto"])
def test_the_same_answer_again_is_not_kept_again(answer: str) -> None:
    first = kept(given(answer=answer))
    assert hear(given(answer=answer), first, decision=judged("satisfied")) is None


def test_taking_back_twice_is_taking_back_once() -> None:
    first = kept(given())
    second = kept(given(answer="withdraw"), first)
    assert hear(given(answer="withdraw"), first, second) is None


def test_the_same_answer_after_another_is_a_new_one() -> None:
    first = kept(given())
    second = kept(given(answer="withdraw"), first)
    assert kept(given(), first, second).number == 3


def test_the_same_answer_with_another_comment_is_a_new_one() -> None:
    assert kept(given(comment="And the docs are right, too."), kept(given())).number == 2


def test_an_approval_that_has_expired_may_be_given_anew() -> None:
    rules = {"peer_review": {"needs": {"group": "$service.owners", "expires": "P5D"}}}
    brief = house({"process.yaml": [{**PROCESS, "steps": rules}]})
    first = kept(given())
    assert hear(given(), first, policy=brief, at_ns=AT_NS + 5 * DAY - 1) is None
    assert kept(given(), first, policy=brief, at_ns=AT_NS + 5 * DAY).number == 2


def test_nobody_changes_their_mind_for_ever_and_nobody_else_is_kept_from_answering() -> None:
    said = [kept(given(comment=f"{n}")).model_copy(update={"number": n}) for n in range(1, MOST_ANSWERS + 1)]
    with pytest.raises(WrongStateError, match="jan has answered to change chg_1 20 times already"):
        hear(given(answer="veto"), *said)
    others = [answer.model_copy(update={"by": "lena"}) for answer in said]
    assert kept(given(), *others).number == MOST_ANSWERS + 1


def claiming(claim: str, *groups: str) -> PolicySet:
    """The house, where these groups want a claim of whoever signs in."""
    return house({"groups.yaml": [{**each, "claim": claim} if each["name"] in groups else each for each in GROUPS]})


def test_whoever_signs_in_is_heard_like_the_holder_of_a_token() -> None:
    assert kept(given(shown_by="sign_in")).shown_by == "sign_in"


def test_a_group_with_a_claim_hears_those_whose_provider_makes_it() -> None:
    policy = claiming("/payments", "team-payments")
    assert kept(given(shown_by="sign_in", groups_claimed=["team-payments"]), policy=policy)
    for claimed in ([], ["release-managers"], ["/payments"]):
        with pytest.raises(ForbiddenError, match="does not say that jan is in team-payments"):
            hear(given(shown_by="sign_in", groups_claimed=claimed), policy=policy)


def test_a_claim_makes_nobody_a_member() -> None:
    with pytest.raises(ForbiddenError, match="in none of the groups"):
        hear(
            given(by="lena", shown_by="sign_in", groups_claimed=["team-payments"]),
            policy=claiming("x", "team-payments"),
        )


def test_a_token_was_given_to_a_person_and_needs_no_claim() -> None:
    assert kept(given(), policy=claiming("/payments", "team-payments"))


def test_an_answer_can_be_taken_back_without_any_claim() -> None:
    policy = claiming("/payments", "team-payments")
    before = kept(given())
    assert kept(given(shown_by="sign_in", answer="withdraw"), before, policy=policy).answer == "withdraw"


def test_every_group_that_could_count_somebody_must_be_vouched_for() -> None:
    needs = [{"group": "$service.owners"}, {"group": "guests"}]
    process = {**PROCESS, "steps": {**PROCESS["steps"], "peer_review": {"needs": needs}}}
    groups = [
        {**each, "claim": "x", "members": ["gil", "jan"]} if each["name"] == "guests" else each for each in GROUPS
    ]
    policy = house({"groups.yaml": groups, "process.yaml": [process]})
    with pytest.raises(ForbiddenError, match="jan is in guests"):
        hear(given(shown_by="sign_in"), policy=policy)
    assert kept(given(shown_by="sign_in", groups_claimed=["guests"]), policy=policy)

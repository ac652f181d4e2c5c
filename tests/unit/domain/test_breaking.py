"""Who may break the glass, and who is told at once why not."""

from typing import Any, Final

import pytest

from gate.domain.break_glass import BreakGlass, GivenBreakGlass, liftable
from gate.domain.breaking import Breaking
from gate.domain.change import Change
from gate.domain.errors import (
    CallerError,
    ForbiddenError,
    PolicyRejectedError,
    SeenOtherwiseError,
    UnknownNameError,
    WrongStateError,
)
from gate.domain.policy_set import PolicySet
from tests.builders import AT_NS, DAY, HOUR, a_change, a_request, finished, started, withdrawn
from tests.house import FILES, Fields, a_policy

PROCESS: Final = FILES["process.yaml"][0]
ROBOT: Final = {"kind": "Person", "name": "deployer", "robot": True}
COMMANDERS: Final = {"kind": "Group", "name": "commanders", "members": ["ruth", "jan", "maria", "deployer"]}
GROUPS: Final = [*FILES["groups.yaml"], COMMANDERS, ROBOT]
CHANGE: Final = a_change(id="chg_1", requester="pipeline", request=a_request(author="maria", service="payments"))
"""Of payments; asked by a pipeline for what maria wrote."""


def house(terms: Fields | None = None, **process: Any) -> PolicySet:
    broken = {} if terms is None else {"break_glass": {"group": "commanders", **terms}}
    return a_policy({"groups.yaml": GROUPS, "process.yaml": [{**PROCESS, **broken, **process}]})


def given(by: str = "ruth", **fields: Any) -> GivenBreakGlass:
    usual = {"by": by, "shown_by": "token", "reason": "customers are charged twice right now", "incident": "INC-7"}
    return GivenBreakGlass.model_validate(usual | fields)


def broken(
    said: GivenBreakGlass,
    *before: BreakGlass,
    change: Change = CHANGE,
    policy: PolicySet | None = None,
    at_ns: int = AT_NS,
) -> BreakGlass | None:
    return Breaking(said, change, before, policy or house({})).admitted("glass_1", at_ns)


def kept(said: GivenBreakGlass, **fields: Any) -> BreakGlass:
    glass = broken(said, **fields)
    assert glass is not None
    return glass


def test_a_person_of_the_group_breaks_it_for_this_commit_and_for_as_long_as_policy_says() -> None:
    glass = kept(given(), policy=house({"holds": "PT2H", "review_due": "P1D"}))
    assert (glass.by, glass.number, glass.commit) == ("ruth", 1, CHANGE.request.commit)
    assert (glass.expires_ns, glass.review_within_ns) == (AT_NS + 2 * HOUR, DAY)
    assert glass.lifts == ("freeze", "peer_review")


def test_without_a_word_in_policy_there_is_no_break_glass() -> None:
    with pytest.raises(ForbiddenError, match="policy knows no break-glass") as caught:
        broken(given(), policy=house())
    assert "gate bypass new" in caught.value.hint


def test_a_robot_breaks_nothing_although_it_is_in_the_group() -> None:
    with pytest.raises(ForbiddenError, match="deployer is a robot") as caught:
        broken(given("deployer"))
    assert "a person" in caught.value.hint


def test_somebody_outside_of_the_group_is_told_who_may() -> None:
    with pytest.raises(ForbiddenError, match="lena is not in commanders") as caught:
        broken(given("lena"))
    assert caught.value.hint == "It can be broken by ruth, jan, maria."


def test_somebody_whom_nobody_knows_breaks_nothing() -> None:
    with pytest.raises(UnknownNameError, match="nobody is called 'rut'; did you mean ruth"):
        broken(given("rut"))


def test_whoever_wrote_or_asked_for_the_change_lets_another_do_it_unless_policy_says_otherwise() -> None:
    with pytest.raises(ForbiddenError, match="maria wrote change chg_1"):
        broken(given("maria"))
    asked = CHANGE.model_copy(update={"requester": "jan"})
    with pytest.raises(ForbiddenError, match="jan asked for change chg_1"):
        broken(given("jan"), change=asked)
    assert kept(given("maria"), policy=house({"own_changes": "allow"})).by == "maria"


def test_a_reason_has_as_many_words_as_policy_asks_for() -> None:
    with pytest.raises(CallerError, match="the reason has 4 words; policy asks for 6") as caught:
        broken(given(reason="it is charging twice"))
    assert caught.value.field == "reason"
    assert kept(given(reason="it is charging twice"), policy=house({"min_reason_words": 4}))


def test_the_same_again_is_broken_already_and_another_is_told_by_whom() -> None:
    first = kept(given())
    assert broken(given(), first, at_ns=AT_NS + HOUR) is None
    with pytest.raises(WrongStateError, match=r"ruth has broken the glass .* already \(INC-7\)"):
        broken(given("jan"), first)
    with pytest.raises(WrongStateError):
        broken(given(reason="something else is on fire now"), first)


def test_once_it_ran_out_it_may_be_broken_again() -> None:
    first = kept(given())
    again = broken(given(), first, at_ns=first.expires_ns)
    assert again is not None
    assert again.number == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [(started(CHANGE), "has started"), (finished(CHANGE), "is finished"), (withdrawn(CHANGE), "is withdrawn")],
)
def test_for_what_is_not_open_nothing_is_broken_but_the_same_again_is_answered(change: Change, told: str) -> None:
    with pytest.raises(WrongStateError, match=told):
        broken(given(), change=change)
    assert broken(given(), kept(given()), change=change, at_ns=AT_NS + DAY) is None


def test_it_is_broken_for_what_was_looked_at_and_nothing_else() -> None:
    with pytest.raises(SeenOtherwiseError, match="is of commit"):
        broken(given(commit="ab12" * 10))
    with pytest.raises(SeenOtherwiseError, match="is of artifact none"):
        broken(given(artifact=f"sha256:{'5' * 64}"))


def test_segregation_of_duties_and_what_cannot_be_bypassed_is_never_lifted() -> None:
    assert "segregation_of_duties" not in liftable(house({}).process)
    assert "evidence" not in liftable(house({}).process)


def test_policy_may_name_fewer_steps_but_none_that_cannot_be_bypassed() -> None:
    assert kept(given(), policy=house({"lifts": ["freeze"]})).lifts == ("freeze",)
    for step in ("evidence", "segregation_of_duties", "unheard_of"):
        with pytest.raises(PolicyRejectedError) as caught:
            house({"lifts": ["freeze", step]})
        (finding,) = caught.value.findings
        assert (finding.field, finding.message) == ("break_glass.lifts.1", f"{step} is no step that can be bypassed")
        assert finding.hint == "it lifts what a bypass could: freeze, peer_review"


def test_the_group_must_be_there() -> None:
    with pytest.raises(PolicyRejectedError, match="no group is called 'commander'; did you mean commanders"):
        house({"group": "commander"})


def test_where_nothing_can_be_bypassed_there_is_nothing_to_break() -> None:
    with pytest.raises(ForbiddenError, match="lift no step at all"):
        broken(given(), policy=house({}, steps={"freeze": {}}))

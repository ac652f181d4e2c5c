"""Which revision a change is judged at, and when it is too old for that."""

from datetime import timedelta

import pytest

from gate.application.active_policy import ActivePolicy
from gate.domain.errors import NoPolicyError, StalePolicyError, UnknownNameError
from gate.domain.instant import duration_ns
from tests.builders import AT_NS, HOUR, MINUTE
from tests.house import FILES, a_policy

POLICY = a_policy()
LIMIT = 10 * MINUTE


def confirmed(at_ns: int | None) -> ActivePolicy:
    return ActivePolicy(policy=POLICY, confirmed_at_ns=at_ns)


def test_the_usual_limit_is_ten_minutes() -> None:
    assert duration_ns(POLICY.settings.staleness) == duration_ns(timedelta(minutes=10)) == LIMIT


@pytest.mark.parametrize(
    ("confirmed_at", "stale"),
    [(AT_NS, False), (AT_NS - LIMIT, False), (AT_NS - LIMIT - 1, True), (None, True), (AT_NS + LIMIT, False)],
)
def test_a_policy_is_stale_once_it_was_confirmed_longer_ago_than_the_limit(
    confirmed_at: int | None, *, stale: bool
) -> None:
    assert confirmed(confirmed_at).is_stale(AT_NS) is stale


def test_a_confirmation_from_the_future_is_one_of_which_nobody_knows_how_old_it_is() -> None:
    assert confirmed(AT_NS + LIMIT + 1).is_stale(AT_NS)


def test_a_stale_policy_refuses_where_the_environment_says_so_and_only_there() -> None:
    old = confirmed(AT_NS - HOUR)
    assert old.pinned("staging", AT_NS) is POLICY
    with pytest.raises(StalePolicyError, match="last confirmed at 2026-11-02T09:00:00Z; production refuses"):
        old.pinned("production", AT_NS)


def test_why_the_repository_is_away_is_said_with_the_refusal() -> None:
    old = ActivePolicy(policy=POLICY, confirmed_at_ns=None, trouble="git did not answer")
    with pytest.raises(StalePolicyError, match="last confirmed never") as caught:
        old.pinned("production", AT_NS)
    assert "git did not answer" in caught.value.hint


def test_the_limit_is_the_repositorys_own() -> None:
    patient = a_policy({"gate.yaml": [{**FILES["gate.yaml"][0], "staleness": "PT2H"}]})
    assert ActivePolicy(policy=patient, confirmed_at_ns=AT_NS - HOUR).pinned("production", AT_NS) is patient


def test_without_a_policy_nothing_is_judged() -> None:
    with pytest.raises(NoPolicyError) as caught:
        ActivePolicy().pinned("production", AT_NS)
    assert "/readyz" in caught.value.hint
    assert ActivePolicy().is_stale(AT_NS)


def test_an_environment_that_nobody_knows_is_the_askers_mistake() -> None:
    with pytest.raises(UnknownNameError, match="did you mean production"):
        confirmed(AT_NS).pinned("prod", AT_NS)


@pytest.mark.parametrize(
    ("confirmed_at", "seconds"), [(None, -1.0), (AT_NS, 0.0), (AT_NS - HOUR, 3600.0), (AT_NS + HOUR, 0.0)]
)
def test_its_age_is_counted_from_the_last_confirmation(confirmed_at: int | None, seconds: float) -> None:
    assert confirmed(confirmed_at).age_seconds(AT_NS) == seconds

"""What a bypass would come to before anybody grants it, by the rules of the default pack."""

from dataclasses import replace
from typing import Any, Final

import pytest

from gate.application.bypass_trial import try_bypass
from gate.domain.bypass import Bypass
from gate.domain.bypass_trial import BypassTrial, change_named_by, replacing
from gate.domain.document import Document
from gate.domain.facts import TeamBypasses
from gate.domain.history import History
from gate.domain.instant import to_ns
from gate.domain.occasion import Occasion
from gate.domain.prerequisites import NO_PREREQUISITES
from gate.domain.red_button import PressedFreeze
from gate.domain.scope import Scope
from gate.interfaces.bypass_wire import BypassTrialAnswer
from gate.interfaces.cli.new_bypass import NewBypass
from tests.policies.pack_engine import pack, pack_engine
from tests.simulators.policy_engine import PolicyEngineSimulator

pytestmark = pytest.mark.anyio

USUAL: Final = {
    "kind": "Bypass",
    "id": "double-charge",
    "change": {"service": "payments", "environment": "production", "commit": "4f0c" * 10},
    "skip": ["freeze"],
    "reason": "The freeze protects revenue; this bug is charging customers twice.",
    "ticket": "INC-2291",
    "requested_by": "maria",
    "expires": "2026-10-06T12:00:00Z",
}
AT_NS: Final = to_ns(Bypass.model_validate(USUAL | {"expires": "2026-10-06T09:30:00Z"}).expires)
FREEZE: Final = PressedFreeze(
    id="frz-peak", scope=Scope(), reason="something is on fire", pressed_by="ruth", pressed_at_ns=AT_NS - 1
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def tried(history: History | None = None, author: str | None = None, **fields: Any) -> BypassTrial:
    bypass = Bypass.model_validate(USUAL | fields)
    policy = replacing(pack(), bypass)
    engine = PolicyEngineSimulator(pack_engine)
    await engine.prepare(policy.bundle)
    occasion = Occasion(change_named_by(bypass, AT_NS), policy, AT_NS)
    known = History(freezes=(FREEZE,)) if history is None else history
    return await try_bypass(bypass, occasion, known, NO_PREREQUISITES, engine, author=author, is_known=False)


def codes(trial: BypassTrial) -> list[str]:
    return [reason.code for reason in trial.objections]


async def test_the_step_that_it_lifts_keeps_its_verdict_beside_who_may_grant() -> None:
    trial = await tried()
    (step,) = trial.skipped
    assert step.verdict is not None
    assert (step.verdict.status, step.lifted_by, step.group) == ("waiting", "double-charge", "release-managers")
    assert (trial.granters, codes(trial), trial.lifts) == (("ruth", "samir"), [], ("freeze",))


async def test_not_being_granted_yet_speaks_against_nothing() -> None:
    assert not (await tried()).forbidden


async def test_whoever_wrote_the_file_may_not_grant_it() -> None:
    assert (await tried(author="ruth")).granters == ("samir",)


async def test_where_everything_would_pass_it_skips_nothing() -> None:
    trial = await tried(History())
    assert (trial.skips_nothing, trial.lifts) == (True, ())


async def test_a_step_that_is_not_demanded_has_no_verdict() -> None:
    (step,) = (await tried(skip=["architecture_review"])).skipped
    assert (step.verdict, step.group) == (None, "heads-of-engineering")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"expires": "2026-10-06T09:30:00Z"}, ["expired"]),
        ({"expires": "2026-10-09T09:30:01Z"}, ["too_long"]),
        ({"uses": 4}, ["too_many_uses"]),
        ({"reason": "Urgent, please do"}, ["reason_too_short"]),
        ({"add": [{"step": "capacity", "needs": {"group": "dba"}}]}, ["step_name_taken"]),
        ({"skip": ["freeze", "peer_review"]}, ["nobody_entitled"]),
        (
            {"change": {"service": "payments", "environment": "production"}, "expires": "2026-10-06T17:30:01Z"},
            ["too_long_without_commit"],
        ),
    ],
)
async def test_what_could_never_be_honoured_is_forbidden(fields: dict[str, Any], said: list[str]) -> None:
    trial = await tried(**fields)
    assert (codes(trial), trial.forbidden, trial.lifts if "nobody_entitled" not in said else ()) == (said, True, ())


@pytest.mark.parametrize(
    ("standing", "said"),
    [(TeamBypasses(pirs_overdue=1), ["review_overdue"]), (TeamBypasses(used=5), ["budget_spent"])],
)
async def test_what_stands_against_the_team_for_now_forbids_nothing_for_ever(
    standing: TeamBypasses, said: list[str]
) -> None:
    trial = await tried(History(freezes=(FREEZE,), team_bypasses=standing))
    assert (codes(trial), trial.forbidden, trial.lifts) == (said, False, ())


async def test_a_one_time_step_says_what_it_waits_for() -> None:
    trial = await tried(add=[{"step": "dba_pairing", "needs": {"group": "dba"}}])
    assert [(step.step, step.verdict.status) for step in trial.added()] == [("dba_pairing", "pending")]


async def test_findings_are_errors_where_the_file_can_never_be_honoured_and_warnings_for_the_team() -> None:
    document = Document("bypasses/x.yaml", {}, {("id",): 2, ("uses",): 9})
    alone = BypassTrialAnswer.of(await tried(uses=4))
    of_team = BypassTrialAnswer.of(await tried(History(freezes=(FREEZE,), team_bypasses=TeamBypasses(used=5))))
    new = NewBypass(Bypass.model_validate(USUAL), document, alone, (of_team,), "whatever")
    assert [(each.severity, each.line, each.field) for each in new.findings()] == [
        ("error", 9, "uses"),
        ("warning", 2, ""),
    ]
    nothing = replace(new, alone=BypassTrialAnswer.of(await tried()), trials=())
    assert list(nothing.findings()) == []

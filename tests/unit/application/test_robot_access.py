"""An identity token is bound once; whoever goes on with its change costs the store nothing more."""

import pytest

from gate.application.access import Access
from gate.application.active_policy import ActivePolicy
from gate.application.robots import RobotAccess, TokenUses
from gate.domain.access import Caller
from gate.domain.accounts import Accounts
from gate.domain.errors import ForbiddenError, StoreError, UnauthenticatedError
from gate.domain.robots import Robot
from tests.robots import a_robot, an_identity
from tests.simulators.clock import FixedClock
from tests.simulators.identity import IssuerSimulator
from tests.simulators.store import StoreSimulator

pytestmark = pytest.mark.anyio

ROBOT = Robot.model_validate(a_robot())


class House:
    """The uses of one gate."""

    def __init__(self) -> None:
        self.store = StoreSimulator()
        self.uses = TokenUses(self.store, FixedClock())


@pytest.fixture
def house() -> House:
    return House()


async def test_a_settled_token_costs_the_store_nothing_more(house: House) -> None:
    caller = ROBOT.caller(an_identity(), Accounts())
    await house.uses.demand_request(caller, "k")
    await house.uses.settle(caller, "chg_1")
    await house.uses.demand_change(caller, "chg_1")
    before = house.store.calls
    for _ in range(5):
        await house.uses.demand_request(caller, "k")
        await house.uses.settle(caller, "chg_1")
        await house.uses.demand_change(caller, "chg_1")
    assert house.store.calls == before
    for change in ("chg_2", "chg_1.x"):
        with pytest.raises(ForbiddenError, match="used for another change"):
            await house.uses.demand_change(caller, change)


async def test_so_many_are_remembered_and_the_others_asked_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.application.robots.KNOWN", 2)
    callers = [ROBOT.caller(an_identity(jti=f"t-{number}"), Accounts()) for number in range(4)]
    for caller in callers:
        await house.uses.demand_change(caller, "chg_1")
    with pytest.raises(ForbiddenError):
        await house.uses.demand_change(callers[0], "chg_2")


async def test_a_token_whose_use_cannot_be_written_is_used_for_nothing(house: House) -> None:
    house.store.fails_at = 1
    with pytest.raises(StoreError):
        await house.uses.demand_request(ROBOT.caller(an_identity(), Accounts()), "k")


async def test_whoever_asks_without_an_identity_token_is_bound_to_nothing(house: House) -> None:
    caller = Caller.anybody()
    await house.uses.demand_request(caller, "k")
    await house.uses.demand_change(caller, "chg_1")
    await house.uses.settle(caller, "chg_1")
    assert house.store.calls == 0


async def test_a_gate_that_trusts_issuers_was_never_open() -> None:
    clock = FixedClock()
    access = Access(StoreSimulator(), clock, RobotAccess(IssuerSimulator(clock), ActivePolicy()))
    assert not await access.is_open()
    with pytest.raises(UnauthenticatedError):
        await access.caller(None)

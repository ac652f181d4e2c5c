"""Who gets around the process of the default pack, and who does not: a table, judged by the pack's own rules."""

from collections import Counter, defaultdict
from typing import Final

import pytest

from gate.application.policy_check import run_case
from tests.policies.bypass_table import TABLE, Row, promise_of, rows
from tests.policies.pack_engine import pack_engine
from tests.simulators.policy_engine import PolicyEngineSimulator

pytestmark = pytest.mark.anyio
ROWS: Final = tuple(rows())


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("row", ROWS, ids=[row.note for row in ROWS])
async def test_a_bypass(row: Row) -> None:
    engine = PolicyEngineSimulator(pack_engine)
    await engine.prepare(row.policy.bundle)
    result = await run_case(row.policy, engine, "tests/cases/bypass.yaml", row.case)
    assert result.differences == ()


def test_every_row_has_its_twin_and_a_note_of_its_own() -> None:
    promises: defaultdict[str, set[str]] = defaultdict(set)
    for row in ROWS:
        about, what = row.promise
        promises[about].add(what)
    assert {about for about, said in promises.items() if said != {"refuses", "allows"}} == set()
    assert [note for note, times in Counter(row.note for row in ROWS).items() if times > 1] == []


def test_the_table_is_as_long_as_it_ought_to_be() -> None:
    what = Counter(promise_of(row["note"])[1] for row in TABLE["rows"])
    print(f"{what['refuses']} rows refuse, {what['allows']} allow")
    assert min(what.values()) >= 30

"""The schema: migrations and tables say the same, and no gate touches a database that it does not understand."""

import asyncio
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

from gate.adapters.sql.schema import NEWEST
from gate.adapters.sql.store import SqlStore
from gate.adapters.sql.tables import Row
from gate.domain.assessment import Need, Verdict
from gate.domain.decision import StepResult
from gate.domain.errors import StoreError
from gate.domain.listing import Listing, Wanted
from tests.builders import a_change, a_judgement, a_request, records_of

pytestmark = pytest.mark.anyio

_WITHOUT_LISTS = (
    "DROP TABLE daily_answers",
    "DROP TABLE asked_groups",
    "DROP INDEX ix_changes_asked",
    "DROP INDEX ix_changes_service_asked",
    "DROP INDEX ix_changes_requester_asked",
    "ALTER TABLE changes DROP COLUMN title",
    "ALTER TABLE changes DROP COLUMN words",
    "UPDATE alembic_version SET version_num = '0012'",
)
"""Back to what the schema was before."""


async def migrate(url: str) -> None:
    await (await SqlStore.open(url)).close()


def connected(url: str) -> Connection:
    return create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool).connect()


async def test_the_migrations_lead_to_exactly_the_tables_that_the_program_knows(url: str) -> None:
    await migrate(url)
    with connected(url) as connection:
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []


def test_the_newest_revision_is_the_head_of_the_migrations() -> None:
    assert ScriptDirectory("gate/adapters/sql/migrations").get_current_head() == NEWEST


async def test_gates_that_start_at_once_on_an_empty_database_do_not_collide(url: str) -> None:
    stores = await asyncio.gather(*(SqlStore.open(url) for _ in range(4)))
    judgement = a_judgement(a_change())
    await stores[0].record(judgement, records_of(judgement))
    assert await stores[3].change(judgement.change.id) is not None
    for store in stores:
        await store.close()


async def test_a_database_of_a_newer_gate_is_left_alone(url: str) -> None:
    await migrate(url)
    with connected(url) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="schema 9999") as caught:
        await SqlStore.open(url)
    assert "newer gate" in caught.value.hint


async def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    with connected(url) as connection, connection.begin():
        connection.execute(text("CREATE TABLE waits (oddity INTEGER)"))
    with pytest.raises(StoreError):
        await SqlStore.open(url)
    with connected(url) as connection:
        assert not connection.dialect.has_table(connection, "changes")
        assert not connection.dialect.has_table(connection, "alembic_version")


async def test_what_was_there_before_there_were_lists_is_found_in_them(url: str) -> None:
    change = a_change(request=a_request(summary="\n Take  the fee out\nof it", author="jan"))
    store = await SqlStore.open(url)
    judgement = a_judgement(change, outcome="review")
    need = Need(group="team-payments", approvals=1)
    steps = (StepResult(step="peer_review", verdict=Verdict(status="pending", needs=(need,))),)
    judgement = replace(judgement, decision=judgement.decision.model_copy(update={"steps": steps}))
    await store.record(judgement, records_of(judgement))
    expected = await store.listed(Wanted(text="TAKE the fee"))
    await store.close()
    with connected(url) as connection, connection.begin():
        for statement in _WITHOUT_LISTS:
            connection.execute(text(statement))
    store = await SqlStore.open(url)
    assert await store.listed(Wanted(text="TAKE the fee")) == expected
    assert expected is not None
    assert [each.title for each in expected.changes] == ["Take the fee out"]
    assert [each.id for each in (await store.listed(Wanted(text="jan")) or Listing(changes=())).changes] == [change.id]
    assert [each.change.id for each in await store.asked_of(("team-payments",), 9)] == [change.id]
    await store.close()

"""SQLite: where the file is and who may read it, that a commit is durable, and what happens when the disk fails."""

import asyncio
import re
import resource
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, NullPool, create_engine, event, make_url, text

from gate.adapters.sql import in_the_way, lists, statements
from gate.adapters.sql.sqlite import sqlite
from gate.adapters.sql.store import SqlStore
from gate.domain.errors import StoreError
from gate.ports import Store
from tests.builders import a_change, a_judgement, records_of

pytestmark = pytest.mark.anyio


async def record_one(store: Store) -> str:
    judgement = a_judgement(a_change(), outcome="review")
    return (await store.record(judgement, records_of(judgement))).change.id


async def test_the_file_and_its_log_are_for_nobody_else_to_read(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    store = await SqlStore.open(f"sqlite:///{folder}/gate.db")
    await record_one(store)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes["state"] == 0o700
    assert modes["gate.db"] == modes["gate.db-wal"] == 0o600
    await store.close()


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    with sqlite(make_url(f"sqlite:///{tmp_path}/gate.db")).writing.connect() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_store_in_memory_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="memory"):
        await SqlStore.open(url)


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be opened") as caught:
        await SqlStore.open(f"sqlite:///{tmp_path}/file/gate.db")
    assert "GATE_STATE_DIR" in caught.value.hint


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "gate.db").write_text("This is not a database, however long one looks at it." * 50)
    with pytest.raises(StoreError) as caught:
        await SqlStore.open(f"sqlite:///{tmp_path}/gate.db")
    assert "no SQLite database" in caught.value.hint


@contextmanager
def no_more_room(file: Path) -> Iterator[None]:
    """No file of this process can grow beyond the present size of this one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("count", [1, 5])
async def test_when_the_disk_is_full_nothing_is_acknowledged_and_afterwards_all_goes_on(
    tmp_path: Path, count: int
) -> None:
    store = await SqlStore.open(f"sqlite:///{tmp_path}/gate.db")
    before = await record_one(store)
    lost = [a_judgement(a_change(service=f"service-{number}")) for number in range(count)]
    with no_more_room(tmp_path / "gate.db-wal"):
        attempts = (store.record(judgement, records_of(judgement)) for judgement in lost)
        failures = await asyncio.gather(*attempts, return_exceptions=True)
    assert all(isinstance(failure, StoreError) and "disk" in failure.hint for failure in failures), failures
    after = await record_one(store)
    await store.close()

    store = await SqlStore.open(f"sqlite:///{tmp_path}/gate.db")
    assert [await store.change(judgement.change.id) for judgement in lost] == [None] * count
    assert await store.change(before) is not None
    assert await store.change(after) is not None
    await store.close()


async def test_a_database_that_takes_no_writes_is_not_ready(tmp_path: Path) -> None:
    file = tmp_path / "gate.db"
    await (await SqlStore.open(f"sqlite:///{file}")).close()
    readonly = create_engine(f"sqlite:///file:{file}?mode=ro&uri=true", poolclass=NullPool)
    store = SqlStore(replace(sqlite(make_url(f"sqlite:///{file}")), writing=readonly))
    with pytest.raises(StoreError) as caught:
        await store.ping()
    assert "write" in caught.value.hint
    await store.close()


READS = ("CHANGE", "KNOWN", "DECISION", "RECORDS", "LOAD_AND_TRACK_RECORD", "BYPASS_USES", "DUE")
PREREQUISITES = ("BY_ID", "NEWEST_OF_COMMIT", "HOLD_STILL", "TIMES")
WRITES = ("MOVE_ON", "END", "FORGET_REQUEST_KEY", "LET_GO", "LEAVE_LINE", "WAIT_NO_MORE", "WAKE", "POSTPONE", "PROBE")
LISTINGS = ("PAGE_OF_SERVICE", "PAGE_OF_REQUESTER", "LAST_OF_SERVICE", "LAST_OF_REQUESTER", "ASKED_OF", "ASK_NO_MORE")
LISTS = {"groups", "resources", "contended", "bypasses", "changes", "states_before"}


@pytest.mark.parametrize("name", [*READS, "IN_THE_WAY", *PREREQUISITES, *WRITES, *LISTINGS])
async def test_no_statement_looks_at_a_whole_table(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path}/gate.db"
    await (await SqlStore.open(url)).close()
    module = lists if name in LISTINGS else in_the_way if name == "IN_THE_WAY" else statements
    statement = getattr(module, name)
    values = {value: ["a", "b"] if value in LISTS else 1 for value in statement.compile().params}
    with sqlite(make_url(url)).writing.connect() as connection:
        plan = plan_of(connection, statement, values)
    assert plan
    # Scanned are only rows that were found before (`anon`, `ahead`), and the six classes of lengths.
    assert not [step for step in plan if re.match(r"SCAN (?!anon|ahead|lengths|6 CONSTANT ROWS)", step)]


@pytest.mark.parametrize("name", ["PAGE", "LAST"])
async def test_a_list_of_all_changes_follows_the_index_of_when_they_were_asked_for(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path}/gate.db"
    await (await SqlStore.open(url)).close()
    statement = getattr(lists, name)
    with sqlite(make_url(url)).writing.connect() as connection:
        plan = plan_of(connection, statement, dict.fromkeys(statement.compile().params, 1))
    assert any("ix_changes_asked" in step for step in plan)


def plan_of(connection: Connection, statement: Executable, values: Mapping[str, object]) -> list[str]:
    """What SQLite would do, one line a table that it looks at."""
    sent: list[tuple[str, Any]] = []
    event.listen(connection, "before_cursor_execute", lambda *said: sent.append((said[2], said[3])))
    connection.execute(statement, values)
    (text_sent, values_sent) = sent[-1]
    return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text_sent}", values_sent)]

"""The store on SQLite or PostgreSQL: the port's methods, each one transaction in a thread that owns its connection.

What is asked and written is in `statements`, `history` and `recording`; what the two databases do differently, in
`sqlite` and `postgresql`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Self

from sqlalchemy import Executable, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gate.adapters.sql import statements as sql
from gate.adapters.sql.answers import answers_of, write_answer
from gate.adapters.sql.break_glasses import file_glass, glasses_of, unfiled_glasses, write_glass
from gate.adapters.sql.database import Database
from gate.adapters.sql.failures import ADDRESS_HINT, translated
from gate.adapters.sql.history import busy_by, history_of
from gate.adapters.sql.lists import read_asked, read_listing
from gate.adapters.sql.outbox import forget_notice, put_off_notice, take_notices
from gate.adapters.sql.pirs import announce_pir, read_pir, read_pirs, unannounced_pirs, write_pir
from gate.adapters.sql.postgresql import postgresql
from gate.adapters.sql.prepared import Row, Session
from gate.adapters.sql.prerequisites import named
from gate.adapters.sql.recording import write_end, write_judgement, write_record, write_step_aside
from gate.adapters.sql.red_button import read_freeze, read_freezes, write_filing, write_press, write_thaw
from gate.adapters.sql.rows import JudgementRows, record_of, record_rows, recorded_decision_of, stored_change_of
from gate.adapters.sql.schema import bring_up_to_date
from gate.adapters.sql.sqlite import sqlite
from gate.adapters.sql.token_uses import write_use
from gate.adapters.sql.tokens import token_of, write_revocation, write_token
from gate.adapters.sql.transactions import TransactionQueue
from gate.domain.access import Token
from gate.domain.break_glass import BreakGlass
from gate.domain.change import Change, ChangeState
from gate.domain.errors import StoreError
from gate.domain.history import History, HistoryQuestion
from gate.domain.judgement import Judgement, RecordedDecision, StoredChange
from gate.domain.listing import Listing, Wanted
from gate.domain.notice import Notice
from gate.domain.pir import Pir, WrittenPir
from gate.domain.record import Record
from gate.domain.recurrence import Span
from gate.domain.red_button import PressedFreeze, Thaw
from gate.domain.review import Answer
from gate.domain.token_use import TokenUse


class SqlStore:
    """Implements `ports.Store`; its promises are written there."""

    def __init__(self, database: Database) -> None:
        """Use `open`, which sees to it that the tables are there."""
        self._database = database
        self._writes = TransactionQueue(database.writing, threads=database.writers, group=database.group)
        self._reads = TransactionQueue(database.reading, threads=database.readers)

    @classmethod
    async def open(cls, url: str, *, connections: int = 8) -> Self:
        """A store at an SQLAlchemy URL (`sqlite:///…`, `postgresql://…`), its schema brought up to date.

        `connections` to PostgreSQL at most. StoreError if the database does not answer, or is newer than this program.
        """
        database = await asyncio.to_thread(_database_at, url, connections)
        return cls(database)

    async def first_look(self, request_key: str, question: HistoryQuestion) -> StoredChange | History:
        """The change that this request key stands for, if it was asked before; else the history."""

        def look(session: Session) -> StoredChange | History:
            row = session.execute(sql.KNOWN, {"request_key": request_key}).one_or_none()
            return history_of(session, question, is_new=True) if row is None else stored_change_of(row)

        return await self._reads.run(look)

    async def change(self, change_id: str) -> StoredChange | None:
        """A change with its latest decision."""
        row = await self._first(sql.CHANGE, change=change_id)
        return None if row is None else stored_change_of(row)

    async def decision(self, decision_id: str) -> RecordedDecision | None:
        """A decision with the exact bytes it was made of."""
        row = await self._first(sql.DECISION, decision=decision_id)
        return None if row is None else recorded_decision_of(row)

    async def records(self, change_id: str) -> Sequence[Record]:
        """What happened to a change, oldest first."""
        return [record_of(row) for row in await self._all(sql.RECORDS, change=change_id)]

    async def listed(self, wanted: Wanted) -> Listing | None:
        """A page of changes, newest first; None if nobody knows the one of `before`."""
        return await self._reads.run(partial(read_listing, wanted=wanted))

    async def asked_of(self, groups: Sequence[str], limit: int) -> Sequence[StoredChange]:
        """Open changes that wait for these groups, the oldest first."""
        return await self._reads.run(partial(read_asked, groups=groups, limit=limit))

    async def history(self, question: HistoryQuestion) -> History:
        """What happened so far, as far as it matters to one change."""
        return await self._reads.run(partial(history_of, question=question))

    async def busy(self, question: HistoryQuestion, until_ns: int) -> Sequence[Span]:
        """When others hold what this change contends for."""
        return await self._reads.run(partial(busy_by, question=question, until_ns=until_ns))

    async def named(self, environment: str, names: Sequence[str]) -> Mapping[str, Change]:
        """The changes that these names stand for."""
        return await self._reads.run(partial(named, environment=environment, names=names))

    async def open_changes(self, service: str, environment: str, commit: str | None) -> Sequence[StoredChange]:
        """Open changes, newest first."""
        asked = {"service": service, "environment": environment}
        question = sql.OPEN_OF_SERVICE
        if commit is not None:
            question, asked = sql.OPEN_OF_COMMIT, asked | {"commit": commit}
        return [stored_change_of(row) for row in await self._all(question, **asked)]

    async def record(self, judgement: Judgement, records: Sequence[Record]) -> StoredChange:
        """Write a judgement whole, or raise FactsMovedError."""
        rows = JudgementRows.of(judgement, records)
        return await self._writes.run(lambda session: write_judgement(session, self._database, judgement, rows))

    async def answers(self, change_id: str) -> Sequence[Answer]:
        """What people answered to a change, oldest first."""
        return await self._reads.run(partial(answers_of, change_id=change_id))

    async def add_answer(self, answer: Answer, record: Record) -> None:
        """Keep one more answer to an open change, or raise FactsMovedError."""
        await self._writes.run(partial(write_answer, answer=answer, record=record))

    async def break_glasses(self, change_id: str) -> Sequence[BreakGlass]:
        """The glasses that were broken for a change, oldest first."""
        return await self._reads.run(partial(glasses_of, change_id=change_id))

    async def break_glass(self, glass: BreakGlass, record: Record) -> None:
        """Keep a glass that was broken for an open change, or raise FactsMovedError."""
        await self._writes.run(partial(write_glass, glass=glass, record=record))

    async def unfiled_glasses(self, limit: int) -> Sequence[BreakGlass]:
        """The broken glasses that are not proposed yet, oldest first."""
        return await self._reads.run(partial(unfiled_glasses, limit=limit))

    async def file_glass(self, glass_id: str, at_ns: int) -> None:
        """Remember that a pull request for a broken glass was proposed."""
        await self._writes.run(partial(file_glass, glass_id=glass_id, at_ns=at_ns))

    async def end(self, change: Change, expected: ChangeState, records: Sequence[Record]) -> None:
        """Finish or withdraw, or raise FactsMovedError."""
        rows = record_rows(records)
        await self._writes.run(lambda session: write_end(session, self._database, change, expected, rows))

    async def add_record(self, record: Record) -> None:
        """Write one more record of a change."""
        await self._writes.run(partial(write_record, record=record))

    async def note(self, record: Record) -> None:
        """Write a record that belongs to no change."""
        await self._write(sql.NEW_RECORD, **record_rows([record])[0])

    async def due(self, at_ns: int, limit: int) -> Sequence[str]:
        """Open and running changes whose time to be looked at again has come, longest due first."""
        return [row["id"] for row in await self._all(sql.DUE, at_ns=at_ns, limit=limit)]

    async def postpone(self, change_id: str, until_ns: int | None, *, if_due_at_ns: int | None = None) -> None:
        """Let a change that is not over be due only from then on."""
        told = {"change": change_id, "new_look_again_ns": until_ns}
        if if_due_at_ns is None:
            await self._write(sql.POSTPONE, **told)
        else:
            await self._write(sql.POSTPONE_IF_DUE_AT, **told, due_at_ns=if_due_at_ns)

    async def step_aside(self, change_id: str, at_ns: int, until_ns: int) -> None:
        """The same, and out of line."""
        await self._writes.run(partial(write_step_aside, change_id=change_id, at_ns=at_ns, until_ns=until_ns))

    async def make_all_due(self, at_ns: int, asked_since_ns: int) -> None:
        """Let what runs, and what is open, not approved to start now and not long forgotten, be looked at again."""
        await self._write(sql.MAKE_ALL_DUE, at_ns=at_ns, asked_since_ns=asked_since_ns)

    async def press(
        self, freeze: PressedFreeze, press_key: str | None, record: Record, asked_since_ns: int
    ) -> PressedFreeze:
        """Freeze; or the freeze that this key pressed before."""
        told = (self._database, freeze, press_key, record, asked_since_ns)
        return await self._writes.run(lambda session: write_press(session, *told))

    async def thaw(self, freeze_id: str, thaw: Thaw, record: Record, asked_since_ns: int) -> PressedFreeze | None:
        """Thaw what holds; the freeze as it then stands, None if there is none."""
        told = (self._database, freeze_id, thaw, record, asked_since_ns)
        return await self._writes.run(lambda session: write_thaw(session, *told))

    async def freeze(self, freeze_id: str) -> PressedFreeze | None:
        """A pressed freeze, however it stands."""
        return await self._reads.run(partial(read_freeze, freeze_id=freeze_id))

    async def freezes(self, *, holding_at_ns: int | None = None, pressed_since_ns: int = 0) -> Sequence[PressedFreeze]:
        """Pressed freezes, newest first."""
        return await self._reads.run(lambda session: read_freezes(session, holding_at_ns, pressed_since_ns))

    async def file(self, freeze_id: str, at_ns: int) -> None:
        """Remember that a pull request for a freeze was proposed."""
        await self._writes.run(partial(write_filing, freeze_id=freeze_id, at_ns=at_ns))

    async def pir(self, change_id: str) -> Pir | None:
        """What a change owes or has written that used a bypass."""
        return await self._reads.run(partial(read_pir, change_id=change_id))

    async def pirs(self, *, overdue_at_ns: int | None = None) -> Sequence[Pir]:
        """All, newest first; or those that are overdue."""
        return await self._reads.run(partial(read_pirs, overdue_at_ns=overdue_at_ns))

    async def write_pir(self, change_id: str, written: WrittenPir, record: Record) -> bool:
        """Write what is owed, and the record of it; False if nothing is owed any more."""
        return await self._writes.run(partial(write_pir, change_id=change_id, written=written, record=record))

    async def unannounced_pirs(self, overdue_at_ns: int, limit: int) -> Sequence[Pir]:
        """Overdue and not announced, the longest first."""
        return await self._reads.run(partial(unannounced_pirs, overdue_at_ns=overdue_at_ns, limit=limit))

    async def announce_pir(self, change_id: str, at_ns: int, notices: Sequence[Notice]) -> bool:
        """Announce a review that is overdue; False if that was done before."""
        return await self._writes.run(partial(announce_pir, change_id=change_id, at_ns=at_ns, told=notices))

    async def take_notices(self, at_ns: int, until_ns: int, limit: int) -> Sequence[Notice]:
        """Take what is due; it is due again at `until_ns`."""
        return await self._writes.run(partial(take_notices, at_ns=at_ns, until_ns=until_ns, limit=limit))

    async def forget_notice(self, notice_id: str) -> None:
        """It is delivered, or given up."""
        await self._writes.run(partial(forget_notice, notice_id=notice_id))

    async def put_off_notice(self, notice_id: str, until_ns: int) -> None:
        """It was tried in vain."""
        await self._writes.run(partial(put_off_notice, notice_id=notice_id, until_ns=until_ns))

    async def tokens(self) -> Sequence[Token]:
        """Every API token that was ever made, oldest first."""
        return [token_of(row) for row in await self._all(sql.TOKENS)]

    async def add_token(self, token: Token, record: Record) -> None:
        """Keep a new token, and write the record of it."""
        await self._writes.run(partial(write_token, token=token, record=record))

    async def revoke_token(self, token_id: str, at_ns: int, record: Record) -> bool:
        """Revoke a token, and write the record of it; False if there is none."""
        return await self._writes.run(partial(write_revocation, token_id=token_id, at_ns=at_ns, record=record))

    async def use_token(self, use: TokenUse, at_ns: int) -> TokenUse:
        """Bind an identity token to its first use; or what it is bound to."""
        return await self._writes.run(lambda session: write_use(session, self._database, use, at_ns))

    async def settle_token(self, token: str, change_id: str) -> None:
        """Remember which change the request of a token became."""
        await self._write(sql.SETTLE_TOKEN, settled=token, became=change_id)

    async def ping(self) -> None:
        """StoreError unless the database answers and takes writes. A full disk shows only when something is written."""
        await self._write(sql.PROBE)

    async def close(self) -> None:
        """Finish what was begun, then close all connections."""
        await self._reads.close()
        await self._writes.close()

    async def _first(self, question: Executable, **values: Any) -> Row | None:
        return await self._reads.run(lambda session: session.execute(question, values).one_or_none())

    async def _all(self, question: Executable, **values: Any) -> Sequence[Row]:
        return await self._reads.run(lambda session: session.execute(question, values).all())

    async def _write(self, statement: Executable, **values: Any) -> None:
        def write(session: Session) -> None:
            session.execute(statement, values)

        await self._writes.run(write)


def _database_at(url: str, connections: int) -> Database:
    try:
        database = _kind_of(url, connections)
        bring_up_to_date(database)
    except SQLAlchemyError as error:
        raise translated(error) from error
    return database


def _kind_of(url: str, connections: int) -> Database:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        # The message of the original names the whole text, password included.
        raise _unusable("GATE_DATABASE_URL is no URL") from None
    match address.get_backend_name():
        case "sqlite":
            return sqlite(address)
        case "postgresql":
            return postgresql(address, connections)
        case other:
            raise _unusable(f"GATE_DATABASE_URL names {other!r}, which the gate cannot use")


def _unusable(message: str) -> StoreError:
    return StoreError(message, hint=ADDRESS_HINT)

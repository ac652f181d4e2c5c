"""Statements that are compiled once mean what SQLAlchemy would have made of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from gate.adapters.sql.prepared import Session, Statements
from gate.adapters.sql.sqlite import sqlite

THINGS = Table(
    "things", MetaData(), Column("id", Integer, primary_key=True), Column("name", String), Column("body", LargeBinary)
)
NEW = insert(THINGS)
NAMED = select(THINGS).where(THINGS.c.name.in_(bindparam("names", expanding=True))).order_by(THINGS.c.id)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with sqlite(make_url(f"sqlite:///{tmp_path}/x.db")).writing.connect() as connection:
        yield connection


@pytest.fixture
def session(connection: Connection) -> Session:
    session = Session(connection, Statements(connection.dialect))
    session.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, body BLOB)"))
    return session


def test_rows_are_written_and_read_by_the_names_of_their_columns(session: Session) -> None:
    session.execute(NEW, {"id": 1, "name": "a", "body": b"\x00\xff"})
    assert session.execute(NAMED, {"names": ["a"]}).all() == [{"id": 1, "name": "a", "body": b"\x00\xff"}]


def test_several_rows_are_written_at_once(session: Session) -> None:
    session.execute(NEW, [{"id": n, "name": "a"} for n in range(5)])
    assert [row["id"] for row in session.execute(NAMED, {"names": ["a"]})] == list(range(5))


def test_inserts_of_other_columns_are_other_texts(session: Session) -> None:
    session.execute(NEW, {"id": 1, "name": "a"})
    session.execute(NEW, {"id": 2})
    assert session.execute(select(THINGS.c.name).order_by(THINGS.c.id)).scalars() == ["a", None]


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["b", "a", "c"], []])
def test_a_list_may_have_any_length(session: Session, names: list[str]) -> None:
    session.execute(NEW, [{"id": n, "name": name} for n, name in enumerate("abcd")])
    assert [row["name"] for row in session.execute(NAMED, {"names": names})] == sorted(names)


def test_values_never_become_text(session: Session) -> None:
    hostile = "x'); DROP TABLE things; --"
    session.execute(NEW, {"id": 1, "name": hostile})
    assert session.execute(NAMED, {"names": [hostile]}).one()["name"] == hostile


def test_what_a_statement_says_itself_needs_no_value(session: Session) -> None:
    session.execute(NEW, {"id": 1, "name": "a"})
    session.execute(update(THINGS).where(THINGS.c.name == "a").values(name=bindparam("other")), {"other": "b"})
    assert session.execute(select(THINGS.c.name)).scalar_one_or_none() == "b"


def test_nothing_found_is_none(session: Session) -> None:
    assert session.execute(select(THINGS)).one_or_none() is None
    assert session.execute(select(THINGS.c.name)).scalar_one_or_none() is None


def test_each_text_is_compiled_once(connection: Connection) -> None:
    statements = Statements(connection.dialect)
    values = {"names": ["a", "b"]}
    assert statements.prepared(NAMED, values) is statements.prepared(NAMED, {"names": ["c", "d"]})
    assert statements.prepared(NAMED, values) is not statements.prepared(NAMED, {"names": ["a"]})


def test_errors_are_those_of_sqlalchemy_and_hold_no_values(session: Session) -> None:
    session.execute(NEW, {"id": 1, "name": "a"})
    with pytest.raises(IntegrityError) as taken:
        session.execute(NEW, {"id": 1, "name": "a-secret"})
    assert "a-secret" not in str(taken.value)
    with pytest.raises(OperationalError):
        session.execute(text("SELECT nothing FROM nowhere"))

"""Bulk loads on both back ends: what COPY writes is what an insert writes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table, Uuid, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.bus.faults import is_database_down
from shared.storage.bulk import analyze, load_rows
from shared.storage.database import Database
from shared.storage.types import UtcDateTime
from tests.servers import fresh_database

metadata = MetaData()
KINDS = Table(
    "kinds",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("group", String, nullable=False),  # a word of SQL
    Column("keys", JSON, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("at", UtcDateTime),
    Column("note", String),
)
NAMES = tuple(KINDS.columns.keys())
COPIED = 2_000  # more than what is inserted


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    made = Database("documents", empty_url)
    metadata.create_all(made.engine)
    yield made
    made.dispose()


def row(number: int) -> tuple[Any, ...]:
    text = ("Xã An Bảo", 'tab\tline\nquote"', "\\N", "")[number % 4]
    at = datetime(2021, 6, 29, 1, number % 60, tzinfo=UTC) if number % 3 else None
    note = None if number % 5 else "có"
    return number, text, ["tỉnh", {"n": None}][: number % 3], number % 2 == 0, UUID(int=number), at, note


@pytest.mark.parametrize("count", [0, 3, COPIED])
def test_rows_come_back_as_they_were(database: Database, count: int) -> None:
    given = [row(number) for number in range(count)]
    with database.write() as session:
        load_rows(session, KINDS, NAMES, given)
        analyze(session, KINDS)
    with database.read() as session:
        found = [tuple(one) for one in session.execute(select(KINDS).order_by(KINDS.c.number))]
    assert found == given


def test_a_copy_goes_with_its_transaction(database: Database) -> None:
    def load_and_fail() -> None:
        with database.write() as session:
            load_rows(session, KINDS, NAMES, [row(number) for number in range(COPIED)])
            raise RuntimeError("the rest fails")

    with pytest.raises(RuntimeError):
        load_and_fail()
    with database.read() as session:
        assert session.execute(select(KINDS)).first() is None


@pytest.fixture
def postgres() -> Iterator[Database]:
    with fresh_database(f"diemcau_test_{secrets.token_hex(6)}") as url:
        made = Database("documents", url)
        metadata.create_all(made.engine)
        yield made
        made.dispose()


class Rows(list[tuple[Any, ...]]):
    """Halfway through them the server ends the connection of `pid`."""

    def __init__(self, rows: list[tuple[Any, ...]], database: Database, pid: int) -> None:
        super().__init__(rows)
        self._database, self._pid = database, pid

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for number, one in enumerate(super().__iter__()):
            if number == COPIED // 2:
                with self._database.read() as session:
                    session.execute(text("select pg_terminate_backend(:pid, 60000)"), {"pid": self._pid})
            yield one


def test_connection_lost_in_a_copy_is_the_databases_fault(postgres: Database) -> None:
    def load() -> None:
        with postgres.write() as session:
            pid = session.execute(text("select pg_backend_pid()")).scalar_one()
            rows = Rows([row(number) for number in range(COPIED)], postgres, pid)
            load_rows(session, KINDS, NAMES, rows)

    with pytest.raises(DBAPIError) as lost:
        load()
    assert is_database_down(lost.value)
    with postgres.write() as session:
        load_rows(session, KINDS, NAMES, [row(number) for number in range(COPIED)])


def test_row_that_a_copy_refuses_is_the_rows_fault(postgres: Database) -> None:
    def load() -> None:
        with postgres.write() as session:
            load_rows(session, KINDS, NAMES, [row(0) for _ in range(COPIED)])

    with pytest.raises(IntegrityError) as refused:
        load()
    assert not is_database_down(refused.value)

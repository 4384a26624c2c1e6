"""Bulk loads on both back ends: what COPY writes is what an insert writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table, Uuid, select

from shared.storage.bulk import analyze, load_rows
from shared.storage.database import Database
from shared.storage.types import UtcDateTime

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

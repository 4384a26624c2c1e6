from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from marshmallow import fields
from sqlalchemy import Column, Integer, MetaData, Table, event, select, text

from shared.bus.batching import BATCH, BATCH_BYTES, deliver_together, first_batch
from shared.bus.delivery import Consumer
from shared.bus.embedded import CursorConsumer
from shared.bus.envelope import Envelope
from shared.bus.inbox import Position, cursor_of
from shared.bus.outbox import emit
from shared.bus.parked import list_parked
from shared.contracts.event import Event
from shared.storage.database import Database

effects = Table("effects", MetaData(), Column("number", Integer, primary_key=True))
row = Table("row_of_others", MetaData(), Column("id", Integer, primary_key=True), Column("value", Integer))


class CountedV1(Event):
    event_type = "diemcau.test.thing.counted.v1"
    number = fields.Int(required=True)


class PagedV1(CountedV1):
    event_type = "diemcau.test.thing.paged.v1"
    paged = True


class Broken:
    """The numbers that the handler cannot bear."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()


def on_counted(session: Any, fact: Any, broken: Broken) -> None:
    session.execute(effects.insert(), {"number": fact.data["number"]})
    if fact.data["number"] in broken.numbers:
        raise ValueError("cannot count that")


HANDLERS = {CountedV1: on_counted, PagedV1: on_counted}


@pytest.fixture
def consumer(new_database: Any) -> Consumer:
    database = new_database("venue")
    effects.create(database.engine)
    return Consumer("venue", database, HANDLERS, Broken(), backoff=lambda _failures: 0.0)


def counted(number: int, *, key: str = "k", event_type: str = CountedV1.event_type) -> bytes:
    now, event_id = datetime.now(UTC), uuid4()
    data = {"number": number}
    whole = Envelope(event_id, event_type, "planning", key, now, key, number, event_id, None, data)
    return whole.to_bytes()


def applied(consumer: Consumer) -> list[int]:
    with consumer.database.read() as session:
        return sorted(session.execute(select(effects.c.number)).scalars())


@contextmanager
def commits(database: Database) -> Iterator[list[int]]:
    """Counts the transactions that are committed inside."""
    seen: list[int] = []

    def count(_connection: Any) -> None:
        seen.append(1)

    event.listen(database.engine, "commit", count)
    try:
        yield seen
    finally:
        event.remove(database.engine, "commit", count)


def test_events_are_applied_in_one_transaction(consumer: Consumer) -> None:
    with commits(consumer.database) as seen:
        assert deliver_together(consumer, [counted(number) for number in range(1, 51)])
    assert applied(consumer) == list(range(1, 51))
    assert len(seen) == 1


def test_what_was_applied_before_is_dropped(consumer: Consumer) -> None:
    raws = [counted(number) for number in (1, 2, 3)]
    assert deliver_together(consumer, raws[:2])
    assert deliver_together(consumer, [*raws, raws[2]])
    assert applied(consumer) == [1, 2, 3]


@pytest.mark.parametrize(
    "poison",
    [
        b"\x00 not JSON",
        counted(9, event_type="diemcau.test.thing.counted.v2"),
        counted(9).replace(b'"number":9', b'"number":"nine"'),
        counted(9),
    ],
    ids=["unreadable", "unknown version", "bad schema", "handler fails"],
)
def test_one_event_at_fault_leaves_all_of_them_to_be_delivered_one_by_one(
    consumer: Consumer, poison: bytes
) -> None:
    consumer.context.numbers = {9}
    assert not deliver_together(consumer, [counted(1), poison, counted(3)])
    assert applied(consumer) == []


def test_position_is_committed_with_them(consumer: Consumer) -> None:
    deliver_together(consumer, [counted(1), counted(2)], position=Position("planning", 7))
    with consumer.database.read() as session:
        assert cursor_of(session, "venue", "planning") == 7


def test_batch_ends_before_a_page_and_at_its_size(consumer: Consumer) -> None:
    small, page = (CountedV1.event_type, 100), (PagedV1.event_type, 100)
    assert first_batch(consumer, [small] * 3 + [page] + [small] * 3) == 3
    assert first_batch(consumer, [page, small]) == 1
    assert first_batch(consumer, [small] * (2 * BATCH)) == BATCH
    assert first_batch(consumer, [(CountedV1.event_type, BATCH_BYTES // 2)] * 3) == 2
    assert first_batch(consumer, []) == 1


def test_batch_gives_way_to_who_holds_what_it_needs(new_postgres: Any) -> None:
    """It is never the request that PostgreSQL ends because of a deadlock."""
    database = new_postgres("venue")
    row.create(database.engine)
    with database.write() as session:
        session.execute(row.insert(), {"id": 1, "value": 0})

    def wait_for_row(session: Any, _fact: Any, _context: Any) -> None:
        session.execute(text("update row_of_others set value = value + 1 where id = 1"))

    waiting = Consumer("venue", database, {CountedV1: wait_for_row})
    with database.write() as session:
        session.execute(text("update row_of_others set value = 5 where id = 1"))
        assert not deliver_together(waiting, [counted(1), counted(2)])
    assert deliver_together(waiting, [counted(1), counted(2)])


class Backlog:
    """Events in an outbox, and who reads it."""

    def __init__(self, planning: Database, consumer: Consumer) -> None:
        self.planning, self.consumer = planning, consumer
        effects.create(consumer.database.engine)

    def send(self, *numbers: int, key: str = "k") -> None:
        with self.planning.write() as session:
            for number in numbers:
                emit(session, CountedV1, {"number": number}, key=key)

    def pump(self) -> int:
        """How many transactions it took."""
        with commits(self.consumer.database) as seen:
            CursorConsumer(self.consumer, {"planning": self.planning}).pump(threading.Event())
        return len(seen)


@pytest.fixture
def backlog(new_sqlite: Any) -> Backlog:
    consumer = Consumer("venue", new_sqlite("venue"), HANDLERS, Broken(), backoff=lambda _failures: 0.0)
    return Backlog(new_sqlite("planning"), consumer)


def test_backlog_takes_few_transactions_once_the_first_have_gone_through(backlog: Backlog) -> None:
    backlog.send(*range(1, 11 * BATCH + 1))
    # One by one the first hundred, then a hundred at a time; a read for each two hundred beside them.
    assert backlog.pump() < 2 * BATCH
    assert applied(backlog.consumer) == list(range(1, 11 * BATCH + 1))


def test_poison_in_a_backlog_parks_its_key_and_nothing_else(backlog: Backlog) -> None:
    backlog.send(*range(1, BATCH + 1))
    backlog.consumer.context.numbers = {500}
    backlog.send(500, 501, key="bad")
    backlog.send(*range(600, 700))
    backlog.pump()
    with backlog.consumer.database.read() as session:
        parked = [(one.key, one.state) for one in list_parked(session)]
    assert parked == [("bad", "failed"), ("bad", "waiting")]
    assert applied(backlog.consumer) == [*range(1, BATCH + 1), *range(600, 700)]

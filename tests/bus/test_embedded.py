from __future__ import annotations

import threading
from typing import Any

import pytest
from marshmallow import fields
from sqlalchemy import func, select

from shared.bus.delivery import Consumer
from shared.bus.embedded import READ, CursorConsumer
from shared.bus.faults import Unavailable
from shared.bus.inbox import cursor_of
from shared.bus.outbox import emit
from shared.bus.parked import list_parked
from shared.bus.tables import inbox
from shared.contracts.event import Event
from shared.storage.database import Database


class CountedV1(Event):
    event_type = "diemcau.test.thing.counted.v1"
    number = fields.Int(required=True)


class OtherV1(CountedV1):
    event_type = "diemcau.test.other.counted.v1"


class Heard:
    """The numbers that reached the handler, by source; one of them it cannot bear."""

    def __init__(self) -> None:
        self.numbers: list[tuple[str, int]] = []
        self.broken: int | None = None


def on_counted(_session: Any, fact: Any, heard: Heard) -> None:
    if fact.data["number"] == heard.broken:
        raise ValueError
    heard.numbers.append((fact.source, fact.data["number"]))


@pytest.fixture
def planning(new_sqlite: Any) -> Database:
    database: Database = new_sqlite("planning")
    return database


@pytest.fixture
def consumer(new_sqlite: Any) -> Consumer:
    handlers = {CountedV1: on_counted}
    return Consumer("venue", new_sqlite("venue"), handlers, Heard(), backoff=lambda _failures: 0.0)


def send(database: Database, *numbers: int, contract: type[Event] = CountedV1, key: str = "k") -> None:
    for number in numbers:
        with database.write() as session:
            emit(session, contract, {"number": number}, key=key)


def position(consumer: Consumer, source: str = "planning") -> int:
    with consumer.database.read() as session:
        return cursor_of(session, consumer.name, source)


def test_pump_delivers_everything_in_order(planning: Database, consumer: Consumer) -> None:
    send(planning, *range(READ + 50))
    reader = CursorConsumer(consumer, {"planning": planning})
    assert reader.pump() == READ + 50
    assert consumer.context.numbers == [("planning", number) for number in range(READ + 50)]
    assert position(consumer) == READ + 50
    assert reader.pump() == 0


def test_restart_goes_on_where_it_ended(planning: Database, consumer: Consumer) -> None:
    send(planning, 1)
    CursorConsumer(consumer, {"planning": planning}).pump()
    send(planning, 2)
    assert CursorConsumer(consumer, {"planning": planning}).pump() == 1
    assert consumer.context.numbers == [("planning", 1), ("planning", 2)]


def test_sources_have_cursors_of_their_own(planning: Database, consumer: Consumer, new_sqlite: Any) -> None:
    awards = new_sqlite("awards")
    send(planning, 1, 2)
    send(awards, 3)
    CursorConsumer(consumer, {"planning": planning, "awards": awards}).pump()
    assert consumer.context.numbers == [("planning", 1), ("planning", 2), ("awards", 3)]
    assert (position(consumer, "planning"), position(consumer, "awards")) == (2, 1)


def test_events_without_handler_are_passed_over(planning: Database, consumer: Consumer) -> None:
    send(planning, 1)
    send(planning, 2, 3, 4, contract=OtherV1)
    assert CursorConsumer(consumer, {"planning": planning}).pump() == 4
    assert position(consumer) == 4
    assert consumer.context.numbers == [("planning", 1)]


def test_parked_event_does_not_stop_the_others(planning: Database, consumer: Consumer) -> None:
    consumer.context.broken = 1
    send(planning, 1, 2)
    send(planning, 3, key="other")
    CursorConsumer(consumer, {"planning": planning}).pump()
    assert consumer.context.numbers == [("planning", 3)]
    assert position(consumer) == 3
    with consumer.database.read() as session:
        assert [row.state for row in list_parked(session)] == ["failed", "waiting"]


def test_run_is_woken_by_a_commit(planning: Database, consumer: Consumer, wait_until: Any) -> None:
    reader, stop = CursorConsumer(consumer, {"planning": planning}, poll=600), threading.Event()
    thread = threading.Thread(target=reader.run, args=(stop,), daemon=True)
    thread.start()
    send(planning, 1)
    wait_until(lambda: consumer.context.numbers == [("planning", 1)])
    stop.set()
    send(planning, 2)  # wakes it to see that it is over
    thread.join(60)
    assert not thread.is_alive()


def test_events_are_heard_of_without_a_wake(
    planning: Database, consumer: Consumer, running: Any, wait_until: Any
) -> None:
    elsewhere = Database("planning", planning.engine.url.render_as_string(hide_password=False))
    with running(CursorConsumer(consumer, {"planning": planning}).run):
        send(elsewhere, 1)
        wait_until(lambda: consumer.context.numbers)
    elsewhere.dispose()


def test_database_that_cannot_be_reached_is_unavailable(planning: Database, consumer: Consumer) -> None:
    send(planning, 1)
    gone = Database("awards", "sqlite:////nowhere/at/all.db")
    with pytest.raises(Unavailable):
        CursorConsumer(consumer, {"planning": planning, "awards": gone}).pump()


def test_stop_ends_a_long_run(planning: Database, consumer: Consumer) -> None:
    send(planning, *range(10))
    stop = threading.Event()
    stop.set()
    assert CursorConsumer(consumer, {"planning": planning}).pump(stop) == 0
    with consumer.database.read() as session:
        assert session.execute(select(func.count()).select_from(inbox)).scalar_one() == 0


def test_sources_must_be_sqlite(consumer: Consumer) -> None:
    server = Database("planning", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(ValueError, match="planning"):
        CursorConsumer(consumer, {"planning": server})

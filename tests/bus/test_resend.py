"""Publishing again what the outbox still has, on real PostgreSQL and RabbitMQ."""

from __future__ import annotations

from typing import Any

import pytest
from kombu import Connection
from marshmallow import fields
from sqlalchemy import func, select, update

from shared.bus.delivery import Consumer, Fact
from shared.bus.outbox import backlog, emit, retelling
from shared.bus.pages import collect, emit_pages
from shared.bus.parked import list_parked
from shared.bus.rabbit import RabbitConsumer
from shared.bus.relay import Relay
from shared.bus.resend import RelayRunning, resend
from shared.bus.tables import dead_letter, inbox, outbox
from shared.bus.topology import Topology
from shared.contracts.event import Event, PagedEvent
from shared.storage.database import Database
from shared.storage.session import Session

THING, LIST = "diemcau.test.thing.counted.v1", "diemcau.test.list.told.v1"


class CountedV1(Event):
    event_type = THING
    number = fields.Int(required=True)


class ToldV1(PagedEvent):
    event_type = LIST


class Listener:
    """Notes what it applies; can be made to fail."""

    def __init__(self, name: str, database: Database) -> None:
        self.numbers: list[int] = []
        self.batches: list[str] = []
        self.broken = False
        handlers = {CountedV1: self._count, ToldV1: self._collect}
        self.consumer = Consumer(name, database, handlers, backoff=lambda _: 0.0)

    def _count(self, _session: Session, fact: Fact, _context: Any) -> None:
        if self.broken:
            raise RuntimeError("broken")
        self.numbers.append(fact.data["number"])

    def _collect(self, session: Session, fact: Fact, _context: Any) -> None:
        if batch := collect(session, fact):
            self.batches.append(batch.batch)


class House:
    """One service that tells, two that listen, and a broker between them."""

    def __init__(self, new_postgres: Any, topology: Topology, amqp_url: str, running: Any, wait: Any) -> None:
        self.owner: Database = new_postgres("planning")
        self.listeners = [Listener(name, new_postgres(name)) for name in topology.consumers]
        self.topology, self.url, self.running, self.wait = topology, amqp_url, running, wait

    def publish(self) -> None:
        """Let the relay run until it has published everything."""
        with self.running(self.relay().run):
            self.wait(lambda: self.unpublished() == 0)

    def relay(self) -> Relay:
        return Relay(self.owner, self.url, self.topology)

    def unpublished(self) -> int:
        with self.owner.read() as session:
            return backlog(session).unpublished

    def listen(self) -> None:
        """Let both read until their queues are empty and nothing is in hand: that comes back at the end."""
        for listener in self.listeners:
            reader = RabbitConsumer(listener.consumer, self.url, self.topology)
            while self.ready(listener.consumer.name):
                with self.running(reader.run):
                    self.wait(lambda name=listener.consumer.name: self.ready(name) == 0)

    def ready(self, name: str) -> int:
        with Connection(self.url) as connection:
            found = connection.channel().queue_declare(self.topology.queue(name), passive=True)
            return int(found.message_count)

    def lose(self) -> None:
        """The broker forgets everything."""
        with Connection(self.url) as connection:
            for listener in self.listeners:
                connection.channel().queue_delete(self.topology.queue(listener.consumer.name))

    def tell(self, *numbers: int, key: str = "k") -> None:
        with self.owner.write() as session:
            for number in numbers:
                emit(session, CountedV1, {"number": number}, key=key)


@pytest.fixture
def house(new_postgres: Any, new_topology: Any, amqp_url: str, running: Any, wait_until: Any) -> House:
    topology = new_topology({"venue": frozenset({THING, LIST}), "awards": frozenset({THING, LIST})})
    return House(new_postgres, topology, amqp_url, running, wait_until)


def test_what_the_broker_lost_arrives_in_order_and_what_is_known_is_dropped(house: House) -> None:
    house.tell(1, 2)
    house.publish()
    house.listen()
    house.tell(3, 4, 5)
    house.publish()
    house.lose()
    assert list(resend(house.owner, portion=2)) == [2, 2, 1]
    house.publish()
    house.listen()
    assert [listener.numbers for listener in house.listeners] == [[1, 2, 3, 4, 5]] * 2


def test_event_for_one_goes_to_that_one_again(house: House) -> None:
    with house.owner.write() as session, retelling(session, "awards"):
        emit(session, CountedV1, {"number": 9}, key="k")
    house.publish()
    house.lose()
    assert sum(resend(house.owner)) == 1
    house.publish()
    house.listen()
    assert [listener.numbers for listener in house.listeners] == [[], [9]]


def test_pages_complete_their_batch_once(house: House) -> None:
    rows = [[number] for number in range(5_000)]
    with house.owner.write() as session:
        told: dict[str, Any] = {"key": "c", "conference": "c", "batch": "b", "head": {}}
        assert emit_pages(session, ToldV1, tables={"rows": (("number",), rows)}, **told) == 3
    house.publish()
    house.lose()
    for _ in range(2):
        assert sum(resend(house.owner)) == 3
        house.publish()
        house.listen()
    assert [listener.batches for listener in house.listeners] == [["b"]] * 2


def test_old_event_whose_record_is_pruned_does_not_overwrite_a_newer_one(house: House) -> None:
    house.tell(1, 2)
    house.publish()
    house.listen()
    for listener in house.listeners:
        with listener.consumer.database.write() as session:
            session.execute(inbox.delete())
    assert sum(resend(house.owner)) == 2
    house.publish()
    house.listen()
    assert [listener.numbers for listener in house.listeners] == [[1, 2]] * 2


def test_parked_event_stays_parked_once(house: House) -> None:
    venue = house.listeners[0]
    venue.broken = True
    house.tell(1, 2)
    house.publish()
    house.listen()
    venue.broken = False
    assert sum(resend(house.owner)) == 2
    house.publish()
    house.listen()
    with venue.consumer.database.read() as session:
        assert [event.state for event in list_parked(session)] == ["failed", "waiting"]
        assert session.execute(select(func.count()).select_from(dead_letter)).scalar_one() == 2
    assert venue.numbers == []


def test_refusals_are_forgotten(house: House) -> None:
    house.tell(1)
    house.publish()
    with house.owner.write() as session:
        session.execute(update(outbox).values(attempts=7, last_error="nack"))
    assert sum(resend(house.owner)) == 1
    with house.owner.read() as session:
        assert (backlog(session).unpublished, backlog(session).refused) == (1, 0)


def test_running_relay_is_not_overtaken(house: House) -> None:
    house.tell(1)
    with house.running(house.relay().run):
        house.wait(lambda: house.unpublished() == 0)
        with pytest.raises(RelayRunning, match="planning"):
            list(resend(house.owner))
    assert list(resend(house.owner)) == [1]


def test_relay_that_starts_meanwhile_waits(house: House) -> None:
    house.tell(1, 2, 3)
    house.publish()
    house.lose()
    portions = resend(house.owner, portion=1)
    next(portions)
    with house.running(house.relay().run):
        assert list(portions) == [1, 1]
        house.wait(lambda: house.unpublished() == 0)
    house.listen()
    assert house.listeners[0].numbers == [1, 2, 3]

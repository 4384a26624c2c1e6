from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from kombu import Connection
from marshmallow import fields
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update

from shared.bus.delivery import Consumer
from shared.bus.embedded import CursorConsumer
from shared.bus.envelope import Envelope, stamp
from shared.bus.inbox import cursor_of
from shared.bus.outbox import emit
from shared.bus.relay import Relay
from shared.bus.republish import CHUNK, CannotRetell, Retelling, republish
from shared.bus.tables import outbox
from shared.bus.topology import Topology, declare
from shared.contracts.event import Event
from shared.storage.database import Database
from shared.storage.session import Session

things = Table(
    "things",
    MetaData(),
    Column("key", String, primary_key=True),
    Column("number", Integer, nullable=False),
)


class CountedV1(Event):
    event_type = "diemcau.test.thing.counted.v1"
    number = fields.Int(required=True)


def tell(session: Session, key: str) -> None:
    number = session.execute(select(things.c.number).where(things.c.key == key)).scalar_one()
    if number < 0:
        raise CannotRetell(f"{key} is lost")
    emit(session, CountedV1, {"number": number}, key=key)


def keys(session: Session) -> Sequence[str]:
    return session.execute(select(things.c.key).order_by(things.c.key)).scalars().all()


COUNTED = Retelling(frozenset({CountedV1}), keys, str, tell)


@pytest.fixture
def owner(new_database: Any) -> Database:
    database: Database = new_database("planning")
    return with_things(database)


def with_things(database: Database) -> Database:
    things.create(database.engine)
    return database


def count(database: Database, **numbers: int) -> None:
    """Write things down, and tell everybody."""
    for key, number in numbers.items():
        with database.write() as session:
            session.execute(insert(things).values(key=key, number=number))
            emit(session, CountedV1, {"number": number}, key=key)


def sent(database: Database) -> list[Envelope]:
    with database.read() as session:
        rows = session.execute(select(outbox.c.envelope, outbox.c.key_version).order_by(outbox.c.seq))
        return [Envelope.from_bytes(stamp(row.envelope, row.key_version)) for row in rows]


def test_facts_are_told_again_as_they_are_now_to_one_consumer(owner: Database) -> None:
    count(owner, a=1, b=2)
    with owner.write() as session:
        session.execute(update(things).values(number=7).where(things.c.key == "a"))
    assert [progress.done for progress in republish(owner, COUNTED, "venue")] == [2]
    again = sent(owner)[2:]
    assert [(one.key, one.data["number"]) for one in again] == [("a", 7), ("b", 2)]
    assert {one.recipient for one in again} == {"venue"}
    assert [one.key_version for one in again] == [2, 2]  # they follow what was told before
    assert {one.recipient for one in sent(owner)[:2]} == {None}


def test_what_cannot_be_told_is_named_and_the_rest_is_told(owner: Database) -> None:
    count(owner, a=1, b=-1, c=3)
    [progress] = republish(owner, COUNTED, "venue")
    assert (progress.done, progress.problems) == (3, ("b is lost",))
    assert [one.key for one in sent(owner)[3:]] == ["a", "c"]


def test_many_things_are_told_by_and_by(owner: Database) -> None:
    with owner.write() as session:
        rows = [{"key": f"{number:05}", "number": number} for number in range(CHUNK + 1)]
        session.execute(insert(things), rows)
    assert [progress.done for progress in republish(owner, COUNTED, "venue")] == [CHUNK, 1]
    assert [one.data["number"] for one in sent(owner)] == list(range(CHUNK + 1))


def test_change_that_is_under_way_is_told_before(new_postgres: Any) -> None:
    """Read before it and sent after it, the old value would win."""
    owner = with_things(new_postgres("planning"))
    count(owner, a=1, b=2)
    done = threading.Thread(target=lambda: list(republish(owner, COUNTED, "venue")))
    with owner.write() as session:
        session.execute(update(things).values(number=9).where(things.c.key == "a"))
        emit(session, CountedV1, {"number": 9}, key="a")
        done.start()
        done.join(0.5)
        assert done.is_alive(), "it did not wait for the key"
    done.join(60)
    told = {one.key: one for one in sent(owner) if one.recipient}
    assert (told["a"].data["number"], told["a"].key_version) == (9, 3)
    assert told["b"].data["number"] == 2


class Heard:
    """The numbers that reached the handler, with whether they were known."""

    def __init__(self) -> None:
        self.numbers: list[tuple[int, bool]] = []


def on_counted(_session: Any, fact: Any, heard: Heard) -> None:
    heard.numbers.append((fact.data["number"], fact.retold))


def reader(database: Database) -> Consumer:
    return Consumer(database.service, database, {CountedV1: on_counted}, Heard())


def test_embedded_the_others_pass_it_over(new_sqlite: Any) -> None:
    owner = with_things(new_sqlite("planning"))
    venue, awards = reader(new_sqlite("venue")), reader(new_sqlite("awards"))
    count(owner, a=1)
    list(republish(owner, COUNTED, "venue"))
    for consumer in (venue, awards):
        CursorConsumer(consumer, {"planning": owner}).pump()
        with consumer.database.read() as session:
            assert cursor_of(session, consumer.name, "planning") == 2
    assert venue.context.numbers == [(1, False), (1, True)]
    assert awards.context.numbers == [(1, False)]


def test_relay_sends_it_to_the_queue_of_the_one_alone(
    new_postgres: Any, new_topology: Any, amqp_url: str, running: Any, wait_until: Any
) -> None:
    owner = with_things(new_postgres("planning"))
    types = frozenset({CountedV1.event_type})
    topology: Topology = new_topology({"venue": types, "awards": types})
    declare(amqp_url, topology)
    with owner.write() as session:
        session.execute(insert(things).values(key="a", number=1))
    list(republish(owner, COUNTED, "venue"))
    unpublished = select(outbox.c.seq).where(outbox.c.published_at.is_(None))

    def is_published() -> bool:
        with owner.read() as session:
            return session.execute(unpublished).first() is None

    with running(Relay(owner, amqp_url, topology).run):
        wait_until(is_published)
    with Connection(amqp_url) as connection:
        channel = connection.channel()
        counts = [
            channel.queue_declare(topology.queue(name), passive=True).message_count
            for name in ("venue", "awards")
        ]
    assert counts == [1, 0]

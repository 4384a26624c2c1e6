from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection
from marshmallow import fields
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from shared.bus.delivery import Consumer
from shared.bus.envelope import Envelope
from shared.bus.faults import BrokerDown
from shared.bus.parked import list_parked
from shared.bus.rabbit import PREFETCH, RabbitConsumer
from shared.bus.tables import inbox
from shared.bus.topology import Topology, count_unrouted, declare
from shared.contracts.event import Event


class CountedV1(Event):
    event_type = "diemcau.test.thing.counted.v1"
    number = fields.Int(required=True)


class Heard:
    """The numbers that reached the handler, and a gate that holds it back."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.gate = threading.Event()
        self.gate.set()


def on_counted(session: Any, fact: Any, heard: Heard) -> None:
    session.execute(text("SELECT 1"))
    heard.numbers.append(fact.data["number"])
    assert heard.gate.wait(60)


@pytest.fixture
def topology(new_topology: Any, amqp_url: str) -> Topology:
    made: Topology = new_topology({"venue": frozenset({CountedV1.event_type})})
    declare(amqp_url, made)
    return made


@pytest.fixture
def consumer(new_postgres: Any) -> Consumer:
    handlers = {CountedV1: on_counted}
    return Consumer("venue", new_postgres("venue"), handlers, Heard(), backoff=lambda _failures: 0.0)


@pytest.fixture
def publish(topology: Topology, amqp_url: str) -> Iterator[Callable[..., None]]:
    with Connection(amqp_url) as connection:
        producer = connection.Producer()

        def send(*bodies: bytes, event_type: str = CountedV1.event_type) -> None:
            for body in bodies:
                producer.publish(body, exchange=topology.exchange, routing_key=event_type, delivery_mode=2)

        yield send


def counted(number: int, event_type: str = CountedV1.event_type) -> bytes:
    now, event = datetime.now(UTC), uuid4()
    data = {"number": number}
    return Envelope(event, event_type, "planning", "k", now, "k", number, event, None, data).to_bytes()


def waiting(amqp_url: str, topology: Topology) -> int:
    """Messages of the consumer's queue that nobody holds."""
    with Connection(amqp_url) as connection:
        return int(connection.channel().queue_declare(topology.queue("venue"), passive=True).message_count)


def recorded(consumer: Consumer) -> int:
    with consumer.database.read() as session:
        return int(session.execute(select(func.count()).select_from(inbox)).scalar_one())


def test_events_arrive_in_order_and_leave_the_queue(
    consumer: Consumer, topology: Topology, amqp_url: str, publish: Any, running: Any, wait_until: Any
) -> None:
    publish(*[counted(number) for number in range(1, 101)])
    with running(RabbitConsumer(consumer, amqp_url, topology).run):
        wait_until(lambda: recorded(consumer) == 100)
    assert consumer.context.numbers == list(range(1, 101))
    assert waiting(amqp_url, topology) == 0


def test_event_is_acknowledged_only_after_the_commit(
    consumer: Consumer,
    topology: Topology,
    network: Any,
    amqp_url: str,
    publish: Any,
    running: Any,
    wait_until: Any,
) -> None:
    """The wire is cut while the handler works: the event stays with the broker, and the inbox drops it."""
    consumer.context.gate.clear()
    publish(counted(1), counted(2))
    with running(RabbitConsumer(consumer, network.amqp_url, topology).run):
        wait_until(lambda: consumer.context.numbers == [1])
        network.cut()
        wait_until(lambda: waiting(amqp_url, topology) == 2)
        consumer.context.gate.set()
        wait_until(lambda: recorded(consumer) >= 1)
        network.mend()
        publish(counted(3))
        wait_until(lambda: recorded(consumer) == 3)
    assert consumer.context.numbers == [1, 2, 3]
    assert waiting(amqp_url, topology) == 0


def test_one_consumer_holds_a_few_events_only(
    consumer: Consumer, topology: Topology, amqp_url: str, publish: Any, running: Any, wait_until: Any
) -> None:
    consumer.context.gate.clear()
    total = PREFETCH + 50
    publish(*[counted(number) for number in range(1, total + 1)])
    with running(RabbitConsumer(consumer, amqp_url, topology).run):
        wait_until(lambda: waiting(amqp_url, topology) == total - PREFETCH)
        wait_until(lambda: consumer.context.numbers)
        time.sleep(0.2)
        assert waiting(amqp_url, topology) == total - PREFETCH
        consumer.context.gate.set()
        wait_until(lambda: recorded(consumer) == total)


def test_database_down_leaves_the_event_with_the_broker(
    consumer: Consumer, topology: Topology, amqp_url: str, publish: Any, running: Any, wait_until: Any
) -> None:
    url = consumer.database.engine.url
    admin = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")

    def admit(allowed: bool) -> None:
        with admin.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS {allowed}"))
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                {"name": url.database},
            )

    admit(False)
    publish(counted(1), counted(2))
    with running(RabbitConsumer(consumer, amqp_url, topology).run):
        time.sleep(1)
        assert consumer.context.numbers == []
        admit(True)
        wait_until(lambda: recorded(consumer) == 2)
    admin.dispose()
    assert consumer.context.numbers == [1, 2]
    with consumer.database.read() as session:
        assert list_parked(session) == []


def test_poison_is_parked_and_leaves_the_queue(
    consumer: Consumer, topology: Topology, amqp_url: str, publish: Any, running: Any, wait_until: Any
) -> None:
    newer = "diemcau.test.thing.counted.v2"
    publish(b"\x00 not JSON")
    publish(counted(1, newer), event_type=newer)

    def parked() -> int:
        with consumer.database.read() as session:
            return len(list_parked(session))

    with running(RabbitConsumer(consumer, amqp_url, topology).run):
        wait_until(lambda: parked() == 2)
    assert waiting(amqp_url, topology) == 0


def test_consumer_waits_for_a_broker_that_is_down(
    consumer: Consumer, topology: Topology, network: Any, publish: Any, running: Any, wait_until: Any
) -> None:
    network.cut()
    publish(counted(1))
    with running(RabbitConsumer(consumer, network.amqp_url, topology).run):
        time.sleep(0.5)
        assert consumer.context.numbers == []
        network.mend()
        wait_until(lambda: recorded(consumer) == 1)


def test_second_consumer_takes_over_in_order(
    consumer: Consumer,
    topology: Topology,
    network: Any,
    amqp_url: str,
    publish: Any,
    running: Any,
    wait_until: Any,
) -> None:
    """Single active consumer: the second gets nothing until the first is gone."""
    other = Heard()
    second = Consumer("venue", consumer.database, consumer.handlers, other)
    consumer.context.gate.clear()
    with running(RabbitConsumer(consumer, network.amqp_url, topology).run):
        publish(counted(1))
        wait_until(lambda: consumer.context.numbers == [1])
        with running(RabbitConsumer(second, amqp_url, topology).run):
            publish(counted(2))
            time.sleep(0.3)
            assert other.numbers == []
            consumer.context.gate.set()
            wait_until(lambda: recorded(consumer) == 2)
            network.cut()
            publish(counted(3))
            wait_until(lambda: recorded(consumer) == 3)
    assert other.numbers == [3]


def test_declaring_twice_changes_nothing(topology: Topology, amqp_url: str, publish: Any) -> None:
    publish(counted(1))
    declare(amqp_url, topology)
    assert waiting(amqp_url, topology) == 1


def test_event_for_a_consumer_that_never_ran_waits(
    topology: Topology, amqp_url: str, publish: Any, wait_until: Any
) -> None:
    publish(counted(1))
    wait_until(lambda: waiting(amqp_url, topology) == 1)


def test_event_that_nobody_reads_is_counted(
    topology: Topology, amqp_url: str, publish: Any, wait_until: Any
) -> None:
    publish(counted(1), event_type="diemcau.test.thing.forgotten.v1")
    wait_until(lambda: count_unrouted(amqp_url, topology) == 1)


def test_broker_that_cannot_be_reached_is_named(topology: Topology) -> None:
    with pytest.raises(BrokerDown):
        declare("amqp://guest:guest@127.0.0.1:1/", topology)


def test_wrong_password_is_named(topology: Topology, amqp_url: str) -> None:
    with pytest.raises(BrokerDown):
        declare(amqp_url.replace("guest:guest@", "guest:wrong@"), topology)


def test_no_consumer_may_be_called_unrouted() -> None:
    with pytest.raises(ValueError, match="unrouted"):
        Topology({"unrouted": frozenset()})

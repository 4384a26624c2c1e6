from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from kombu import Connection, Queue
from kombu import Consumer as Subscription
from marshmallow import fields
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select, text

from shared.bus.envelope import Envelope
from shared.bus.outbox import backlog, emit
from shared.bus.relay import Relay
from shared.bus.tables import outbox
from shared.bus.topology import Topology, count_unrouted, declare
from shared.contracts.event import Event
from shared.storage.database import Database
from shared.watching import Counting


class CountedV1(Event):
    event_type = "diemcau.test.thing.counted.v1"
    number = fields.Int(required=True)


class ForgottenV1(CountedV1):
    event_type = "diemcau.test.thing.forgotten.v1"


@pytest.fixture
def topology(new_topology: Any, amqp_url: str) -> Topology:
    made: Topology = new_topology({"venue": frozenset({CountedV1.event_type})})
    declare(amqp_url, made)
    return made


@pytest.fixture
def planning(new_postgres: Any) -> Database:
    database: Database = new_postgres("planning")
    return database


def send(database: Database, *numbers: int, keys: int = 1, contract: type[Event] = CountedV1) -> None:
    with database.write() as session:
        for number in numbers:
            emit(session, contract, {"number": number}, key=f"k{number % keys}")


def unpublished(database: Database) -> int:
    with database.read() as session:
        return backlog(session).unpublished


def take(amqp_url: str, queue: str, seconds: float = 0.3) -> list[Envelope]:
    """Everything in a queue, removed from it; waits until nothing comes for a while."""
    found: list[Envelope] = []

    def on_message(message: Any) -> None:
        found.append(Envelope.from_bytes(bytes(message.body)))
        message.ack()

    with Connection(amqp_url) as connection, contextlib.suppress(TimeoutError):
        subscription = Subscription(
            connection.channel(), [Queue(queue, no_declare=True)], on_message=on_message
        )
        subscription.qos(prefetch_count=200, apply_global=False)
        subscription.consume()
        while True:
            connection.drain_events(timeout=seconds)
    return found


def firsts(envelopes: list[Envelope]) -> list[Envelope]:
    """Without repetitions, as an inbox sees them."""
    return list({envelope.id: envelope for envelope in envelopes}.values())


def versions(envelopes: list[Envelope]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for envelope in firsts(envelopes):
        found.setdefault(envelope.key, []).append(envelope.key_version)
    return found


def counting_from_one(found: dict[str, list[int]], total: int) -> bool:
    in_order = all(numbers == list(range(1, len(numbers) + 1)) for numbers in found.values())
    return in_order and sum(map(len, found.values())) == total


def test_relay_drains_two_thousand_events_in_order(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    send(planning, *range(2_000), keys=400)
    with running(Relay(planning, amqp_url, topology).run):
        wait_until(lambda: unpublished(planning) == 0)
    envelopes = take(amqp_url, topology.queue("venue"))
    assert len(envelopes) == 2_000
    assert counting_from_one(versions(envelopes), 2_000)


def test_order_holds_across_the_whole_outbox_of_one_key(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    send(planning, *range(150))
    with running(Relay(planning, amqp_url, topology).run):
        wait_until(lambda: unpublished(planning) == 0)
    assert [envelope.data["number"] for envelope in take(amqp_url, topology.queue("venue"))] == list(
        range(150)
    )


def test_commit_wakes_the_relay(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    with running(Relay(planning, amqp_url, topology).run):
        send(planning, 1)
        wait_until(lambda: unpublished(planning) == 0)
        send(planning, 2)
        wait_until(lambda: unpublished(planning) == 0)
    assert len(take(amqp_url, topology.queue("venue"))) == 2


def test_event_that_commits_late_is_not_lost(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    with running(Relay(planning, amqp_url, topology).run):
        with planning.write() as session:
            emit(session, CountedV1, {"number": 1}, key="slow")
            send(planning, 2)
            wait_until(lambda: unpublished(planning) == 0)
        wait_until(lambda: unpublished(planning) == 0)
    numbers = [envelope.data["number"] for envelope in take(amqp_url, topology.queue("venue"))]
    assert numbers == [2, 1]


def test_second_relay_waits_for_the_first(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    held = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
    )

    def locks() -> int:
        with planning.read() as session:
            return int(session.execute(held).scalar_one())

    with running(Relay(planning, amqp_url, topology).run):
        wait_until(lambda: locks() == 1)
        with running(Relay(planning, amqp_url, topology).run):
            send(planning, *range(300), keys=10)
            wait_until(lambda: unpublished(planning) == 0)
            assert locks() == 1
    envelopes = take(amqp_url, topology.queue("venue"))
    assert len(envelopes) == 300
    assert counting_from_one(versions(envelopes), 300)


def test_waiting_relay_takes_over(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    stop = threading.Event()
    first = threading.Thread(target=Relay(planning, amqp_url, topology).run, args=(stop,))
    first.start()
    send(planning, 1)
    wait_until(lambda: unpublished(planning) == 0)
    with running(Relay(planning, amqp_url, topology).run):
        stop.set()
        first.join(10)
        send(planning, 2)
        wait_until(lambda: unpublished(planning) == 0)


def test_types_that_nobody_reads_do_not_block(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    send(planning, 1, contract=ForgottenV1)
    send(planning, 2)
    with running(Relay(planning, amqp_url, topology).run):
        wait_until(lambda: unpublished(planning) == 0)
    assert [envelope.data["number"] for envelope in take(amqp_url, topology.queue("venue"))] == [2]
    assert count_unrouted(amqp_url, topology) == 1


def test_returned_event_stays_and_is_not_overtaken(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    """The topology is damaged while the relay works; mandatory publishing notices."""

    def damage(channel: Any) -> None:
        channel.queue_unbind(topology.unrouted, topology.unrouted)

    def repair(channel: Any) -> None:
        channel.queue_bind(topology.unrouted, topology.unrouted)

    registry = CollectorRegistry()
    relay = Relay(planning, amqp_url, topology, watch=Counting(registry).of("planning"))
    with running(relay.run), Connection(amqp_url) as connection:
        send(planning, 0)
        wait_until(lambda: unpublished(planning) == 0)
        channel = connection.channel()
        damage(channel)
        send(planning, 1, contract=ForgottenV1)
        send(planning, 2)
        wait_until(lambda: refused(planning))
        assert unpublished(planning) == 2
        assert "returned" in last_errors(planning)[0]
        repair(channel)
        wait_until(lambda: unpublished(planning) == 0)
    told = [
        registry.get_sample_value(f"diemcau_relay_{what}_total", {"service": "planning"})
        for what in ("published", "refused")
    ]
    assert told[0] == 3
    assert told[1], "each refusal is told, also when the event gets through at last"


def refused(database: Database) -> int:
    with database.read() as session:
        return backlog(session).refused


def last_errors(database: Database) -> list[str]:
    with database.read() as session:
        query = select(outbox.c.last_error).where(outbox.c.last_error.is_not(None))
        return [str(error) for error in session.execute(query).scalars()]


def test_nacked_event_is_not_overtaken_and_other_keys_go_on(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    """A second queue of the key's events is full: the broker says no until there is room."""
    full = topology.queue("full")
    with running(Relay(planning, amqp_url, topology).run), Connection(amqp_url) as connection:
        send(planning, 0, contract=ForgottenV1)
        wait_until(lambda: unpublished(planning) == 0)
        channel = connection.channel()
        limits = {"x-max-length": 1, "x-overflow": "reject-publish"}
        channel.queue_declare(full, durable=True, auto_delete=False, arguments=limits)
        channel.queue_bind(full, topology.exchange, ForgottenV1.event_type)
        send(planning, *range(1, 6), contract=ForgottenV1)
        send(planning, *range(7, 12), keys=6)
        wait_until(lambda: refused(planning))
        wait_until(lambda: other_key_is_through(planning))
        assert last_errors(planning) == ["nack"]
        taken: list[Envelope] = []
        while unpublished(planning):
            taken += take(amqp_url, full, seconds=0.05)
        taken += take(amqp_url, full)
        channel.queue_delete(full)
    assert [envelope.data["number"] for envelope in firsts(taken)] == [1, 2, 3, 4, 5]


def other_key_is_through(database: Database) -> bool:
    left = (outbox.c.published_at.is_(None)) & (outbox.c.type == CountedV1.event_type)
    with database.read() as session:
        return session.execute(select(func.count()).where(left)).scalar_one() == 0


@pytest.mark.parametrize("fault", ["cut", "mute"])
def test_events_survive_the_loss_of_the_broker(
    planning: Database,
    topology: Topology,
    network: Any,
    amqp_url: str,
    running: Any,
    wait_until: Any,
    fault: str,
) -> None:
    relay = Relay(planning, network.amqp_url, topology, window=50, patience=0.5)
    with running(relay.run):
        send(planning, 0)
        wait_until(lambda: unpublished(planning) == 0)
        if fault == "cut":
            network.cut()
        else:
            network.muted = True
        send(planning, *range(1, 500), keys=50)
        time.sleep(1.2)
        assert unpublished(planning) == 499
        network.mend()
        wait_until(lambda: unpublished(planning) == 0)
    envelopes = take(amqp_url, topology.queue("venue"))
    assert len(firsts(envelopes)) == 500
    assert all(numbers == sorted(numbers) for numbers in versions(envelopes).values())


def test_loss_of_an_idle_connection_is_met_at_once(
    planning: Database, topology: Topology, network: Any, running: Any, wait_until: Any
) -> None:
    with running(Relay(planning, network.amqp_url, topology, patience=600).run):
        send(planning, 0)
        wait_until(lambda: unpublished(planning) == 0)
        network.cut()
        network.mend()
        time.sleep(0.2)
        send(planning, 1)
        wait_until(lambda: unpublished(planning) == 0)


def test_cuts_in_the_middle_of_a_drain_lose_nothing(
    planning: Database, topology: Topology, network: Any, amqp_url: str, running: Any, wait_until: Any
) -> None:
    send(planning, *range(3_000), keys=100)
    with running(Relay(planning, network.amqp_url, topology, window=200).run):
        for left in (2_500, 1_500, 500):
            wait_until(lambda left=left: unpublished(planning) < left)
            network.cut()
            network.mend()
        wait_until(lambda: unpublished(planning) == 0)
    assert counting_from_one(versions(take(amqp_url, topology.queue("venue"))), 3_000)


def test_loss_of_the_databases_connection_is_waited_out(
    planning: Database, topology: Topology, amqp_url: str, running: Any, wait_until: Any
) -> None:
    kill = text(
        "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()"
    )
    with running(Relay(planning, amqp_url, topology).run):
        send(planning, 1)
        wait_until(lambda: unpublished(planning) == 0)
        with planning.read() as session:
            assert len(session.execute(kill).all()) == 1
        send(planning, 2)
        wait_until(lambda: unpublished(planning) == 0)


def test_relay_needs_postgresql(new_sqlite: Callable[[str], Database], topology: Topology) -> None:
    with pytest.raises(ValueError, match="PostgreSQL"):
        Relay(new_sqlite("planning"), "amqp://nowhere/", topology)

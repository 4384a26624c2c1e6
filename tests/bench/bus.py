"""What an event costs on its way: out of the outbox, and into a consumer, one by one and from a backlog.

`python -m tests.bench.bus`. CPU is that of our process alone, without the servers'; it travels between
machines better than rates do, and ratios better still. Every figure is the median of a few runs.
"""

from __future__ import annotations

import secrets
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from kombu import Connection
from marshmallow import fields
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select

from shared.bus.batching import deliver_together
from shared.bus.delivery import Consumer, deliver
from shared.bus.embedded import CursorConsumer
from shared.bus.envelope import stamp
from shared.bus.outbox import emit
from shared.bus.rabbit import RabbitConsumer
from shared.bus.relay import Relay
from shared.bus.tables import inbox, metadata, outbox
from shared.bus.topology import Topology, declare
from shared.contracts.event import Event
from shared.storage.database import Database
from tests.servers import AMQP_URL, fresh_database

RELAYED, CONSUMED, RUNS = 20_000, 2_000, 3
KEYS = 500
PADDING = "x" * 600  # a kilobyte on the wire

effects = Table("effects", MetaData(), Column("id", Integer, primary_key=True), Column("number", Integer))


class CountedV1(Event):
    event_type = "diemcau.bench.thing.counted.v1"

    number = fields.Int(required=True)
    padding = fields.Str(required=True)


class Cost(NamedTuple):
    """Of one event: seconds passed, and CPU seconds of this process."""

    wall: float
    cpu: float


def measure() -> dict[str, str]:
    """Figures by what they are of."""
    relayed, one_key = _median(_relay, KEYS), _relay(1)
    one, twenty, hundred = (_median(_apply, size) for size in (1, 20, 100))
    rabbit, embedded = _median(_consume_rabbit), _median(_consume_embedded)
    return {
        "relay, µs CPU per event (events/s)": _told(relayed),
        "relay with all events of one key": _told(one_key),
        "consumer's database, one by one": _told(one),
        "consumer's database, 20 together": f"{_told(twenty)}, {one.cpu / twenty.cpu:.1f} × less CPU",
        "consumer's database, 100 together": f"{_told(hundred)}, {one.cpu / hundred.cpu:.1f} × less CPU",
        "RabbitMQ consumer with a backlog": _told(rabbit),
        "embedded consumer with a backlog": _told(embedded),
    }


def _told(cost: Cost) -> str:
    return f"{cost.cpu * 1e6:.0f} µs ({1 / cost.wall:,.0f}/s)"


def _median(run: Callable[..., Cost], *arguments: Any) -> Cost:
    costs = [run(*arguments) for _ in range(RUNS)]
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def _relay(keys: int) -> Cost:
    """The drain of a full outbox by a relay that has just been started; its connecting counts."""
    total = RELAYED if keys > 1 else RELAYED // 10
    with _postgres("planning") as planning, _topology() as topology:
        _fill(planning, total, keys)
        with _measured(total) as costs, _loop(Relay(planning, AMQP_URL, topology).run):
            _wait(planning, select(outbox.c.seq).where(outbox.c.published_at.is_(None)).limit(1))
    return costs[0]


def _apply(size: int) -> Cost:
    with _postgres("venue") as venue:
        consumer, raws = _consumer(venue), _envelopes(CONSUMED)
        with _measured(CONSUMED) as costs:
            for start in range(0, CONSUMED, size):
                if size == 1:
                    deliver(consumer, raws[start])
                else:
                    assert deliver_together(consumer, raws[start : start + size])
        assert _count(venue) == CONSUMED
    return costs[0]


def _consume_rabbit() -> Cost:
    with _postgres("planning") as planning, _postgres("venue") as venue, _topology() as topology:
        _fill(planning, CONSUMED, KEYS)
        with _loop(Relay(planning, AMQP_URL, topology).run):
            _wait(planning, select(outbox.c.seq).where(outbox.c.published_at.is_(None)).limit(1))
        consumer = RabbitConsumer(_consumer(venue), AMQP_URL, topology)
        with _measured(CONSUMED) as costs, _loop(consumer.run):
            while _count(venue) < CONSUMED:
                time.sleep(0.2)
    return costs[0]


def _consume_embedded() -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        planning = Database("planning", f"sqlite:///{folder}/planning.sqlite")
        venue = Database("venue", f"sqlite:///{folder}/venue.sqlite")
        metadata.create_all(planning.engine)
        _fill(planning, CONSUMED, KEYS)
        reader = CursorConsumer(_consumer(venue), {"planning": planning})
        with _measured(CONSUMED) as costs:
            assert reader.pump() == CONSUMED
        planning.dispose()
        venue.dispose()
    return costs[0]


def _on_counted(session: Any, fact: Any, _context: Any) -> None:
    session.execute(insert(effects), {"number": fact.data["number"]})


def _consumer(database: Database) -> Consumer:
    metadata.create_all(database.engine)
    effects.create(database.engine)
    return Consumer("venue", database, {CountedV1: _on_counted})


def _fill(database: Database, count: int, keys: int) -> None:
    with database.write() as session:
        for number in range(count):
            data = {"number": number, "padding": PADDING}
            emit(session, CountedV1, data, key=f"key-{number % keys}")


def _envelopes(count: int) -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        planning = Database("planning", f"sqlite:///{folder}/planning.sqlite")
        metadata.create_all(planning.engine)
        _fill(planning, count, KEYS)
        with planning.read() as session:
            rows = session.execute(
                select(outbox.c.envelope, outbox.c.key_version).order_by(outbox.c.seq)
            ).all()
        planning.dispose()
    return [stamp(row.envelope, row.key_version) for row in rows]


@contextmanager
def _measured(count: int) -> Iterator[list[Cost]]:
    costs: list[Cost] = []
    started, cpu = time.perf_counter(), time.process_time()
    yield costs
    costs.append(Cost((time.perf_counter() - started) / count, (time.process_time() - cpu) / count))


@contextmanager
def _loop(run: Callable[[threading.Event], None]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _wait(database: Database, query: Any) -> None:
    """Until the query finds nothing; it is asked seldom, for it costs this process CPU, too."""
    found: object = True
    while found is not None:
        time.sleep(0.05)
        with database.read() as session:
            found = session.execute(query).first()


def _count(database: Database) -> int:
    with database.read() as session:
        return int(session.execute(select(func.count()).select_from(inbox)).scalar_one())


@contextmanager
def _postgres(service: str) -> Iterator[Database]:
    with fresh_database(f"diemcau_bench_{secrets.token_hex(5)}") as url:
        database = Database(service, url)
        metadata.create_all(database.engine)
        try:
            yield database
        finally:
            database.dispose()


@contextmanager
def _topology() -> Iterator[Topology]:
    made = Topology({"venue": frozenset({CountedV1.event_type})}, f"diemcau_bench_{secrets.token_hex(5)}")
    declare(AMQP_URL, made)
    try:
        yield made
    finally:
        with Connection(AMQP_URL) as connection:
            channel = connection.channel()
            for name in (made.queue("venue"), made.unrouted):
                channel.queue_delete(name)
            for name in (made.exchange, made.unrouted):
                channel.exchange_delete(name)


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name}: {figure}")

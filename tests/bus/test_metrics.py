from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from marshmallow import fields
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select, update

from shared.bus.batching import BATCH
from shared.bus.dead_letters import Failure, Letter, park
from shared.bus.delivery import Consumer, Handler
from shared.bus.embedded import CursorConsumer
from shared.bus.inbox import Position, move_cursor
from shared.bus.metrics import BusMetrics
from shared.bus.outbox import emit
from shared.bus.tables import outbox
from shared.contracts.event import Event
from shared.metrics import Tally
from shared.storage.database import Database
from shared.watching import Counting


class CountedV1(Event):
    event_type = "diemcau.test.thing.counted.v1"
    number = fields.Int(required=True)


def scraped(database: Database) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(BusMetrics(database))
    return registry


def send(database: Database, count: int) -> None:
    with database.write() as session:
        for number in range(count):
            emit(session, CountedV1, {"number": number}, key="k")


def test_parked_events_are_counted_by_state(new_database: Any) -> None:
    venue = new_database("venue")
    found = scraped(venue)
    labels = {"service": "venue"}
    assert found.get_sample_value("diemcau_parked_events", labels | {"state": "failed"}) == 0
    with venue.write() as session:
        for version in (1, 2, 3):
            letter = Letter(uuid4(), "planning", "k", version, CountedV1.event_type, b"{}")
            park(session, "venue", letter, Failure("ValueError", 5))
    assert found.get_sample_value("diemcau_parked_events", labels | {"state": "failed"}) == 1
    assert found.get_sample_value("diemcau_parked_events", labels | {"state": "waiting"}) == 2


def test_backlog_of_the_relay_and_its_age_are_shown(new_postgres: Any) -> None:
    planning = new_postgres("planning")
    found, labels = scraped(planning), {"service": "planning"}
    assert found.get_sample_value("diemcau_outbox_oldest_seconds", labels) == 0
    send(planning, 3)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with planning.write() as session:
        session.execute(update(outbox).where(outbox.c.seq == 1).values(published_at=an_hour_ago))
        session.execute(update(outbox).where(outbox.c.seq == 2).values(created_at=an_hour_ago, attempts=1))
    assert found.get_sample_value("diemcau_outbox_unpublished", labels) == 2
    assert found.get_sample_value("diemcau_outbox_refused", labels) == 1
    assert found.get_sample_value("diemcau_outbox_newest", labels) == 3
    age = found.get_sample_value("diemcau_outbox_oldest_seconds", labels)
    assert age is not None
    assert age >= 3600


def test_embedded_lag_is_a_difference_of_two_figures(new_sqlite: Any) -> None:
    planning, venue = new_sqlite("planning"), new_sqlite("venue")
    send(planning, 5)
    with venue.write() as session:
        move_cursor(session, "venue", Position("planning", 2))
    newest = scraped(planning).get_sample_value("diemcau_outbox_newest", {"service": "planning"})
    read = scraped(venue).get_sample_value(
        "diemcau_inbox_cursor", {"consumer": "venue", "source": "planning"}
    )
    assert (newest, read) == (5, 2)
    # Nothing is ever published here: a backlog would be a false alarm.
    unpublished = scraped(planning).get_sample_value("diemcau_outbox_unpublished", {"service": "planning"})
    assert unpublished is None


def test_database_that_is_down_does_not_stop_the_start() -> None:
    registry = CollectorRegistry()
    registry.register(BusMetrics(Database("venue", "postgresql+psycopg://nobody@127.0.0.1:1/none")))


def test_tally_has_a_figure_for_each_row(new_database: Any) -> None:
    planning = new_database("planning")
    send(planning, 2)
    query = select(outbox.c.type, func.count()).group_by(outbox.c.type)
    registry = CollectorRegistry()
    registry.register(Tally(planning, "diemcau_sent", "Events by type", ("type",), query))
    labels = {"service": "planning", "type": CountedV1.event_type}
    assert registry.get_sample_value("diemcau_sent", labels) == 2


def on_counted(_session: Any, fact: Any, _context: Any) -> None:
    if fact.data["number"] == BATCH + 20:
        raise ValueError


def test_each_event_is_counted_once_whether_handled_alone_or_with_others(new_sqlite: Any) -> None:
    planning, registry = new_sqlite("planning"), CollectorRegistry()
    watch = Counting(registry).of("venue")
    handlers: dict[type[Event], Handler] = {CountedV1: on_counted}
    consumer = Consumer("venue", new_sqlite("venue"), handlers, backoff=lambda _failures: 0.0, watch=watch)
    send(planning, 2 * BATCH)
    while CursorConsumer(consumer, {"planning": planning}).pump():
        pass
    found = {
        outcome: registry.get_sample_value(
            "diemcau_event_seconds_count", {"service": "venue", "source": "planning", "outcome": outcome}
        )
        for outcome in ("applied", "parked")
    }
    # The one that cannot be applied, and those of its key behind it.
    assert found == {"applied": BATCH + 20, "parked": BATCH - 20}
    delays = registry.get_sample_value(
        "diemcau_event_delay_seconds_count", {"service": "venue", "source": "planning"}
    )
    assert delays == BATCH + 20, "what is parked has no effect yet"

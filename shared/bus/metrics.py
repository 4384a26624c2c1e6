"""What waits in one service's database, as Prometheus reads it: asked for at each scrape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import column, func, select, table

from shared.bus.dead_letters import FAILED, WAITING
from shared.bus.outbox import backlog
from shared.bus.tables import cursor, dead_letter, outbox
from shared.metrics import FromDatabase
from shared.storage.database import Database
from shared.storage.session import Session


class BusMetrics(FromDatabase):
    """Events parked here, events that the relay has not published, and how far embedded readers are.

    A reader's lag is `diemcau_outbox_newest` of the source less its `diemcau_inbox_cursor`.
    """

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with self.database.read() as session:
            yield _parked(session, self.database.service)
            yield from _sending(session, self.database)
            yield _cursors(session)


def _parked(session: Session, service: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "diemcau_parked_events",
        "Events that could not be applied (failed), or wait behind such a one of their key (waiting)",
        labels=["service", "state"],
    )
    query = select(dead_letter.c.state, func.count()).group_by(dead_letter.c.state)
    found: dict[str, int] = dict(session.execute(query).all())
    for state in (FAILED, WAITING):
        family.add_metric([service, state], found.get(state, 0))
    return family


def _sending(session: Session, database: Database) -> Iterator[GaugeMetricFamily]:
    labels = ["service"]
    newest = GaugeMetricFamily("diemcau_outbox_newest", "Number of the newest event", labels=labels)
    newest.add_metric([database.service], _newest(session, database))
    yield newest
    if database.is_sqlite:  # the listeners read the outbox themselves: nothing is ever published
        return
    waiting, now = backlog(session), datetime.now(UTC)
    figures = {
        "unpublished": ("Events that the broker has not confirmed", waiting.unpublished),
        "refused": ("Events that the broker refused at least once", waiting.refused),
        "oldest_seconds": (
            "Age of the oldest event that the broker has not confirmed",
            (now - waiting.oldest).total_seconds() if waiting.oldest else 0.0,
        ),
    }
    for name, (meaning, figure) in figures.items():
        family = GaugeMetricFamily(f"diemcau_outbox_{name}", meaning, labels=labels)
        family.add_metric([database.service], figure)
        yield family


def _newest(session: Session, database: Database) -> int:
    """Also when all events are pruned: SQLite remembers the last number that it gave."""
    query = select(func.coalesce(func.max(outbox.c.seq), 0))
    if database.is_sqlite:
        given = table("sqlite_sequence", column("name"), column("seq"))
        query = select(func.coalesce(func.max(given.c.seq), 0)).where(given.c.name == outbox.name)
    return int(session.execute(query).scalar_one())


def _cursors(session: Session) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "diemcau_inbox_cursor",
        "Number of the newest event of a source that is done with (embedded mode)",
        labels=["consumer", "source"],
    )
    for row in session.execute(select(cursor)):
        family.add_metric([row.consumer, row.source], row.seq)
    return family

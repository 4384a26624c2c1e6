"""Events: not yet published, not yet read, parked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from sqlalchemy import func, select

from services.cli.doctor.findings import Finding, age, ok, problem
from shared.bus.dead_letters import FAILED
from shared.bus.inbox import cursor_of
from shared.bus.outbox import backlog
from shared.bus.parked import list_parked
from shared.bus.tables import outbox
from shared.storage.database import Database

UNPUBLISHED_SECONDS = 120
"""A relay publishes 10,000 events a second (shared/BUS.md): minutes mean that it does not run."""
UNREAD_SECONDS = 120
"""A reader looks at least once a second and applies 1,000 and more: minutes mean that none runs."""


def check_outbox(database: Database) -> Iterator[Finding]:
    """What the relay has still to publish (RabbitMQ)."""
    subject = f"outbox {database.service}"
    with database.read() as session:
        waiting = backlog(session)
        refusals = select(outbox.c.last_error).where(outbox.c.published_at.is_(None), outbox.c.attempts > 0)
        refusal = session.execute(refusals.order_by(outbox.c.seq).limit(1)).scalar_one_or_none()
    old = _seconds_since(waiting.oldest) if waiting.oldest else 0
    seen = f"events unpublished: {waiting.unpublished:,}"
    if waiting.unpublished:
        seen += f", the oldest {age(old)} old"
    if waiting.refused:
        seen += f"; the broker refused {waiting.refused:,} of them: {refusal}"
        do = "A queue is missing or full: see the findings about queues. They are tried again by themselves."
        yield problem(subject, seen, do)
    elif old > UNPUBLISHED_SECONDS:
        do = f"Start `diemcau worker {database.service}`; if it runs, its log says what keeps it back."
        yield problem(subject, seen, do)
    else:
        yield ok(subject, seen)


def check_reading(reader: Database, sources: Mapping[str, Database]) -> Iterator[Finding]:
    """How far a service is in the others' outboxes (embedded)."""
    subject, unread, oldest = f"reading {reader.service}", 0, 0.0
    for name, source in sources.items():
        with reader.read() as session:
            after = cursor_of(session, reader.service, name)
        query = select(func.count(), func.min(outbox.c.created_at)).where(outbox.c.seq > after)
        with source.read() as session:
            count, since = session.execute(query).one()
        unread += count
        oldest = max(oldest, _seconds_since(since) if since else 0)
    if not unread:
        yield ok(subject, "has read everything")
        return
    seen = f"events unread: {unread:,}, the oldest {age(oldest)} old"
    if oldest <= UNREAD_SECONDS:
        yield ok(subject, seen)
        return
    do = "Start `diemcau up` without --serve-only; if it runs, its log says what keeps it from reading."
    yield problem(subject, seen, do)


def check_parked(database: Database) -> Iterator[Finding]:
    subject, service = f"parked {database.service}", database.service
    with database.read() as session:
        parked = list_parked(session)
    if not parked:
        yield ok(subject, "no events parked")
        return
    failed = [event for event in parked if event.state == FAILED] or parked
    seen = f"events not applied: {len(failed):,}, waiting behind them: {len(parked) - len(failed):,}; "
    seen += f"first: {failed[0].type} of {failed[0].source}, key {failed[0].key}: {failed[0].error}"
    do = f"`diemcau parked list` shows all; once the cause is gone, `diemcau parked replay {service}`."
    yield problem(subject, seen, do)


def _seconds_since(moment: datetime) -> float:
    # SQLite keeps no offset; what is stored is UTC.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (datetime.now(UTC) - aware).total_seconds()

"""Parked events: the list that an operator sees, and applying them again in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from shared.bus import dead_letters
from shared.bus.delivery import Consumer, apply, unpack
from shared.bus.envelope import Envelope
from shared.bus.faults import describe, is_database_down, unavailable_when_failing
from shared.bus.inbox import Scope
from shared.bus.tables import dead_letter
from shared.storage.session import Session


@dataclass(frozen=True)
class Parked:
    """One parked event. `state` is "failed", or "waiting" behind a failed one of its key."""

    consumer: str
    event_id: UUID
    source: str
    key: str
    key_version: int
    type: str
    error: str
    attempts: int
    state: str
    parked_at: datetime


@dataclass(frozen=True)
class ReplayReport:
    """How many parked events left (applied, or found superseded), and the keys that failed again."""

    replayed: int
    failed_keys: tuple[str, ...]


def list_parked(session: Session, consumer: str | None = None) -> list[Parked]:
    """Parked events in the order in which a replay takes them."""
    query = select(dead_letter).order_by(
        dead_letter.c.consumer,
        dead_letter.c.source,
        dead_letter.c.ordering_key,
        dead_letter.c.key_version,
        dead_letter.c.parked_at,
    )
    if consumer is not None:
        query = query.where(dead_letter.c.consumer == consumer)
    return [_parked(row) for row in session.execute(query)]


def replay(consumer: Consumer, *, key: str | None = None) -> ReplayReport:
    """Apply parked events again, each key in the order of its versions, all keys or one.

    A key stops at its first event that fails again; the other keys go on. Raises `Unavailable`.
    """
    replayed, failed = 0, []
    with unavailable_when_failing():
        for scope in _parked_keys(consumer, key):
            count, went_through = _replay_key(consumer, scope)
            replayed += count
            if not went_through:
                failed.append(scope.key)
    return ReplayReport(replayed, tuple(failed))


def _parked_keys(consumer: Consumer, key: str | None) -> list[Scope]:
    columns = (dead_letter.c.source, dead_letter.c.ordering_key)
    query = select(*columns).where(dead_letter.c.consumer == consumer.name).distinct().order_by(*columns)
    if key is not None:
        query = query.where(dead_letter.c.ordering_key == key)
    with consumer.database.read() as session:
        return [Scope(consumer.name, source, name) for source, name in session.execute(query)]


def _replay_key(consumer: Consumer, scope: Scope) -> tuple[int, bool]:
    """Events replayed, and whether the key is clear. Asks for the first anew each time: more may arrive."""
    count = 0
    while True:
        event_id: UUID | None = None
        try:
            with consumer.database.write() as session:
                row = dead_letters.first_parked(session, scope)
                if row is None:
                    return count, True
                event_id = row.event_id
                _replay_event(session, consumer, row)
        except Exception as error:
            if event_id is None or is_database_down(error):
                raise
            with consumer.database.write() as session:
                dead_letters.note_failure(session, consumer.name, event_id, describe(error))
            return count, False
        count += 1


def _replay_event(session: Session, consumer: Consumer, row: Row[Any]) -> None:
    parcel = unpack(consumer, Envelope.from_bytes(row.envelope))
    if parcel is not None:
        apply(session, consumer, parcel, among_parked=True)
    dead_letters.release(session, consumer.name, row.event_id)


def _parked(row: Row[Any]) -> Parked:
    parked_at = row.parked_at if row.parked_at.tzinfo else row.parked_at.replace(tzinfo=UTC)
    return Parked(
        row.consumer,
        row.event_id,
        row.source,
        row.ordering_key,
        row.key_version,
        row.type,
        row.error,
        row.attempts,
        row.state,
        parked_at,
    )

"""What a consumer has applied: the record that makes an event take effect once and the newest version win."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, bindparam, select

from shared.bus.tables import cursor, inbox, inbox_key
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into


@dataclass(frozen=True)
class Scope:
    """One ordering key as one consumer sees it: keys and versions are counted per source."""

    consumer: str
    source: str
    key: str


@dataclass(frozen=True)
class Position:
    """Place of an event in the outbox of `source` (embedded mode)."""

    source: str
    seq: int


def record_event(session: Session, consumer: str, event_id: UUID) -> bool:
    """Note that the event is applied by this transaction; False when it already was."""
    values = {"consumer": consumer, "event_id": event_id, "received_at": datetime.now(UTC)}
    # The row count after ON CONFLICT DO NOTHING is -1, which would pass for true.
    return session.execute(_record_event(dialect_of(session)), values).first() is not None


def is_recorded(session: Session, consumer: str, event_id: UUID) -> bool:
    """Whether the event has been applied."""
    query = select(1).where(inbox.c.consumer == consumer, inbox.c.event_id == event_id)
    return session.execute(query).first() is not None


def advance_key(session: Session, scope: Scope, version: int) -> bool:
    """Lock the key and make `version` its newest; False when it has that one or a newer one."""
    advanced = session.execute(_advance_key(dialect_of(session)), _key_values(scope, version))
    return advanced.first() is not None


def lock_key(session: Session, scope: Scope) -> None:
    """Lock the key and leave its newest version as it is."""
    session.execute(_lock_key(dialect_of(session)), _key_values(scope, 0))


def move_cursor(session: Session, consumer: str, position: Position) -> None:
    """Note that the consumer is done with its source up to and including `position`."""
    values = {"consumer": consumer, "source": position.source, "seq": position.seq}
    session.execute(_move_cursor(dialect_of(session)), values)


def cursor_of(session: Session, consumer: str, source: str) -> int:
    """The last position that the consumer is done with; 0 before the first event."""
    return session.execute(_CURSOR, {"consumer": consumer, "source": source}).scalar_one_or_none() or 0


def _key_values(scope: Scope, version: int) -> dict[str, Any]:
    return {
        "consumer": scope.consumer,
        "source": scope.source,
        "ordering_key": scope.key,
        "last_version": version,
    }


@cache
def _record_event(dialect: str) -> Executable:
    return insert_into(dialect, inbox).on_conflict_do_nothing().returning(inbox.c.event_id)


@cache
def _advance_key(dialect: str) -> Executable:
    first = insert_into(dialect, inbox_key)
    return first.on_conflict_do_update(
        index_elements=inbox_key.primary_key,
        set_={"last_version": first.excluded.last_version},
        where=inbox_key.c.last_version < first.excluded.last_version,
    ).returning(inbox_key.c.last_version)


@cache
def _lock_key(dialect: str) -> Executable:
    return insert_into(dialect, inbox_key).on_conflict_do_update(
        index_elements=inbox_key.primary_key, set_={"last_version": inbox_key.c.last_version}
    )


@cache
def _move_cursor(dialect: str) -> Executable:
    first = insert_into(dialect, cursor)
    return first.on_conflict_do_update(index_elements=cursor.primary_key, set_={"seq": first.excluded.seq})


_CURSOR = select(cursor.c.seq).where(
    cursor.c.consumer == bindparam("consumer"), cursor.c.source == bindparam("source")
)

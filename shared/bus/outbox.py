"""Emitting events: they are stored in the transaction of the change that they tell of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, func, insert, select, text
from uuid_utils.compat import uuid7

from shared.bus.envelope import Envelope
from shared.bus.payload import ContractViolation, to_wire
from shared.bus.tables import ordering_keys, outbox
from shared.bus.trace import Trace, current_trace
from shared.contracts.event import Event
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into


@dataclass(frozen=True)
class Backlog:
    """Events not yet with the broker: how many, since when, and how many of them it refused."""

    unpublished: int
    oldest: datetime | None
    refused: int


def emit(
    session: Session,
    contract: type[Event],
    data: Mapping[str, Any],
    *,
    key: str,
    subject: str | None = None,
    time: datetime | None = None,
) -> UUID:
    """Store one event with the caller's transaction and return its id.

    `key` is the ordering key: events of one key are delivered in the order of their commits, for which
    the key's row stays locked until the transaction ends. `subject` is the aggregate's id, `key` if
    absent. `time`: when it happened (UTC), now if absent. In a session of `retelling` the event goes to
    one consumer only. Raises `ContractViolation` when the contract forbids `data`.
    """
    row = _row(session, contract, data, key=key, subject=subject, time=time)
    _store(session, [row])
    event_id: UUID = row["id"]
    return event_id


def emit_each(session: Session, contract: type[Event], data: Mapping[str, Mapping[str, Any]]) -> None:
    """Store events of one type by their ordering keys, in one round trip.

    In the order of the keys, so that two transactions never wait for each other crosswise. Raises as
    `emit` does.
    """
    _store(session, _rows(session, contract, data))


def emitting(
    session: Session, contract: type[Event], data: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Parameters of EMITTING: one event or more, of one type, by their ordering keys. Raises as `emit`."""
    return _columns(_rows(session, contract, data))


def _rows(
    session: Session, contract: type[Event], data: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return [_row(session, contract, data[key], key=key) for key in sorted(data)]


def _row(
    session: Session,
    contract: type[Event],
    data: Mapping[str, Any],
    *,
    key: str,
    subject: str | None = None,
    time: datetime | None = None,
) -> dict[str, Any]:
    if not key:
        raise ContractViolation(f"{contract.event_type}: empty ordering key")
    sent, now = to_wire(contract, data), datetime.now(UTC)
    envelope = _envelope(session, contract, sent, key, subject or key, time or now)
    return {
        "id": envelope.id,
        "ordering_key": key,
        "type": envelope.type,
        "envelope": _unstamped(envelope),
        "created_at": now,
        "recipient": envelope.recipient,
    }


def _store(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows and dialect_of(session) == "postgresql":
        session.execute(_EMIT_ALL, _columns(rows))
        return
    for row in rows:
        version = session.execute(_SQLITE_BUMP, {"ordering_key": row["ordering_key"]}).scalar_one()
        session.execute(_SQLITE_EMIT, row | {"key_version": version})


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One type, moment and recipient for all. As JSON, which costs us less than arrays cost the driver."""
    events = [
        {"key": row["ordering_key"], "id": row["id"], "envelope": row["envelope"].decode()} for row in rows
    ]
    one = rows[0]
    return {
        "events": orjson.dumps(events).decode(),
        "event_type": one["type"],
        "emitted_at": one["created_at"],
        "recipient": one["recipient"],
    }


@contextmanager
def retelling(session: Session, recipient: str) -> Iterator[None]:
    """Let everything emitted inside go to the consumer `recipient` alone."""
    session.recipient = recipient
    try:
        yield
    finally:
        session.recipient = None


def hold_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Lock those ordering keys that nobody else holds just now, until the transaction ends; never waits.

    On SQLite a writing transaction is alone anyway.
    """
    known = select(ordering_keys.c.key).where(ordering_keys.c.key.in_(keys)).order_by(ordering_keys.c.key)
    return set(session.execute(known.with_for_update(skip_locked=True)).scalars())


def wait_for_key(session: Session, key: str) -> None:
    """Lock an ordering key, of which there may have been no event yet, until the transaction ends."""
    new = insert_into(dialect_of(session), ordering_keys).values(key=key, version=0)
    kept = {"version": ordering_keys.c.version}
    session.execute(new.on_conflict_do_update(index_elements=ordering_keys.primary_key, set_=kept))


def backlog(session: Session) -> Backlog:
    """What the relay of this service has still to publish."""
    refused = func.count().filter(outbox.c.attempts > 0)
    query = select(func.count(), func.min(outbox.c.created_at), refused).where(
        outbox.c.published_at.is_(None)
    )
    count, oldest, failed = session.execute(query).one()
    return Backlog(count, oldest and (oldest if oldest.tzinfo else oldest.replace(tzinfo=UTC)), failed)


def _envelope(
    session: Session,
    contract: type[Event],
    data: dict[str, Any],
    key: str,
    subject: str,
    time: datetime,
) -> Envelope:
    event_id = uuid7()
    trace = current_trace() or Trace(correlation=event_id)
    return Envelope(
        id=event_id,
        type=contract.event_type,
        source=session.service,
        subject=subject,
        time=time,
        key=key,
        key_version=0,  # given by the statement that stores it; see `stamp`
        correlation=trace.correlation,
        causation=trace.causation,
        data=data,
        recipient=session.recipient,
    )


def _unstamped(envelope: Envelope) -> bytes:
    try:
        return envelope.unstamped()
    except TypeError as error:
        raise ContractViolation(f"{envelope.type}: {error}") from error


# `seq` is drawn when the key's lock is held, hence in commit order within a key.
_GIVEN = """given as (
  select * from json_to_recordset(cast(:events as json)) as g (key text, id uuid, envelope text))"""
_BUMPED = """bumped as (
  insert into ordering_keys as k (key, version) select key, 1 from {due} order by key
  on conflict (key) do update set version = k.version + 1 returning key, version)"""
_INSERT = """
  insert into outbox (id, ordering_key, key_version, type, envelope, created_at, recipient)
  select id, key, version, :event_type, convert_to(envelope, 'UTF8'), :emitted_at, :recipient
    from bumped join given using (key)"""

EMITTING = f"{_GIVEN}, {_BUMPED.format(due='due')}, told as ({_INSERT})"
"""CTEs for a statement of PostgreSQL that itself decides what there is to tell: its own `due(key)` names the
keys of those of the given events that are stored with it, in the same round trip. `emitting` binds them.
Short, for they are part of long statements, and what psycopg makes of one it keeps up to 4,096 bytes only."""

_EMIT_ALL = text(f"with {_GIVEN}, {_BUMPED.format(due='given')} {_INSERT}")

_SQLITE_BUMP = (
    insert_into("sqlite", ordering_keys)
    .values(key=bindparam("ordering_key"), version=1)
    .on_conflict_do_update(
        index_elements=ordering_keys.primary_key, set_={"version": ordering_keys.c.version + 1}
    )
    .returning(ordering_keys.c.version)
)
_SQLITE_EMIT = insert(outbox).inline()

"""Events set aside: how often one failed, and the rows in which it and those behind it wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, bindparam, delete, select, update

from shared.bus.envelope import Envelope
from shared.bus.inbox import Scope, is_recorded, lock_key
from shared.bus.tables import attempts, dead_letter
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

FAILED = "failed"
WAITING = "waiting"

_UNREADABLE = UUID("6f1f2a34-8f5b-5a1e-9d3c-0d1ec0a90001")


@dataclass(frozen=True)
class Letter:
    """An event as it arrived. Unreadable bytes have no key, no source and an id made from themselves."""

    event_id: UUID
    source: str
    key: str
    key_version: int
    type: str
    raw: bytes

    @classmethod
    def of(cls, envelope: Envelope, raw: bytes) -> Letter:
        return cls(envelope.id, envelope.source, envelope.key, envelope.key_version, envelope.type, raw)

    @classmethod
    def unreadable(cls, raw: bytes) -> Letter:
        return cls(uuid5(_UNREADABLE, sha256(raw).hexdigest()), "", "", 0, "", raw)

    def scope(self, consumer: str) -> Scope:
        return Scope(consumer, self.source, self.key)


@dataclass(frozen=True)
class Failure:
    """Why an event is parked and after how many attempts."""

    error: str
    attempts: int


def charge(session: Session, consumer: str, event_id: UUID) -> int:
    """Count one more failed attempt and return how many there are."""
    insert = insert_into(dialect_of(session), attempts).on_conflict_do_update(
        index_elements=attempts.primary_key, set_={"failures": attempts.c.failures + 1}
    )
    values = {"consumer": consumer, "event_id": event_id, "failures": 1}
    return int(session.execute(insert.returning(attempts.c.failures), values).scalar_one())


def forget_failures(session: Session, consumer: str, event_id: UUID) -> None:
    """Drop the count of failed attempts."""
    counted = (attempts.c.consumer == consumer) & (attempts.c.event_id == event_id)
    session.execute(delete(attempts).where(counted))


def has_parked(session: Session, scope: Scope) -> bool:
    """Whether events of this key wait. Reliable only while the caller holds the key's lock."""
    values = {"consumer": scope.consumer, "source": scope.source, "key": scope.key}
    return session.execute(_HAS_PARKED, values).first() is not None


def park(session: Session, consumer: str, letter: Letter, failure: Failure) -> bool:
    """Set an event aside after a failure; False when it had been applied before."""
    scope = letter.scope(consumer)
    lock_key(session, scope)
    forget_failures(session, consumer, letter.event_id)
    if is_recorded(session, consumer, letter.event_id):
        return False
    # Unreadable bytes share the empty key without belonging together.
    behind = bool(letter.key) and has_parked(session, scope)
    _store(session, consumer, letter, failure, WAITING if behind else FAILED)
    return True


def park_behind(session: Session, consumer: str, letter: Letter) -> bool:
    """Set an event aside behind parked ones of its key; False when none are left there."""
    scope = letter.scope(consumer)
    lock_key(session, scope)
    if not has_parked(session, scope):
        return False
    _store(session, consumer, letter, Failure("waits behind a parked event of its key", 0), WAITING)
    return True


def first_parked(session: Session, scope: Scope) -> Row[Any] | None:
    """Take hold of the oldest parked event of a key until the transaction ends."""
    oldest = (
        select(dead_letter).where(_of_key(scope)).order_by(dead_letter.c.key_version, dead_letter.c.parked_at)
    )
    return session.execute(oldest.limit(1).with_for_update()).first()


def release(session: Session, consumer: str, event_id: UUID) -> None:
    """Remove an event from the parked ones."""
    session.execute(delete(dead_letter).where(_of_event(consumer, event_id)))


def note_failure(session: Session, consumer: str, event_id: UUID, error: str) -> None:
    """Note that a parked event failed once more."""
    changed = {"state": FAILED, "error": error, "attempts": dead_letter.c.attempts + 1}
    session.execute(update(dead_letter).where(_of_event(consumer, event_id)).values(changed))


def _store(session: Session, consumer: str, letter: Letter, failure: Failure, state: str) -> None:
    values = {
        "consumer": consumer,
        "event_id": letter.event_id,
        "source": letter.source,
        "ordering_key": letter.key,
        "key_version": letter.key_version,
        "type": letter.type,
        "envelope": letter.raw,
        "error": failure.error,
        "attempts": failure.attempts,
        "state": state,
        "parked_at": datetime.now(UTC),
    }
    session.execute(insert_into(dialect_of(session), dead_letter).on_conflict_do_nothing(), values)


def _of_event(consumer: str, event_id: UUID) -> Any:
    return (dead_letter.c.consumer == consumer) & (dead_letter.c.event_id == event_id)


def _of_key(scope: Scope) -> Any:
    return (
        (dead_letter.c.consumer == scope.consumer)
        & (dead_letter.c.source == scope.source)
        & (dead_letter.c.ordering_key == scope.key)
    )


# Asked for every event, hence built once.
_HAS_PARKED = (
    select(1)
    .where(
        dead_letter.c.consumer == bindparam("consumer"),
        dead_letter.c.source == bindparam("source"),
        dead_letter.c.ordering_key == bindparam("key"),
    )
    .limit(1)
)

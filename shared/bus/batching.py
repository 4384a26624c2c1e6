"""Working off a backlog: many events in one transaction, and one by one as soon as anything is odd."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import text

from shared.bus.delivery import Consumer, Outcome, Parcel, apply, settle, unpack
from shared.bus.envelope import Envelope
from shared.bus.faults import Poison, is_database_down, unavailable_when_failing
from shared.bus.inbox import Position
from shared.storage.database import Database
from shared.storage.session import Session

BATCH = 100
BATCH_BYTES = 1_000_000

# Below PostgreSQL's deadlock_timeout (1 s): a batch holds more locks than any request, and it gives way.
_GIVE_WAY = text("set local lock_timeout = '500ms'")


def first_batch(consumer: Consumer, events: Iterable[tuple[str, int]]) -> int:
    """How many of the first events, given by type and size in bytes, may share a transaction; at least one.

    A page of a big fact is work enough for one of its own.
    """
    count = total = 0
    for event_type, size in islice(events, BATCH):
        contract, total = consumer.contract(event_type), total + size
        if total > BATCH_BYTES or (contract is not None and contract.paged):
            break
        count += 1
    return max(count, 1)


def deliver_together(consumer: Consumer, raws: Sequence[bytes], *, position: Position | None = None) -> bool:
    """Apply events in one transaction, in their order; False when they must be delivered one by one.

    Nothing is recorded then: the one at fault is found, tried again and parked by `deliver`. `position`
    is that of the last. Raises `Unavailable`.
    """
    parcels = _unpack_all(consumer, raws)
    if parcels is None:
        return False
    began = time.perf_counter()
    with unavailable_when_failing():
        try:
            with consumer.database.write() as session:
                _give_way(session, consumer.database)
                outcomes = [apply(session, consumer, parcel, among_parked=False) for parcel in parcels]
                settle(session, consumer, position)
        except Exception as error:
            if is_database_down(error):
                raise
            return False
    _tell(consumer, parcels, outcomes, time.perf_counter() - began)
    return True


def _tell(consumer: Consumer, parcels: Sequence[Parcel], outcomes: Sequence[Outcome], seconds: float) -> None:
    """Each took its share of the time."""
    for parcel, outcome in zip(parcels, outcomes, strict=True):
        consumer.watch.handled(parcel.fact.source, outcome.value, parcel.fact.id, seconds / len(parcels))


def _unpack_all(consumer: Consumer, raws: Sequence[bytes]) -> list[Parcel] | None:
    try:
        found = [unpack(consumer, Envelope.from_bytes(raw)) for raw in raws]
    except Poison:
        return None
    return [parcel for parcel in found if parcel is not None]


def _give_way(session: Session, database: Database) -> None:
    if not database.is_sqlite:
        session.execute(_GIVE_WAY)

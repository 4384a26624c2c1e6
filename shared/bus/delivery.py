"""Delivering one event to one consumer: once, in one transaction, the newest version of its key winning."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus import dead_letters
from shared.bus.dead_letters import Failure, Letter
from shared.bus.envelope import Envelope
from shared.bus.faults import (
    ConsumerDied,
    MalformedEnvelope,
    Poison,
    UnknownVersion,
    describe,
    is_database_down,
    unavailable_when_failing,
)
from shared.bus.inbox import Position, Scope, advance_key, lock_key, move_cursor, record_event
from shared.bus.payload import from_wire
from shared.bus.trace import traced
from shared.contracts.event import Event
from shared.storage.database import Database
from shared.storage.session import Session
from shared.watching import SILENT, Watch


@dataclass(frozen=True)
class Fact:
    """An event as a handler sees it; `data` is what the contract loads.

    `retold`: known already to everybody but, perhaps, this consumer (`diemcau republish`).
    """

    id: UUID
    type: str
    source: str
    key: str
    key_version: int
    time: datetime
    correlation: UUID
    data: dict[str, Any]
    retold: bool = False


Handler = Callable[[Session, Fact, Any], None]


class Outcome(Enum):
    """What became of a delivered event. Every outcome is committed and may be acknowledged."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    OUTDATED = "outdated"
    PARKED = "parked"
    IGNORED = "ignored"


class Route(NamedTuple):
    contract: type[Event]
    handler: Handler


def doubling(failures: int) -> float:
    """Seconds to wait after the n-th failure: 0.1, 0.2, 0.4 … at most 2."""
    return float(min(0.1 * 2 ** (failures - 1), 2.0))


@dataclass(frozen=True)
class Consumer:
    """One reader of events: its handlers by contract, its database, and what it hands to its handlers.

    `backoff` gives the seconds to wait after the n-th failure of an event; `watch` is told of each outcome.
    """

    name: str
    database: Database
    handlers: Mapping[type[Event], Handler]
    context: Any = None
    max_attempts: int = 5
    backoff: Callable[[int], float] = field(default=doubling)
    watch: Watch = SILENT

    @cached_property
    def event_types(self) -> frozenset[str]:
        return frozenset(self._routes)

    def route(self, event_type: str) -> Route | None:
        """Contract and handler of a type, None when it is of no interest. Raises `UnknownVersion`."""
        found = self._routes.get(event_type)
        if found is None and versionless(event_type) in self._subjects:
            raise UnknownVersion(event_type)
        return found

    def contract(self, event_type: str) -> type[Event] | None:
        """The contract of a type that is handled."""
        found = self._routes.get(event_type)
        return None if found is None else found.contract

    def ignores(self, event_type: str) -> bool:
        return event_type not in self._routes and versionless(event_type) not in self._subjects

    @cached_property
    def _routes(self) -> dict[str, Route]:
        return {contract.event_type: Route(contract, handler) for contract, handler in self.handlers.items()}

    @cached_property
    def _subjects(self) -> frozenset[str]:
        return frozenset(versionless(event_type) for event_type in self._routes)


@dataclass(frozen=True)
class Parcel:
    """An event unpacked for its consumer."""

    fact: Fact
    route: Route


class _KeyParked(Exception):
    """Earlier events of the key are parked: this one must not be applied before them."""


def versionless(event_type: str) -> str:
    """`diemcau.planning.option.proposed` for `diemcau.planning.option.proposed.v1`."""
    return event_type.rpartition(".")[0]


def deliver(
    consumer: Consumer, raw: bytes, *, position: Position | None = None, suspect: bool = False
) -> Outcome:
    """Apply one event, or drop it, or park it; the outcome is committed when this returns.

    A failing handler is tried again here, after `consumer.backoff`; after `max_attempts` the event is
    parked, and later events of its key behind it. `position` is committed with every outcome. `suspect`
    says that a process may have died with this event in hand, which counts as a failed attempt.
    Raises `Unavailable` when the consumer's database fails: then nothing is recorded.
    """
    began = time.perf_counter()
    with unavailable_when_failing():
        try:
            envelope = Envelope.from_bytes(raw)
        except MalformedEnvelope as error:
            return _park(consumer, Letter.unreadable(raw), Failure(describe(error), 1), position)
        outcome = _deliver_read(consumer, envelope, Letter.of(envelope, raw), position, suspect)
    consumer.watch.handled(envelope.source, outcome.value, envelope.id, time.perf_counter() - began)
    return outcome


def _deliver_read(
    consumer: Consumer, envelope: Envelope, letter: Letter, position: Position | None, suspect: bool
) -> Outcome:
    try:
        parcel = unpack(consumer, envelope)
    except Poison as error:
        return _park(consumer, letter, Failure(describe(error), 1), position)
    if parcel is None:
        return pass_over(consumer, position)
    return _deliver(consumer, parcel, letter, position, suspect)


def pass_over(consumer: Consumer, position: Position | None) -> Outcome:
    """Be done with an event that is of no interest, or not for this consumer."""
    if position is not None:
        with consumer.database.write() as session:
            settle(session, consumer, position)
    return Outcome.IGNORED


def unpack(consumer: Consumer, envelope: Envelope) -> Parcel | None:
    """The fact with its handler, None without one. Raises `ContractMismatch` or `UnknownVersion`."""
    route = consumer.route(envelope.type)
    if route is None:
        return None
    data = from_wire(route.contract, envelope.data)
    fact = Fact(
        envelope.id,
        envelope.type,
        envelope.source,
        envelope.key,
        envelope.key_version,
        envelope.time,
        envelope.correlation,
        data,
        envelope.recipient is not None,
    )
    return Parcel(fact, route)


def apply(session: Session, consumer: Consumer, parcel: Parcel, *, among_parked: bool) -> Outcome:
    """Hand the fact to its handler unless it was applied before or a newer one was.

    Parked events of the key stop it (`_KeyParked`) unless it is one of them itself (`among_parked`).
    """
    fact, scope = parcel.fact, Scope(consumer.name, parcel.fact.source, parcel.fact.key)
    if not record_event(session, consumer.name, fact.id):
        return Outcome.DUPLICATE
    if parcel.route.contract.paged:
        lock_key(session, scope)
    elif not advance_key(session, scope, fact.key_version):
        return Outcome.OUTDATED
    if not among_parked and dead_letters.has_parked(session, scope):
        raise _KeyParked
    with traced(fact.correlation, causation=fact.id):
        parcel.route.handler(session, fact, consumer.context)
    return Outcome.APPLIED


def _deliver(
    consumer: Consumer, parcel: Parcel, letter: Letter, position: Position | None, suspect: bool
) -> Outcome:
    failures = _charge(consumer, letter) if suspect else 0
    last = describe(ConsumerDied("process ended while handling the event"))
    while failures < consumer.max_attempts:
        try:
            return _attempt(consumer, parcel, letter, position, failures)
        except Poison as error:
            return _park(consumer, letter, Failure(describe(error), failures + 1), position)
        except Exception as error:
            if is_database_down(error):
                raise
            last, failures = describe(error), _charge(consumer, letter)
        if failures < consumer.max_attempts:
            time.sleep(consumer.backoff(failures))
    return _park(consumer, letter, Failure(last, failures), position)


def _attempt(
    consumer: Consumer, parcel: Parcel, letter: Letter, position: Position | None, failures: int
) -> Outcome:
    while True:
        try:
            with consumer.database.write() as session:
                outcome = apply(session, consumer, parcel, among_parked=False)
                settle(session, consumer, position)
                if failures:
                    dead_letters.forget_failures(session, consumer.name, letter.event_id)
            return outcome
        except _KeyParked:
            with consumer.database.write() as session:
                parked = dead_letters.park_behind(session, consumer.name, letter)
                if parked:
                    settle(session, consumer, position)
            if parked:
                return Outcome.PARKED
            # A replay has just emptied the key: its events are applied now, and so can this one be.


def _park(consumer: Consumer, letter: Letter, failure: Failure, position: Position | None) -> Outcome:
    with consumer.database.write() as session:
        parked = dead_letters.park(session, consumer.name, letter, failure)
        settle(session, consumer, position)
    return Outcome.PARKED if parked else Outcome.DUPLICATE


def settle(session: Session, consumer: Consumer, position: Position | None) -> None:
    """Note with the outcome that the consumer is done up to `position`, if it reads by position."""
    if position is not None:
        move_cursor(session, consumer.name, position)


def _charge(consumer: Consumer, letter: Letter) -> int:
    with consumer.database.write() as session:
        return dead_letters.charge(session, consumer.name, letter.event_id)

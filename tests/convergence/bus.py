"""A bus at its worst: all that the contract of `shared.bus` permits, drawn from a seed.

Permitted: any delay, any interleaving of sources and of keys, pages of one key in any order, a repetition of
whatever was delivered before, also after newer events, and a consumer that dies after its handler ran but
before it commits. Kept: the order of one source's events of one key (the relay's promise).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from shared.bus.delivery import Consumer, Handler, Outcome, deliver
from shared.bus.envelope import stamp
from shared.bus.tables import outbox
from shared.storage.database import Database


@dataclass(frozen=True)
class Message:
    """An event on its way to one consumer; `paged`: it has no place in its key's order."""

    source: str
    key: str
    raw: bytes
    paged: bool


class Died(BaseException):
    """The consumer's process ended; no handler of ours can catch it."""


@dataclass
class Mailbox:
    """What one consumer has still to get, and what it got."""

    consumer: Consumer
    waiting: list[Message] = field(default_factory=list)
    delivered: list[Message] = field(default_factory=list)

    def accept(self, source: str, row: Any) -> None:
        route = self.consumer.route(row.type)
        if route is not None:
            raw = stamp(row.envelope, row.key_version)
            self.waiting.append(Message(source, row.ordering_key, raw, route.contract.paged))

    def deliverable(self) -> list[Message]:
        """Of each key the oldest, and every page."""
        blocked: set[tuple[str, str]] = set()
        found = []
        for message in self.waiting:
            lane = (message.source, message.key)
            if message.paged or lane not in blocked:
                found.append(message)
            if not message.paged:
                blocked.add(lane)
        return found


class Bus:
    """Moves the events of all services by hand. `seed` 0 delivers in order, once, without accident."""

    def __init__(self, databases: Mapping[str, Database], consumers: Mapping[str, Consumer]) -> None:
        self._sources = {name: databases[name] for name in consumers}
        self._boxes = {name: Mailbox(consumer) for name, consumer in consumers.items()}
        self._read = dict.fromkeys(consumers, 0)
        self.deliveries = 0
        self.repetitions = 0
        self.deaths = 0

    def replace_consumer(self, name: str, consumer: Consumer) -> None:
        self._boxes[name].consumer = consumer

    def move(self, seed: int, only: Iterable[str], at_most: int | None = None) -> int:
        """Deliver to these consumers until nothing is left or `at_most` is reached; how many were new."""
        rng, names, moved = random.Random(seed), sorted(only), 0
        self._collect()
        while at_most is None or moved < at_most:
            busy = self._busy(names) or (self._collect() and self._busy(names))
            if not busy:
                break
            self._deliver_one(self._boxes[rng.choice(busy) if seed else busy[0]], rng if seed else None)
            moved += 1
        return moved

    def turn_round(self, name: str) -> None:
        """What waits for a consumer comes in the opposite order: the contract rules that out."""
        self._collect()
        self._boxes[name].waiting.reverse()

    def forget_delivered(self) -> None:
        """Nothing that was delivered so far comes again: between two conferences."""
        for box in self._boxes.values():
            box.delivered.clear()

    def _busy(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if self._boxes[name].waiting]

    def _collect(self) -> int:
        """Take over what was committed since; how many events that was."""
        found = 0
        for source, database in self._sources.items():
            query = select(outbox).where(outbox.c.seq > self._read[source]).order_by(outbox.c.seq)
            with database.read() as session:
                rows = list(session.execute(query))
            found += len(rows)
            for row in rows:
                self._read[source] = row.seq
                for name, box in self._boxes.items():
                    if name != source:
                        box.accept(source, row)
        return found

    def _deliver_one(self, box: Mailbox, rng: random.Random | None) -> None:
        message = rng.choice(box.deliverable()) if rng else box.waiting[0]
        if rng and rng.random() < 0.1:
            self._die(box.consumer, message)
        _deliver(box.consumer, message)
        box.waiting.remove(message)
        box.delivered.append(message)
        self.deliveries += 1
        while rng and rng.random() < 0.25:
            again = _deliver(box.consumer, rng.choice(box.delivered))
            assert again is not Outcome.APPLIED, "a repeated event was applied twice"
            self.repetitions += 1

    def _die(self, consumer: Consumer, message: Message) -> None:
        """Handle it, and end before the commit."""
        dying = {contract: _then_die(handler) for contract, handler in consumer.handlers.items()}
        try:
            deliver(replace(consumer, handlers=dying), message.raw)
        except Died:
            self.deaths += 1


def _deliver(consumer: Consumer, message: Message) -> Outcome:
    outcome = deliver(consumer, message.raw)
    assert outcome is not Outcome.PARKED, f"{consumer.name} could not apply {message.raw[:400]!r}"
    return outcome


def _then_die(handler: Handler) -> Handler:
    def handle(session: Any, fact: Any, context: Any) -> None:
        handler(session, fact, context)
        raise Died

    return handle

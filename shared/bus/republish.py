"""Telling current facts again, to one consumer: one that came late, or that lost what it knew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, delete

from shared.bus.outbox import hold_keys, retelling, wait_for_key
from shared.bus.tables import attempts, batches, dead_letter, inbox, inbox_key, pages
from shared.contracts.event import Event
from shared.storage.database import Database
from shared.storage.session import Session

CHUNK = 200


class CannotRetell(Exception):
    """One thing cannot be told again; the message says which and why."""


@dataclass(frozen=True)
class Progress:
    """Things done since the last word, and what could not be told among them."""

    done: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Retelling:
    """How an owner tells one kind of its facts again.

    `things` lists what there are facts of, `key` is the ordering key of one of them, and `tell` emits what
    holds of it now, or raises `CannotRetell` before it emits anything. `tells`: the types that it may emit.
    """

    tells: frozenset[type[Event]]
    things: Callable[[Session], Iterable[Any]]
    key: Callable[[Any], str]
    tell: Callable[[Session, Any], None]

    def concerns(self, event_types: frozenset[str]) -> bool:
        return any(contract.event_type in event_types for contract in self.tells)


def republish(database: Database, kind: Retelling, consumer: str) -> Iterator[Progress]:
    """Tell the owner's facts of this kind to `consumer` alone; says by and by how far it is.

    Each thing is read behind the lock of its key: what changes it later is told later. What was told so far
    stays told when this ends early, and telling it again does no harm.
    """
    with database.read() as session:
        things = list(kind.things(session))
    # What is told in pages holds its key for long: others shall not wait for several of them.
    size = 1 if any(contract.paged for contract in kind.tells) else CHUNK
    for chunk in (things[start : start + size] for start in range(0, len(things), size)):
        busy, problems = _tell_free(database, kind, chunk, consumer)
        for thing in busy:
            with database.write() as session:
                wait_for_key(session, kind.key(thing))
                problems += _tell(session, kind, thing, consumer)
        yield Progress(len(chunk), tuple(problems))


def _tell_free(
    database: Database, kind: Retelling, chunk: Sequence[Any], consumer: str
) -> tuple[list[Any], list[str]]:
    """Tell, in one transaction, of those things whose keys nobody holds; returns the others, and problems.

    Who holds a key may wait for another one: waiting for both from here could become a deadlock.
    """
    problems: list[str] = []
    with database.write() as session:
        held = hold_keys(session, {kind.key(thing) for thing in chunk})
        for thing in chunk:
            if kind.key(thing) in held:
                problems += _tell(session, kind, thing, consumer)
    return [thing for thing in chunk if kind.key(thing) not in held], problems


def _tell(session: Session, kind: Retelling, thing: Any, consumer: str) -> list[str]:
    try:
        with retelling(session, consumer):
            kind.tell(session, thing)
    except CannotRetell as problem:
        return [str(problem)]
    return []


def forget(session: Session, consumer: str, learnt: Sequence[Table]) -> None:
    """Empty the tables of what the others told, and what the bus remembers of their telling.

    The position in their outboxes stays: what comes after it is still to come.
    """
    for table in (inbox, inbox_key, attempts, dead_letter):
        session.execute(delete(table).where(table.c.consumer == consumer))
    for table in (pages, batches, *learnt):
        session.execute(delete(table))

"""The audit: what was said against what was heard, what was promised against what is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row, create_engine, func, select

from services.awards.consumers import HANDLERS as AWARDS
from services.documents.consumers import HANDLERS as DOCUMENTS
from services.planning.consumers import HANDLERS as PLANNING
from services.registration.consumers import HANDLERS as REGISTRATION
from services.system import MODULES
from services.venue.consumers import HANDLERS as VENUE
from shared.bus.tables import cursor, dead_letter, inbox, outbox
from shared.contracts.event import Event
from tests.chaos.listener import NAME as AUDIT
from tests.chaos.listener import heard, repeated
from tests.chaos.processes import Processes

HANDLED: Mapping[str, Mapping[type[Event], Any]] = {
    "planning": PLANNING,
    "venue": VENUE,
    "registration": REGISTRATION,
    "documents": DOCUMENTS,
    "awards": AWARDS,
}


@dataclass
class Report:
    """What the audit found: faults by kind, each with where it was seen."""

    emitted: int = 0
    repeated: int = 0  # came twice, was dropped
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        kinds = {"lost": self.lost, "doubled": self.doubled, "unsaid": self.unsaid}
        kinds["disordered"] = self.disordered
        return [f"{kind}: {one}" for kind, found in kinds.items() for one in found]


class Books:
    """The databases of an installation, read beside its processes."""

    def __init__(self, processes: Processes) -> None:
        self.engines: dict[str, Engine] = {
            name: create_engine(processes.database_url(name), pool_pre_ping=True)
            for name in (*MODULES, AUDIT)
        }

    def close(self) -> None:
        for engine in self.engines.values():
            engine.dispose()

    def rows(self, service: str, query: Any) -> list[Row[Any]]:
        with self.engines[service].connect() as connection:
            return list(connection.execute(query))

    def count(self, service: str, *conditions: Any) -> int:
        [[count]] = self.rows(service, select(func.count()).where(*conditions))
        return int(count)

    def said(self) -> dict[UUID, tuple[str, Row[Any]]]:
        """Every event that was committed, with its service."""
        columns = (outbox.c.id, outbox.c.ordering_key, outbox.c.key_version, outbox.c.type)
        query = select(*columns).order_by(outbox.c.seq)
        return {row.id: (name, row) for name in MODULES for row in self.rows(name, query)}

    def audit(self) -> Report:
        """The listener's notes against the outboxes: every event once, each key's in order."""
        said, ours = self.said(), heard.c.source.in_(list(MODULES))
        notes = self.rows(AUDIT, select(heard).where(ours).order_by(heard.c.number))
        types = {note.event_id: note.type for note in notes}
        times = Counter(note.event_id for note in notes)
        return Report(
            emitted=len(said),
            repeated=self.count(AUDIT, repeated.c.number > 0),
            lost=[f"{name} {row.type}" for event, (name, row) in said.items() if event not in times],
            doubled=[f"{types[event]} ×{count}" for event, count in times.items() if count > 1],
            unsaid=[types[event] for event in times if event not in said],
            disordered=list(_disordered(notes)),
        )

    def missed(self) -> list[str]:
        """Events that a service handles and has not recorded."""
        found, said = [], self.said()
        for consumer, handlers in HANDLED.items():
            types = {contract.event_type for contract in handlers}
            recorded = {row.event_id for row in self.rows(consumer, select(inbox.c.event_id))}
            found += [
                f"{consumer}: {row.type} of {name}"
                for event, (name, row) in said.items()
                if name != consumer and row.type in types and event not in recorded
            ]
        return found

    def unpublished(self) -> int:
        return sum(self.count(name, outbox.c.published_at.is_(None)) for name in MODULES)

    def parked(self) -> list[str]:
        query = select(dead_letter.c.consumer, dead_letter.c.type, dead_letter.c.error)
        return [" ".join(map(str, row)) for name in MODULES for row in self.rows(name, query)]

    def listener_is_behind(self) -> bool:
        """Embedded: whether an outbox goes on behind the listener's cursor."""
        read = {row.source: row.seq for row in self.rows(AUDIT, select(cursor))}
        for name in MODULES:
            [[last]] = self.rows(name, select(func.max(outbox.c.seq)))
            if (last or 0) > read.get(name, 0):
                return True
        return False


def _disordered(notes: list[Row[Any]]) -> Iterator[str]:
    """Notes of an event that came before in its key; repetitions are another fault."""
    newest: dict[tuple[str, str], int] = defaultdict(int)
    seen: set[UUID] = set()
    for note in notes:
        key = (note.source, note.key)
        if note.event_id not in seen and note.key_version < newest[key]:
            yield f"{note.type} {note.key} {note.key_version} after {newest[key]}"
        newest[key] = max(newest[key], note.key_version)
        seen.add(note.event_id)

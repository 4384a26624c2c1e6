"""The auditor's ear: a consumer of every event there is, which writes each one down when it applies it."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Uuid, insert

from services.system import MODULES, Running
from shared.bus import delivery
from shared.bus.delivery import Consumer, Fact, Handler
from shared.bus.embedded import CursorConsumer
from shared.bus.rabbit import RabbitConsumer
from shared.bus.tables import metadata
from shared.bus.topology import Topology, declare
from shared.config import Settings, load_settings
from shared.contracts import awards, documents, jobs, planning, registration, venue
from shared.contracts.event import Event, event_contracts
from shared.storage.database import Database
from shared.storage.session import Session

NAME = "audit"
ours = MetaData()

# Nothing here is unique: an event that is applied twice stands here twice.
heard = Table(
    "heard",
    ours,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("event_id", Uuid, nullable=False),
    Column("source", String, nullable=False),
    Column("key", String, nullable=False),
    Column("key_version", BigInteger, nullable=False),
    Column("type", String, nullable=False),
)

# What came again after it was applied, and was dropped.
repeated = Table(
    "repeated",
    ours,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("event_id", Uuid, nullable=False),
)


def on_event(session: Session, fact: Fact, _context: Any) -> None:
    values = {"event_id": fact.id, "source": fact.source, "key": fact.key}
    session.execute(insert(heard).values(**values, key_version=fact.key_version, type=fact.type))


def everything() -> dict[type[Event], Handler]:
    modules = (planning, venue, registration, documents, awards, jobs)
    return {contract: on_event for module in modules for contract in event_contracts(module).values()}


def topology(settings: Settings) -> Topology:
    return Topology({NAME: frozenset(contract.event_type for contract in everything())}, settings.amqp_prefix)


def prepare() -> None:
    """Before the first event: the tables, and the queue in which events wait for the listener."""
    settings = load_settings()
    database = Database(NAME, settings.database_url(NAME))
    for tables in (metadata, ours):
        tables.create_all(database.engine)
    database.dispose()
    if settings.amqp_url is not None:
        declare(settings.amqp_url, topology(settings))


def listen() -> None:
    """Until the end."""
    _note_repetitions()
    settings = load_settings()
    consumer = Consumer(NAME, Database(NAME, settings.database_url(NAME)), everything())
    if settings.amqp_url is None:
        sources = {name: Database(name, settings.database_url(name)) for name in MODULES}
        loop = CursorConsumer(consumer, sources).run
    else:
        loop = RabbitConsumer(consumer, settings.amqp_url, topology(settings)).run
    Running({f"{NAME}-consumer": loop}, threading.Event()).join()


def _note_repetitions() -> None:
    record = delivery.record_event

    def noted(session: Session, consumer: str, event_id: UUID) -> bool:
        is_new = record(session, consumer, event_id)
        if not is_new:
            session.execute(insert(repeated).values(event_id=event_id))
        return is_new

    delivery.record_event = noted

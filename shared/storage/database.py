"""One service's database: sessions on PostgreSQL or SQLite, and word of each commit."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

Listener = Callable[[], None]

_WRITE: Mapping[str, Mapping[str, Any]] = {"sqlite": {"begin": "IMMEDIATE"}, "postgresql": {}}
# PostgreSQL's own level gives each statement a snapshot of its own: a page would mix two revisions.
_READ: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"begin": "DEFERRED"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class Database:
    """Sessions of one service. `write()` is one transaction; `read()` sees one snapshot, changes nothing.

    `service` is the owner's name: events emitted in a session carry it as their source.
    """

    def __init__(self, service: str, url: str, *, pool_size: int = 4) -> None:
        self.service = service
        self.engine = _engine(url, pool_size)
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` after each committed write of this process: it wakes relays and consumers."""
        with self._lock:
            self._listeners.append(listener)

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._session(_WRITE) as session, session.begin():
            yield session
        for listener in self._listeners:
            listener()

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._session(_READ) as session, session.begin():
            yield session

    def _session(self, options: Mapping[str, Mapping[str, Any]]) -> Session:
        engine = self.engine.execution_options(**options[self.engine.dialect.name])
        return Session(engine, expire_on_commit=False, info={"service": self.service})

    def dispose(self) -> None:
        self.engine.dispose()


def _engine(url: str, pool_size: int) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_size=pool_size, max_overflow=0, pool_timeout=5, pool_pre_ping=True, hide_parameters=True
        )
    engine = create_engine(
        url, connect_args={"timeout": 30}, pool_size=pool_size * 4, max_overflow=16, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own BEGIN comes too late to be IMMEDIATE: transactions are opened by _begin_sqlite.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a read lock half-way fails with SQLITE_BUSY.
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")

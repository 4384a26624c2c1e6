"""One service's database: sessions on PostgreSQL or SQLite, and word of each commit."""

from __future__ import annotations

import select
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DisconnectionError

from shared.storage.cursors import NamingCursor
from shared.storage.session import Session

Listener = Callable[[], None]

_WRITE: Mapping[str, Mapping[str, Any]] = {"sqlite": {"begin": "IMMEDIATE"}, "postgresql": {}}
# PostgreSQL's own level gives each statement a snapshot of its own: a page would mix two revisions.
_READ: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"begin": "DEFERRED"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
# Somebody waits for a request: better a clear refusal soon. Nor may a stuck one keep its locks.
_HURRIED = "-c statement_timeout=5s -c idle_in_transaction_session_timeout=10s"
_PATIENT = text(
    "select set_config('statement_timeout', '10min', true),"
    " set_config('idle_in_transaction_session_timeout', '10min', true)"
)


class Database:
    """Sessions of one service. `write()` is one transaction; `read()` sees one snapshot, changes nothing.

    `service` is the owner's name: events emitted in a session carry it as their source.
    """

    def __init__(self, service: str, url: str, *, pool_size: int = 4, server_options: str = "") -> None:
        self.service, self._pool_size = service, pool_size
        self.engine = _engine(url, pool_size, server_options)
        # Made once: an engine with options of its own costs more than the transaction that it is for.
        self._writing = self.engine.execution_options(**_WRITE[self.engine.dialect.name])
        self._reading = self.engine.execution_options(**_READ[self.engine.dialect.name])
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    @cached_property
    def hurried(self) -> Database:
        """The same for requests, which somebody waits for: on PostgreSQL no statement takes above 5 s."""
        if self.is_sqlite:
            return self
        url = self.engine.url.render_as_string(hide_password=False)
        made = Database(self.service, url, pool_size=self._pool_size, server_options=_HURRIED)
        made._listeners, made._lock = self._listeners, self._lock
        return made

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` after each committed write of this process: it wakes relays and consumers."""
        with self._lock:
            self._listeners.append(listener)

    @contextmanager
    def write(self, *, patient: bool = False) -> Iterator[Session]:
        """`patient`: for the few requests, such as an import, that may take minutes."""
        with self._session(self._writing, patient) as session:
            yield session
        for listener in self._listeners:
            listener()

    @contextmanager
    def read(self, *, patient: bool = False) -> Iterator[Session]:
        """`patient`: for what streams to somebody, or looks at everybody."""
        with self._session(self._reading, patient) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine, patient: bool) -> Iterator[Session]:
        session = Session(engine, self.service)
        try:
            if patient and not self.is_sqlite:
                session.execute(_PATIENT)
            yield session
            session.commit()
        finally:
            session.close()

    def dispose(self) -> None:
        self.engine.dispose()
        if "hurried" in vars(self) and self.hurried is not self:
            self.hurried.dispose()


def _engine(url: str, pool_size: int, server_options: str) -> Engine:
    if not url.startswith("sqlite"):
        engine = create_engine(
            url,
            connect_args={"options": server_options, "cursor_factory": NamingCursor},
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            hide_parameters=True,
        )
        event.listen(engine, "checkout", _check_open)
        return engine
    engine = create_engine(
        url, connect_args={"timeout": 30}, pool_size=pool_size * 4, max_overflow=16, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _check_open(connection: psycopg.Connection, _record: Any, _proxy: Any) -> None:
    """A server speaks unasked only to take its leave: that is seen without the round trip of a ping."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own BEGIN comes too late to be IMMEDIATE: transactions are opened by _begin_sqlite.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a read lock half-way fails with SQLITE_BUSY.
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")

"""Real servers for the bus's tests: own databases, an own prefix at the broker, a network that can break."""

from __future__ import annotations

import os
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from kombu import Connection
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from shared.bus.tables import metadata
from shared.bus.topology import Topology
from shared.storage.database import Database

ADMIN_URL = os.environ.get(
    "DIEMCAU_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
AMQP_URL = os.environ.get("DIEMCAU_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")

NewDatabase = Callable[[str], Database]


def wait_until(condition: Callable[[], object], seconds: float = 15) -> None:
    """Return once `condition` holds; fails the test when it does not within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.01)


@contextmanager
def running(run: Callable[[threading.Event], None]) -> Iterator[threading.Thread]:
    """A service loop in a thread of its own, stopped at the end."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "the loop did not stop"


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[..., None]:
    return wait_until


@pytest.fixture(name="running")
def _running() -> Callable[..., object]:
    return running


@pytest.fixture
def new_postgres() -> Iterator[NewDatabase]:
    """Makes empty PostgreSQL databases with the bus's tables; they are dropped after the test."""
    admin = create_engine(ADMIN_URL, isolation_level="AUTOCOMMIT")
    made: list[tuple[str, Database]] = []

    def make(service: str) -> Database:
        name = f"diemcau_test_{secrets.token_hex(6)}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} STRATEGY file_copy TEMPLATE template0"))
        url = make_url(ADMIN_URL).set(database=name).render_as_string(hide_password=False)
        database = Database(service, url)
        made.append((name, database))
        metadata.create_all(database.engine)
        return database

    yield make
    for name, database in made:
        database.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def new_sqlite(tmp_path: Path) -> Iterator[NewDatabase]:
    """Makes empty SQLite databases with the bus's tables."""
    made: list[Database] = []

    def make(service: str) -> Database:
        database = Database(service, f"sqlite:///{tmp_path}/{service}-{len(made)}.db")
        made.append(database)
        metadata.create_all(database.engine)
        return database

    yield make
    for database in made:
        database.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def new_database(request: pytest.FixtureRequest) -> NewDatabase:
    """The same test on both databases."""
    make: NewDatabase = request.getfixturevalue(f"new_{request.param}")
    return make


@pytest.fixture
def amqp_url() -> str:
    return AMQP_URL


@pytest.fixture
def new_topology() -> Iterator[Callable[[Mapping[str, frozenset[str]]], Topology]]:
    """Makes topologies under a random prefix; their queues and exchanges are deleted after the test."""
    made: list[Topology] = []

    def make(consumers: Mapping[str, frozenset[str]]) -> Topology:
        made.append(Topology(consumers, prefix=f"diemcau_test_{secrets.token_hex(6)}"))
        return made[-1]

    yield make
    with Connection(AMQP_URL) as connection:
        channel = connection.channel()
        for topology in made:
            for consumer in topology.consumers:
                channel.queue_delete(topology.queue(consumer))
            channel.queue_delete(topology.unrouted)
            channel.exchange_delete(topology.exchange)
            channel.exchange_delete(topology.unrouted)


class Network:
    """A wire between us and the broker that can be cut, or go deaf in the broker's direction to us."""

    def __init__(self) -> None:
        self.muted = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._down = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def amqp_url(self) -> str:
        parts = urlsplit(AMQP_URL)
        port = self._listener.getsockname()[1]
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}"))

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        self._down = True
        self._drop()

    def mend(self) -> None:
        self.muted = self._down = False

    def close(self) -> None:
        self._listener.close()
        self._drop()

    def _drop(self) -> None:
        pairs, self._pairs = self._pairs, []
        for end in (end for pair in pairs for end in pair):
            end.close()

    def _accept(self) -> None:
        parts = urlsplit(AMQP_URL)
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._down:
                near.close()
                continue
            far = socket.create_connection((parts.hostname, parts.port or 5672))
            self._pairs.append((near, far))
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        selector = selectors.DefaultSelector()
        selector.register(near, selectors.EVENT_READ, far)
        selector.register(far, selectors.EVENT_READ, near)
        try:
            while True:
                for key, _ in selector.select(0.1):
                    data = key.fileobj.recv(65536)
                    if not data:
                        raise ConnectionResetError
                    if not (self.muted and key.fileobj is far):
                        key.data.sendall(data)
        except (OSError, ValueError):
            near.close()
            far.close()


@pytest.fixture
def network() -> Iterator[Network]:
    network = Network()
    yield network
    network.close()

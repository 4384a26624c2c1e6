"""Real servers for the bus's tests: own databases, an own prefix at the broker, a network that can break."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from kombu import Connection
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from shared.bus.tables import metadata
from shared.bus.topology import Topology
from shared.storage.database import Database
from tests.network import Network

ADMIN_URL = os.environ.get(
    "DIEMCAU_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
AMQP_URL = os.environ.get("DIEMCAU_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")

NewDatabase = Callable[[str], Database]


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
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
        thread.join(60)
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


@pytest.fixture
def network() -> Iterator[Network]:
    network = Network(AMQP_URL)
    yield network
    network.close()

"""The real system for tests: `diemcau` processes on SQLite, or on PostgreSQL and RabbitMQ."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from kombu import Connection
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from services.system import MODULES

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "nghe-an-2021"
KEY = "nghe-an-2021-bau-cu"
ADMIN_URL = os.environ.get(
    "DIEMCAU_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
AMQP_URL = os.environ.get("DIEMCAU_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
START = "2021-06-24T09:00+07:00"
PATIENCE = 180.0


@dataclass
class Installation:
    """One system's data and settings; processes are started on it, killed, and started again.

    `program`: the module that is run, with what comes before any arguments.
    """

    data: Path
    env: dict[str, str]
    port: int
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    program: tuple[str, ...] = ("services",)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """`diemcau ARGUMENTS`; what it prints goes to a log in the data folder."""
        log = (self.data / "log").open("ab")
        command = [sys.executable, "-m", *self.program, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def up(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the system and wait until it answers."""
        process = self.start("up", *arguments)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert process.poll() is None, f"it ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"it does not answer:\n{self.log()}"
            time.sleep(0.05)
        return process

    def move_to(self, moment: datetime) -> None:
        """Start again on another day of the conference's clock."""
        self.stop()
        (self.data / "clock-offset").unlink(missing_ok=True)
        self.env["DIEMCAU_CLOCK_START"] = moment.isoformat()
        self.up()

    def client(self) -> httpx.Client:
        """An API client with the root key."""
        headers = {"Authorization": f"Bearer {(self.data / 'api-key').read_text()}", "Accept-Language": "en"}
        return httpx.Client(base_url=f"{self.url}/api/", headers=headers, timeout=30)

    def log(self) -> str:
        return (self.data / "log").read_text()

    def stop(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(timeout=30)
        self.running.clear()

    def kill(self) -> None:
        for process in self.running:
            process.kill()
            process.wait(timeout=30)
        self.running.clear()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/planning/health/live").status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def installation(data: Path, *, servers: bool) -> Iterator[Installation]:
    """A fresh installation; with `servers` on databases and queues of its own, dropped afterwards."""
    port = free_port()
    env = settings_of(data, port) | {"DIEMCAU_CLOCK_START": START}
    made = Installation(data, env, port)
    prefix = f"diemcau_test_{secrets.token_hex(5)}"
    if servers:
        env |= _create_databases(prefix) | {"DIEMCAU_AMQP_URL": AMQP_URL, "DIEMCAU_AMQP_PREFIX": prefix}
    try:
        yield made
    finally:
        made.kill()
        if servers:
            _drop(prefix)


def settings_of(data: Path, port: int) -> dict[str, str]:
    """The environment of an embedded system, whatever ours says of another one."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("DIEMCAU_")}
    return {**others, "DIEMCAU_DATA": str(data), "PORT": str(port)}


@contextmanager
def fresh_database(name: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, dropped afterwards."""
    with _admin() as connection:
        connection.execute(text(f"create database {name} template template0"))
    try:
        yield make_url(ADMIN_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        with _admin() as connection:
            connection.execute(text(f"drop database if exists {name} with (force)"))


def _create_databases(prefix: str) -> dict[str, str]:
    with _admin() as connection:
        for name in (*MODULES, "portal"):
            connection.execute(text(f"create database {prefix}_{name} template template0"))
    url = make_url(ADMIN_URL).set(database=f"{prefix}_").render_as_string(hide_password=False)
    return {"DIEMCAU_DATABASE_URL": f"{url}{{service}}"}


def _drop(prefix: str) -> None:
    with _admin() as connection:
        for name in (*MODULES, "portal"):
            connection.execute(text(f"drop database if exists {prefix}_{name} with (force)"))
    with Connection(AMQP_URL) as connection:
        channel = connection.channel()
        for name in (*MODULES, "unrouted"):
            channel.queue_delete(f"{prefix}.{name}")
        for name in ("events", "unrouted"):
            channel.exchange_delete(f"{prefix}.{name}")


@contextmanager
def _admin() -> Iterator[object]:
    engine = create_engine(ADMIN_URL, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

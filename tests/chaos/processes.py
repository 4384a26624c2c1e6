"""One installation as processes by role: killed, told to fail, started again."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from services.system import MODULES
from tests.chaos.listener import NAME as AUDIT
from tests.chaos.servers import Servers
from tests.chaos.victim import Orders, start
from tests.mailbox import Mailbox, serve, url_of
from tests.servers import START, free_port, settings_of

PATIENCE = 180.0
WEB, OTHER_WEB, LISTENER = "web", "other web", "listener"
DATABASES = (*MODULES, "portal", AUDIT)

ON_SERVERS: Mapping[str, tuple[str, ...]] = {
    WEB: ("up", "--serve-only"),
    OTHER_WEB: ("up", "--serve-only"),
    **{service: ("worker", service) for service in MODULES},
    LISTENER: ("listen",),
}
EMBEDDED: Mapping[str, tuple[str, ...]] = {WEB: ("up",), LISTENER: ("listen",)}


@dataclass
class Processes:
    """What runs, by role; a second process of a role is one under another name with the same command."""

    data: Path
    env: dict[str, str]
    roles: dict[str, tuple[str, ...]]
    mailbox: Mailbox
    servers: Servers | None = None
    running: dict[str, BaseProcess] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports[WEB] = int(self.env["PORT"])
        if OTHER_WEB in self.roles:
            self.ports[OTHER_WEB] = free_port()

    @property
    def webs(self) -> list[str]:
        return list(self.ports)

    def database_url(self, service: str) -> str:
        template = self.env.get("DIEMCAU_DATABASE_URL", f"sqlite:///{self.data}/{{service}}.sqlite")
        return template.replace("{service}", service)

    def queue(self, consumer: str) -> str:
        return f"{self.env['DIEMCAU_AMQP_PREFIX']}.{consumer}"

    def client(self, web: str) -> httpx.Client:
        """With the root key, and little patience: who gets no answer asks again, or another."""
        headers = {"Authorization": f"Bearer {(self.data / 'api-key').read_text()}", "Accept-Language": "en"}
        return httpx.Client(base_url=f"{self._url(web)}/api/", headers=headers, timeout=60)

    def run(self, *command: str) -> None:
        """To its end."""
        process = start(command, self.env, self._log, Orders())
        process.join(PATIENCE)
        assert process.exitcode == 0, f"{command}: {self.log()}"

    def begin(self, role: str, orders: Orders | None = None) -> None:
        env = self.env | ({"PORT": str(self.ports[role])} if role in self.ports else {})
        self.running[role] = start(self.roles[role], env, self._log, orders or Orders())

    def kill(self, role: str) -> None:
        process = self.running.pop(role, None)
        if process is not None:
            process.kill()
            process.join(PATIENCE)

    def restart(self, role: str, orders: Orders | None = None) -> None:
        self.kill(role)
        self.begin(role, orders)

    def is_dead(self, role: str) -> bool:
        process = self.running.get(role)
        return process is None or not process.is_alive()

    def revive(self) -> list[str]:
        """Start whatever has died; returns its roles."""
        dead = [role for role in self.roles if self.is_dead(role)]
        for role in dead:
            self.restart(role)
        return dead

    def await_death(self, role: str) -> None:
        """The process kills itself where it was told to."""
        process = self.running[role]
        process.join(PATIENCE)
        assert process.exitcode == -9, f"{role}: ended with {process.exitcode}, see:\n{self.log()}"

    def answers(self, web: str) -> bool:
        try:
            return httpx.get(f"{self._url(web)}/api/planning/health/live", timeout=15).status_code == 200
        except httpx.TransportError:
            return False

    def await_web(self, web: str = WEB) -> None:
        """Who dies on the way, because a server is not there yet, is started again."""
        deadline = time.monotonic() + PATIENCE
        while not self.answers(web):
            self.revive()
            assert time.monotonic() < deadline, f"it does not answer:\n{self.log()}"
            time.sleep(0.25)

    def end(self) -> None:
        for role in list(self.running):
            self.kill(role)

    def log(self) -> str:
        return self._log.read_text(errors="replace")[-5_000:] if self._log.exists() else ""

    @property
    def _log(self) -> Path:
        return self.data / "log"

    def _url(self, web: str) -> str:
        return f"http://127.0.0.1:{self.ports[web]}"


@contextmanager
def on_servers(data: Path, servers: Servers) -> Iterator[Processes]:
    """Web, a worker per service and the listener; databases and queues of its own. All of it runs."""
    prefix = f"chaos_{secrets.token_hex(4)}"
    servers.postgres.execute(*(f"create database {prefix}_{name} template template0" for name in DATABASES))
    env = {
        "DIEMCAU_DATABASE_URL": f"{servers.postgres.url}{prefix}_{{service}}",
        "DIEMCAU_AMQP_URL": servers.network.amqp_url,
        "DIEMCAU_AMQP_PREFIX": prefix,
    }
    with _running(data, env, ON_SERVERS, servers) as processes:
        yield processes


@contextmanager
def embedded(data: Path) -> Iterator[Processes]:
    """The whole system in one process on SQLite, and the listener in another."""
    with _running(data, {}, EMBEDDED, None) as processes:
        yield processes


@contextmanager
def _running(
    data: Path, env: dict[str, str], roles: Mapping[str, tuple[str, ...]], servers: Servers | None
) -> Iterator[Processes]:
    mailbox = Mailbox()
    carrier = serve(mailbox)
    env = settings_of(data, free_port()) | env
    env |= {"DIEMCAU_SMTP_URL": url_of(carrier), "DIEMCAU_MAIL_FROM": "Ban tổ chức <bantc@tinh.example.org>"}
    env |= {"DIEMCAU_CLOCK_START": START}
    processes = Processes(data, env, dict(roles), mailbox, servers)
    try:
        processes.run("migrate")
        processes.run("prepare")
        for web in processes.webs:
            processes.await_web(web)
        yield processes
    finally:
        processes.end()
        carrier.stop()

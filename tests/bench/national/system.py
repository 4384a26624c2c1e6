"""A whole system for one measurement: as in production, one process for the web, one for each worker;
or one embedded process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import create_engine, text

from services.cli.api import Api
from services.portal.commands import create_account
from services.system import MODULES
from shared.storage.database import Database
from tests.bench import processes
from tests.servers import ROOT, Installation, installation

KEY = "toan-quoc"
PATIENCE = 1_800.0
PASSWORD = "hoa ban trắng bảy cánh"


@dataclass(frozen=True, slots=True)
class National:
    """A running system and the files of one made-up conference. `pids` by the name of the process."""

    folder: Path
    installed: Installation
    pids: Mapping[str, int]
    http: httpx.Client
    servers: bool

    @property
    def api(self) -> Api:
        return Api(self.http)

    def url_of(self, service: str) -> str:
        if self.servers:
            return self.installed.env["DIEMCAU_DATABASE_URL"].format(service=service)
        return f"sqlite:///{self.installed.data}/{service}.sqlite"

    def backends(self) -> list[int]:
        """Processes of PostgreSQL that work for this installation, and for no other."""
        if not self.servers:
            return []
        prefix = self.installed.env["DIEMCAU_AMQP_PREFIX"]
        return [pid for pid in processes.named("postgres") if prefix in _title(pid)]

    def ask(self, service: str, query: str) -> list[tuple[object, ...]]:
        engine = create_engine(self.url_of(service))
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
        return found

    def wait(self, reached: Callable[[], bool], pause: float = 0.05) -> None:
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < deadline, self.installed.log()[-2_000:]
            time.sleep(pause)

    def wait_until_told(self, kind: str) -> None:
        """Until every consumer has all pages of the batches of this event type that were begun."""
        listening = [name for name in MODULES if name not in ("planning", kind.split(".")[1])]
        query = f"select count(*) from fact_batches where type = '{kind}' and completed_at is not null"
        self.wait(lambda: all(self.ask(name, query)[0][0] for name in listening))

    def wait_until_quiet(self) -> None:
        """Until no event waits to be published, so that the next measurement is of itself alone."""
        query = "select count(*) from outbox where published_at is null"
        if self.servers:
            self.wait(lambda: not any(self.ask(name, query)[0][0] for name in MODULES), pause=0.5)

    def visitor(self) -> httpx.Client:
        """The portal as an organiser sees it, signed in."""
        database = Database("portal", self.url_of("portal"))
        with database.write() as session:
            create_account(
                session, username="do", name="Người đo", password=PASSWORD, role="organiser", unit=None
            )
        database.dispose()
        client = httpx.Client(base_url=self.installed.url, timeout=PATIENCE, follow_redirects=True)
        form = client.get("/dang-nhap").text
        token = form.partition('name="csrf"')[2].partition('value="')[2].partition('"')[0]
        client.post("/dang-nhap", data={"username": "do", "password": PASSWORD, "csrf": token})
        return client


@contextmanager
def national(sites: int, delegates: int, *, servers: bool) -> Iterator[National]:
    """The files made, the processes started; all gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        files, data = Path(folder) / "files", Path(folder) / "data"
        size = ("--sites", str(sites), "--delegates", str(delegates), "--out", str(files), "--key", KEY)
        subprocess.run([sys.executable, "-m", "services", "generate", *size], cwd=ROOT, check=True)
        data.mkdir()
        with installation(data, servers=servers) as installed:
            pids = _start(installed, servers=servers)
            with installed.client() as http:
                http.timeout = httpx.Timeout(PATIENCE)
                system = National(files, installed, pids, http, servers)
                system.wait(lambda: installed.log().count("Working for") == len(pids) - 1)
                yield system


def _start(installed: Installation, *, servers: bool) -> dict[str, int]:
    if not servers:
        return {"everything": installed.up().pid}
    found = {"web": installed.up("--serve-only").pid}
    for name in MODULES:
        found[name] = installed.start("worker", name).pid
    return found


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""

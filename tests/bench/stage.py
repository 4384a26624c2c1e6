"""The reference conference on PostgreSQL, ready for answers and check-ins, and servers to send them to."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from sqlalchemy.engine import make_url

from tests.bench import processes
from tests.bench.load import Post
from tests.bench.switching import switch, wait_for_example
from tests.servers import EXAMPLE, KEY, PATIENCE, ROOT, Installation, free_port, installation

REGISTRATION = "services.serving:app('registration')"
BATCH = 50


@dataclass(frozen=True)
class Stage:
    """`links`: paths to answer at; `places`: ids of those who are seated."""

    installed: Installation
    links: list[str]
    places: list[str]

    @property
    def url(self) -> str:
        """Registration's database, for psycopg."""
        template = self.installed.env["DIEMCAU_DATABASE_URL"].format(service="registration")
        return make_url(template).set(drivername="postgresql").render_as_string(hide_password=False)

    @property
    def database(self) -> str:
        return str(make_url(self.url).database)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {(self.installed.data / 'api-key').read_text()}"}

    def sql(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement)

    def answers(self, number: int) -> list[Post]:
        """One for each link; in the next round they all say the opposite."""
        said = ("accepted", "declined")[number % 2]
        return [(path, {"answer": said, "note": f"lần {number}"}) for path in self.links]

    def check_ins(self, number: int, *, together: int = 1) -> list[Post]:
        """Everybody comes, so many in a request; those who had come before are sent out first."""
        self.sql("delete from check_ins")
        path = f"/api/registration/v1/conferences/{KEY}/check-ins"
        return [
            (path, {"items": [{"id": str(uuid.uuid4()), "place": place} for place in group]})
            for group in (self.places[at : at + together] for at in range(0, len(self.places), together))
        ]

    def batches(self, number: int) -> list[Post]:
        return self.check_ins(number, together=BATCH)


@contextmanager
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), servers=True) as installed:
        installed.up("--example", str(EXAMPLE))
        http = installed.client()
        wait_for_example(http)
        switch(http, "online")
        places = _seated(http)
        links = [_link(http, place) for place in places]
        installed.stop()
        yield Stage(installed, links, places)


@dataclass(frozen=True)
class Web:
    """A running server of web processes."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        return processes.cpu_seconds(processes.family(self.pid))


@contextmanager
def gunicorn(
    application: str, installed: Installation, *, workers: int | None = None, threads: int | None = None
) -> Iterator[Web]:
    """As in production (deploy/gunicorn.conf.py), unless told otherwise."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", application]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command += [] if workers is None else ["--workers", str(workers)]
    command += [] if threads is None else ["--threads", str(threads)]
    process = subprocess.Popen(command, cwd=ROOT, env=installed.env)
    try:
        _wait_for(port)
        yield Web(process.pid, port)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/")
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _seated(http: httpx.Client) -> list[str]:
    found, cursor = [], None
    while True:
        query = {"limit": 100, "status": "placed"} | ({"cursor": cursor} if cursor else {})
        page = http.get(f"registration/v1/conferences/{KEY}/delegates", params=query).json()
        found += [str(delegate["id"]) for delegate in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def _link(http: httpx.Client, place: str) -> str:
    url = http.post(f"registration/v1/delegates/{place}/rsvp-link").json()["url"]
    return f"/api/registration/v1/rsvp/{url.rpartition('/')[2]}"

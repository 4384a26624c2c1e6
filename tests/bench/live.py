"""The live board under load: viewers follow it in `diemcau live` while people are checked in."""

from __future__ import annotations

import http.client
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import orjson

from services.portal.commands import create_account
from shared.storage.database import Database
from tests.bench import processes
from tests.servers import PATIENCE, ROOT, Installation, free_port, installation

KEY = "toan-quoc"
VIEWERS, CHECK_INS, PER_MINUTE = 200, 2000, 2000
ALONE = 1000
"""Check-ins without a viewer, for comparison."""
SITES = 60
CLERKS = 4
PASSWORD = "hoa ban trắng bảy cánh"


@dataclass(frozen=True)
class Watched:
    """What a load of check-ins cost, and what the viewers saw of it.

    `done`: when each check-in was answered, in order; `seen`: of each viewer, (moment, total) at each change.
    """

    done: list[float]
    cpu: float
    seen: list[list[tuple[float, int]]]
    ended: int
    memory_before: float
    memory: float
    total: int

    @property
    def last_totals(self) -> set[int]:
        return {seen[-1][1] for seen in self.seen}

    def delays(self) -> list[float]:
        """Seconds from each check-in's answer until each viewer heard of it."""
        before = self.total - len(self.done)
        found = []
        for seen in self.seen:
            known = before
            for moment, total in seen:
                found += [max(0.0, moment - at) for at in self.done[known - before : total - before]]
                known = max(known, total)
        return found


def measure_live() -> dict[str, str]:
    """For `make bench`: 2,000 check-ins per minute, at first unwatched, then watched by 200."""
    with running_board(ALONE + CHECK_INS + 400) as board:
        quiet = board.check_in(ALONE, PER_MINUTE)
        watched = board.watch(VIEWERS, CHECK_INS, PER_MINUTE)
    assert watched.last_totals == {watched.total}
    assert not watched.ended
    delays = sorted(watched.delays())
    p50, p99 = statistics.median(delays), delays[int(len(delays) * 0.99)]
    alone, together = quiet.cpu / ALONE, watched.cpu / CHECK_INS
    each = (watched.memory - watched.memory_before) / VIEWERS
    return {
        f"live board: {VIEWERS} viewers who saw the last of {CHECK_INS} check-ins": str(len(watched.seen)),
        "live board: check-in to viewer, s (p50, p99)": f"{p50:.2f}, {p99:.2f}",
        "CPU per check-in, ms, unwatched and watched (web, live, database)": (
            f"{alone * 1000:.1f}, {together * 1000:.1f}"
        ),
        "ratio": f"{together / alone:.2f}",
        "memory of `diemcau live` (PSS), MB, and KB per viewer": f"{watched.memory:.0f}, {each * 1024:.0f}",
    }


class Board:
    """An online conference with people to check in, `diemcau up` and `diemcau live` beside it."""

    def __init__(self, installed: Installation, streams: Installation, guests: Iterator[str]) -> None:
        self._web, self._live, self._guests = installed, streams, guests
        self._processes = (*installed.running, *streams.running)
        self._came = 0
        with installed.client() as api:
            self._headers = {
                "Authorization": api.headers["Authorization"],
                "Content-Type": "application/json",
            }

    def watch(self, viewers: int, check_ins: int, per_minute: int) -> Watched:
        """Check people in while viewers look on, until everyone has seen the last."""
        [live] = self._live.running
        before = processes.memory_mb(live.pid)
        with self._viewers(viewers) as client:
            made = self.check_in(check_ins, per_minute)
            memory = processes.memory_mb(live.pid)
            told = orjson.loads(client.communicate(str(self._came).encode(), timeout=PATIENCE)[0])
        return Watched(made.done, made.cpu, told["seen"], told["ended"], before, memory, self._came)

    def stop(self, viewers: int) -> tuple[int, int]:
        """Stop the streams while viewers look on: the exit code, and how many streams came to their end."""
        [live] = self._live.running
        with self._viewers(viewers) as client:
            live.terminate()
            code = live.wait(timeout=PATIENCE)
            told = orjson.loads(client.communicate(b"1000000", timeout=PATIENCE)[0])
        return code, told["ended"]

    def check_in(self, count: int, per_minute: int) -> Watched:
        """`count` people, one request each, evenly spread over the minutes."""
        people = list(islice(self._guests, count))
        assert len(people) == count
        done: list[float] = []
        errors: list[str] = []
        before, start = self._cpu(), time.monotonic()

        def clerk(number: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self._web.port)
            for index in range(number, count, CLERKS):
                time.sleep(max(0.0, start + index * 60 / per_minute - time.monotonic()))
                said = self._post(connection, people[index])
                done.append(time.monotonic())
                if said:
                    errors.append(said)

        threads = [threading.Thread(target=clerk, args=(number,)) for number in range(CLERKS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors, errors[0]
        self._came += count
        return Watched(sorted(done), self._cpu() - before, [], 0, 0, 0, self._came)

    def _post(self, connection: http.client.HTTPConnection, person: str) -> str:
        """What was wrong with the answer, if anything."""
        body = orjson.dumps({"items": [{"id": str(uuid.uuid4()), "person": person}]})
        connection.request("POST", f"/api/registration/v1/conferences/{KEY}/check-ins", body, self._headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 200 and orjson.loads(text)["items"][0]["outcome"] == "checked_in":
            return ""
        return f"{answer.status} {text[:200]!r}"

    def _cpu(self) -> float:
        prefix = self._web.env.get("DIEMCAU_AMQP_PREFIX", "no database server")
        return processes.cpu_seconds([*(one.pid for one in self._processes), *processes.backends(prefix)])

    @contextmanager
    def _viewers(self, count: int) -> Iterator[subprocess.Popen[bytes]]:
        cookie, path = _session(self._web.url), f"/truc-tiep/{KEY}"
        command = [
            sys.executable,
            "-m",
            "tests.bench.viewers",
            str(self._live.port),
            path,
            cookie,
            str(count),
        ]
        client = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            assert client.stdout
            assert client.stdout.readline() == b"ready\n"
            yield client
        finally:
            client.kill()
            client.wait()


@contextmanager
def running_board(people: int, *, servers: bool = True) -> Iterator[Board]:
    """A made-up conference with so many people, online."""
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), servers=servers) as installed:
        installed.up()
        with installed.client() as api:
            _load(api, Path(folder) / "plan", people)
            guests = iter(_persons(api))
        url = installed.env.get("DIEMCAU_DATABASE_URL", f"sqlite:///{folder}/{{service}}.sqlite")
        _add_viewer(url.replace("{service}", "portal"))
        port = free_port()
        env = installed.env | {"PORT": str(port), "DIEMCAU_SERVICE_URL": installed.url}
        streams = Installation(Path(folder), env, port)
        streams.start("live")
        try:
            _wait_for_port(port)
            yield Board(installed, streams, guests)
        finally:
            streams.stop()


def _load(api: httpx.Client, folder: Path, people: int) -> None:
    sizes = ["--sites", str(SITES), "--delegates", str(people), "--out", str(folder), "--key", KEY]
    subprocess.run([sys.executable, "-m", "services", "generate", *sizes], cwd=ROOT, check=True)
    plan, conference = (folder / "plan.json").read_bytes(), f"planning/v1/conferences/{KEY}"
    kind = {"Content-Type": "application/json"}
    api.post("planning/v1/plans", content=plan, headers=kind).raise_for_status()
    _wait(lambda: api.get(f"registration/v1/conferences/{KEY}/delegates").status_code == 200)
    file = {"file": ("delegates.csv", (folder / "delegates.csv").read_bytes())}
    path = f"registration/v1/conferences/{KEY}/delegates:import"
    api.post(path, files=file, timeout=PATIENCE).raise_for_status()
    made = api.post(f"{conference}/decisions", json={"option": "online", "reason": "đo bảng trực tiếp"})
    made.raise_for_status()
    number = made.json()["revision"]
    _wait(lambda: api.get(f"{conference}/revisions/{number}").json()["state"] == "settled")


def _persons(api: httpx.Client) -> list[str]:
    lines = api.get(f"registration/v1/conferences/{KEY}/placements", timeout=PATIENCE).text.splitlines()
    placed = (one for one in map(orjson.loads, lines) if one["site"])
    return list(dict.fromkeys(one["person"] for one in placed))


def _add_viewer(url: str) -> None:
    database = Database("portal", url)
    with database.write() as session:
        create_account(session, username="xem", name="Người xem", password=PASSWORD, role="auditor")
    database.dispose()


def _session(url: str) -> str:
    """The cookie of somebody signed in."""
    with httpx.Client(base_url=url, timeout=PATIENCE) as http_client:
        token = re.search(r'name="csrf" value="([^"]+)"', http_client.get("/dang-nhap").text)
        assert token
        typed = {"username": "xem", "password": PASSWORD, "csrf": token[1]}
        assert http_client.post("/dang-nhap", data=typed).status_code == 302
        return f"diemcau={http_client.cookies['diemcau']}"


def _wait_for_port(port: int) -> None:
    def answers() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health/live").status_code == 200
        except httpx.TransportError:
            return False

    _wait(answers)


def _wait(condition: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


if __name__ == "__main__":
    for name, value in measure_live().items():
        print(f"{name}: {value}")

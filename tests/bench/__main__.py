"""`make bench`: what the system costs on this machine. Absolute times are this machine's; ratios travel."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url

from services.system import MODULES
from shared.bus.outbox import backlog, emit
from shared.bus.relay import Relay
from shared.bus.topology import Topology, declare
from shared.contracts.planning import OptionSelectedV1
from shared.storage.database import Database
from shared.storage.migrate import migrate
from tests.bench import processes
from tests.bench.load import Load, post_all
from tests.servers import EXAMPLE, KEY, PATIENCE, Installation, free_port, installation

SWITCHES = 12
ROUNDS = 3
RELAY_EVENTS = 20_000
PLANNING = f"planning/v1/conferences/{KEY}"


def main() -> None:
    table = Table(
        "measured",
        "embedded",
        "PostgreSQL + RabbitMQ",
        title="Điểm Cầu on this machine",
        title_justify="left",
    )
    embedded, servers = _measure_system(servers=False), _measure_system(servers=True)
    for name, value in embedded.items():
        table.add_row(name, value, servers[name])
    for name, value in _measure_answers().items():
        table.add_row(name, "", value)
    for name, value in _measure_relay().items():
        table.add_row(name, "", value)
    Console(width=120).print(table)


def _measure_system(*, servers: bool) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), servers=servers) as installed:
        first = _start_seconds(installed, "--example", str(EXAMPLE))
        installed.stop()
        again = _start_seconds(installed)
        switches = _switch_seconds(installed)
        [process] = installed.running
        memory = processes.memory_mb(process.pid)
    return {
        "first start to first page, s": f"{first:.2f}",
        "second start to first page, s": f"{again:.2f}",
        f"switch to settled, ms (median, max of {SWITCHES})": _median_max(switches),
        "memory of the process after them (PSS), MB": f"{memory:.0f}",
    }


def _start_seconds(installed: Installation, *arguments: str) -> float:
    started = time.perf_counter()
    installed.up(*arguments)
    assert httpx.get(f"{installed.url}/dang-nhap").status_code == 200
    return time.perf_counter() - started


def _switch_seconds(installed: Installation) -> list[float]:
    """Decision by option to 5/5 settled, over HTTP; the first is not counted (caches)."""
    http = installed.client()
    _wait_for_example(http)
    return [_switch(http, ("online", "in_person")[n % 2]) for n in range(SWITCHES + 1)][1:]


def _wait_for_example(http: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while http.get(f"registration/v1/conferences/{KEY}/delegates").json().get("total") != 442:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _switch(http: httpx.Client, option: str) -> float:
    started = time.perf_counter()
    order = {"option": option, "reason": "Đo thời gian chuyển"}
    number = http.post(f"{PLANNING}/decisions", json=order).json()["revision"]
    while http.get(f"{PLANNING}/revisions/{number}").json()["state"] != "settled":
        assert time.perf_counter() - started < PATIENCE
        time.sleep(0.005)
    return time.perf_counter() - started


def _measure_answers() -> dict[str, str]:
    """CPU of web and database per RSVP answer, against the bare insert on the same server, in turn."""
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), servers=True) as installed:
        installed.up("--example", str(EXAMPLE))
        http = installed.client()
        _wait_for_example(http)
        _switch(http, "online")
        paths = _answer_paths(http)
        installed.stop()
        web = installed.up("--serve-only")  # the relay's work is measured below, not here
        with _bare_server(installed) as (bare, bare_port):
            ours, yardstick = _in_turn(installed.port, paths, web.pid, bare_port, bare)
    ratio = statistics.median(a / b for a, b in zip(ours, yardstick, strict=True))
    return {
        "RSVP answer, CPU ms (web + database)": f"{statistics.median(ours):.2f}",
        "bare Flask + psycopg insert, CPU ms": f"{statistics.median(yardstick):.2f}",
        "ratio, median of rounds": f"{ratio:.2f}",
    }


def _answer_paths(http: httpx.Client) -> list[str]:
    paths, cursor = [], None
    while True:
        query = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        page = http.get(f"registration/v1/conferences/{KEY}/delegates", params=query).json()
        for delegate in page["items"]:
            if delegate["status"] == "placed":
                url = http.post(f"registration/v1/delegates/{delegate['id']}/rsvp-link").json()["url"]
                paths.append(f"/api/registration/v1/rsvp/{url.rpartition('/')[2]}")
        cursor = page["next_cursor"]
        if cursor is None:
            return paths


def _in_turn(
    port: int, paths: list[str], web: int, bare_port: int, bare: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of CPU per request, ours and the yardstick's, round by round. Each answer is a change."""
    ours, yardstick = [], []
    for number in range(ROUNDS + 1):
        said = ("accepted", "declined")[number % 2]
        bodies = [{"answer": said, "note": f"lần {number}"} for _ in paths]
        ours.append(_cpu_of(web, port, paths, bodies))
        yardstick.append(_cpu_of(bare, bare_port, ["/answers"] * len(paths), bodies))
    return ours[1:], yardstick[1:]  # the first round warms both up


def _cpu_of(pid: int, port: int, paths: list[str], bodies: list[dict[str, str]]) -> float:
    watched = [pid, *processes.named("postgres")]
    before = processes.cpu_seconds(watched)
    load: Load = post_all(port, paths, bodies)
    return (processes.cpu_seconds([pid, *processes.named("postgres")]) - before) / load.requests * 1000


@contextmanager
def _bare_server(installed: Installation) -> Iterator[tuple[int, int]]:
    url = make_url(installed.env["DIEMCAU_DATABASE_URL"].format(service="registration"))
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.bare", plain, str(port)])
    try:
        _wait_for_port(port)
        yield process.pid, port
    finally:
        process.kill()
        process.wait()


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/")
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _measure_relay() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), servers=True) as installed:
        env = installed.env
        database = Database("planning", env["DIEMCAU_DATABASE_URL"].format(service="planning"))
        migrate(database, MODULES["planning"].MIGRATIONS)
        topology = Topology({"venue": frozenset({OptionSelectedV1.event_type})}, env["DIEMCAU_AMQP_PREFIX"])
        declare(env["DIEMCAU_AMQP_URL"], topology)
        _fill_outbox(database)
        seconds, cpu = _drain(database, env["DIEMCAU_AMQP_URL"], topology)
        database.dispose()
    return {
        f"relay drain of {RELAY_EVENTS}, events/s": f"{RELAY_EVENTS / seconds:.0f}",
        "relay CPU per event, µs": f"{cpu / RELAY_EVENTS * 1e6:.0f}",
    }


def _fill_outbox(database: Database) -> None:
    with database.write() as session:
        for number in range(RELAY_EVENTS):
            data = {"conference": KEY, "revision": number + 1, "option": "online"}
            emit(session, OptionSelectedV1, data, key=f"{KEY}-{number % 500}")


def _drain(database: Database, amqp_url: str, topology: Topology) -> tuple[float, float]:
    stop = threading.Event()
    thread = threading.Thread(target=Relay(database, amqp_url, topology).run, args=(stop,))
    started, cpu = time.perf_counter(), sum(os.times()[:2])
    thread.start()
    while _waiting(database):
        time.sleep(0.02)
    seconds, used = time.perf_counter() - started, sum(os.times()[:2]) - cpu
    stop.set()
    thread.join()
    return seconds, used


def _waiting(database: Database) -> int:
    with database.read() as session:
        return backlog(session).unpublished


def _median_max(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f}, {max(seconds) * 1000:.0f}"


if __name__ == "__main__":
    main()

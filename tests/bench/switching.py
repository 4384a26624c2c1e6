"""Starting the whole system, and switching it: embedded, and on PostgreSQL and RabbitMQ."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from rich.table import Table

from tests.bench import processes
from tests.servers import EXAMPLE, KEY, PATIENCE, Installation, installation

SWITCHES = 12
PLANNING = f"planning/v1/conferences/{KEY}"


def measure() -> Iterator[Table]:
    table = Table("measured", "embedded", "PostgreSQL + RabbitMQ", title="The whole system in one process")
    embedded, servers = _measure_system(servers=False), _measure_system(servers=True)
    for name, value in embedded.items():
        table.add_row(name, value, servers[name])
    yield table


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
    wait_for_example(http)
    return [switch(http, ("online", "in_person")[n % 2]) for n in range(SWITCHES + 1)][1:]


def wait_for_example(http: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while http.get(f"registration/v1/conferences/{KEY}/delegates").json().get("total") != 442:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def switch(http: httpx.Client, option: str, planning: str = PLANNING) -> float:
    """Decide and wait until all services have settled; seconds."""
    started = time.perf_counter()
    order = {"option": option, "reason": "Đo thời gian chuyển"}
    number = http.post(f"{planning}/decisions", json=order).json()["revision"]
    while http.get(f"{planning}/revisions/{number}").json()["state"] != "settled":
        assert time.perf_counter() - started < PATIENCE
        time.sleep(0.005)
    return time.perf_counter() - started


def _median_max(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f}, {max(seconds) * 1000:.0f}"

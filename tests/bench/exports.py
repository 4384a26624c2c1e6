"""A list of 10,000 delegates as a workbook, beside the same list as NDJSON."""

from __future__ import annotations

import csv
import io
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml
from rich.table import Table
from sqlalchemy.engine import make_url

from tests.bench import processes
from tests.bench.stage import REGISTRATION, Web, gunicorn
from tests.servers import EXAMPLE, PATIENCE, Installation, installation

KEY = "ten-thousand"
DELEGATES = 10_000
DISTRICTS = 21
TIMES = 5


def measure() -> Iterator[Table]:
    table = Table("10,000 delegates as", "seconds (median, max)", "CPU s of web", "of database", "MB")
    table.title = f"Exports, {TIMES} times each"
    with _registered() as (installed, web):
        for kind in ("xlsx", "ndjson"):
            seconds, (own, servers), size = _export(installed, web, kind)
            told = f"{statistics.median(seconds):.2f}, {max(seconds):.2f}"
            table.add_row(kind.upper(), told, f"{own:.2f}", f"{servers:.2f}", f"{size / 1e6:.1f}")
    yield table


def _export(installed: Installation, web: Web, kind: str) -> tuple[list[float], tuple[float, float], int]:
    """Seconds of each, CPU seconds of web and database for one, bytes."""
    headers = {"Authorization": f"Bearer {(installed.data / 'api-key').read_text()}"}
    url = f"http://127.0.0.1:{web.port}/api/registration/v1/conferences/{KEY}/delegates.{kind}"
    httpx.get(url, headers=headers, timeout=PATIENCE)  # the first is not counted: caches
    seconds, before, size = [], _cpu(installed, web), 0
    for _ in range(TIMES):
        started = time.perf_counter()
        answer = httpx.get(url, headers=headers, timeout=PATIENCE)
        seconds.append(time.perf_counter() - started)
        assert answer.status_code == 200
        size = len(answer.content)
    after = _cpu(installed, web)
    return seconds, ((after[0] - before[0]) / TIMES, (after[1] - before[1]) / TIMES), size


def _cpu(installed: Installation, web: Web) -> tuple[float, float]:
    database = make_url(installed.env["DIEMCAU_DATABASE_URL"].format(service="registration")).database
    return web.cpu_seconds(), processes.cpu_seconds(processes.backends(str(database)))


@contextmanager
def _registered() -> Iterator[tuple[Installation, Web]]:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), servers=True) as installed:
        installed.up()
        with installed.client() as http:
            http.timeout = PATIENCE
            _register(http)
        installed.stop()
        with gunicorn(REGISTRATION, installed) as web:
            yield installed, web


def _register(http: httpx.Client) -> None:
    assert http.post("planning/v1/plans", json=_plan()).status_code == 201
    path, deadline = f"registration/v1/conferences/{KEY}/delegates:import", time.monotonic() + PATIENCE
    while (answer := http.post(path, files={"file": ("list.csv", _list())})).status_code == 404:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert answer.json()["created"] == DELEGATES, answer.text[:500]


def _plan() -> dict[str, Any]:
    """The reference plan under a name of its own, with a bigger list of guests from each district."""
    tree: dict[str, Any] = yaml.safe_load((EXAMPLE / "plan.yaml").read_text())
    tree["conference"]["key"] = KEY
    [group] = (g for g in tree["options"][0]["groups"] if g["key"] == "lanh-dao-huyen")
    group["seats"] = -(-DELEGATES // DISTRICTS)
    return dict(_plain(tree))


def _plain(node: Any) -> Any:
    """What YAML read as dates, as JSON writes them."""
    if isinstance(node, dict):
        return {name: _plain(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return node.isoformat() if hasattr(node, "isoformat") else node


def _list() -> bytes:
    units = [u["key"] for u in _plan()["units"] if u["level"] == "district"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Thành phần", "Đơn vị", "Thứ tự", "Họ và tên", "Chức vụ", "Điện thoại", "Email"])
    for number in range(DELEGATES):
        unit, ordinal = units[number % DISTRICTS], number // DISTRICTS + 1
        name, phone = f"Nguyễn Thị Đại Biểu {number}", f"0900{number:06d}"
        writer.writerow(
            ["lanh-dao-huyen", unit, ordinal, name, "Cán bộ", phone, f"a{number}@vi-du.example.org"]
        )
    return text.getvalue().encode()

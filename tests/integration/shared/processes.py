"""What production runs beside `diemcau`: gunicorn for one service, and what processes tell Prometheus."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.servers import PATIENCE, ROOT, Installation, free_port


@dataclass
class Web:
    """The web processes of one service."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def lines(self) -> list[dict[str, Any]]:
        """Its log, which is one JSON object a line."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextmanager
def gunicorn(installed: Installation, service: str) -> Iterator[Web]:
    """As docker-compose.yml starts it: two workers, logs as JSON, figures of all workers together."""
    port, log = free_port(), installed.data / f"{service}.log"
    shared = {"PROMETHEUS_MULTIPROC_DIR": str(installed.data / f"{service}-metrics")}
    env = installed.env | shared | {"DIEMCAU_LOG_FORMAT": "json", "WEB_CONCURRENCY": "2"}
    config = ["--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    command = [sys.executable, "-m", "gunicorn", *config, f"services.serving:app('{service}')"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    web = Web(f"http://127.0.0.1:{port}", log, process)
    try:
        wait_until_answers(f"{web.url}{health_of(service)}")
        yield web
    finally:
        process.terminate()
        process.wait(timeout=30)


def health_of(service: str) -> str:
    return "/health/live" if service == "portal" else f"/api/{service}/health/live"


def wait_until_answers(url: str) -> httpx.Response:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return httpx.get(url)
        except httpx.TransportError:
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.05)


def samples(text: str) -> list[tuple[str, dict[str, str], float]]:
    """Name, labels and figure of everything in an exposition."""
    families = text_string_to_metric_families(text)
    return [(one.name, one.labels, one.value) for family in families for one in family.samples]


def total(text: str, name: str, **labels: str) -> float:
    """The sum over all series of the name with these labels."""
    wanted = labels.items()
    return sum(value for found, has, value in samples(text) if found == name and wanted <= has.items())

"""A bounded load from a few keep-alive clients on this machine."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CLIENTS = 4


@dataclass(frozen=True)
class Load:
    """How a load went: requests, wall seconds, and each request's milliseconds."""

    requests: int
    seconds: float
    milliseconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)


def post_all(port: int, paths: Sequence[str], bodies: Sequence[dict[str, Any]]) -> Load:
    """POST `bodies[i]` to `paths[i]`, shared among the clients. Fails unless every answer is 200."""
    taken: list[list[float]] = [[] for _ in range(CLIENTS)]
    errors: list[str] = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for index in range(number, len(paths), CLIENTS):
            started = time.perf_counter()
            data = json.dumps(bodies[index])
            connection.request("POST", paths[index], data, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            taken[number].append((time.perf_counter() - started) * 1000)
            if answer.status != 200:
                errors.append(f"{answer.status} {text[:200]!r}")
                return

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    assert not errors, errors[0]
    return Load(len(paths), seconds, tuple(ms for part in taken for ms in part))

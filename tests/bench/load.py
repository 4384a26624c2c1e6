"""A bounded load from a few keep-alive clients on this machine."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CLIENTS = 4

Post = tuple[str, dict[str, Any]]
"""A path and the body to send there."""


@dataclass(frozen=True)
class Load:
    """How a load went: requests, wall seconds, each request's milliseconds; `refused`: how many of them
    were told to come again (503), as who waits 5 s for a connection is."""

    requests: int
    seconds: float
    milliseconds: tuple[float, ...]
    refused: int

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.milliseconds, n=100)[-1]


def post_all(port: int, posts: Sequence[Post], headers: Mapping[str, str], *, clients: int = CLIENTS) -> Load:
    """Send all of them, shared among the clients. Fails on any answer but 200 and 503."""
    taken: list[list[float]] = [[] for _ in range(clients)]
    refused = [0] * clients
    errors: list[str] = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for path, body in posts[number::clients]:
            started = time.perf_counter()
            connection.request(
                "POST", path, json.dumps(body), {"Content-Type": "application/json", **headers}
            )
            answer = connection.getresponse()
            text = answer.read()
            taken[number].append((time.perf_counter() - started) * 1000)
            if answer.status == 503:
                refused[number] += 1
            elif answer.status != 200:
                errors.append(f"{answer.status} {text[:200]!r}")
                return

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    assert not errors, errors[0]
    return Load(len(posts), seconds, tuple(ms for part in taken for ms in part), sum(refused))

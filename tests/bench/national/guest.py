"""A guest who answers all the time: how long an answer waits while something else goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.bench.national.system import KEY, National

PAUSE = 0.05


@contextmanager
def answering(system: National) -> Iterator[list[float]]:
    """Seconds of each answer of one delegate who changes their mind until the block ends."""
    registration = f"registration/v1/conferences/{KEY}/delegates"
    [delegate] = system.http.get(registration, params={"limit": 1, "status": "placed"}).json()["items"]
    link = system.http.post(f"registration/v1/delegates/{delegate['id']}/rsvp-link").json()["url"]
    path, over, taken = f"registration/v1/rsvp/{link.rpartition('/')[2]}", threading.Event(), list[float]()

    def answer() -> None:
        with httpx.Client(base_url=system.http.base_url, timeout=600) as client:
            while not over.wait(PAUSE):
                started = time.perf_counter()
                said = ("accepted", "declined")[len(taken) % 2]
                client.post(path, json={"answer": said, "note": ""}).raise_for_status()
                taken.append(time.perf_counter() - started)

    thread = threading.Thread(target=answer, name="guest")
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()

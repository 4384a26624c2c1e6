"""What loops tell of themselves: signs of life, and how jobs ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from services.cli.pulse import Pulse, pulse_app
from services.system import Loop, Running
from shared.clock import Clock
from shared.http.peers import PeerDown
from shared.jobs.queue import enqueue
from shared.jobs.worker import JobFailed, Run, Worker
from shared.storage.database import Database
from shared.storage.migrate import BUS, JOBS, migrate
from shared.watching import Counting


def goes_on(stop: threading.Event) -> None:
    while not stop.wait(0.01):
        pass


def ends_early(_stop: threading.Event) -> None:
    pass


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    made = threading.Event()
    yield made
    made.set()


def test_a_loop_that_ended_is_named_by_the_health_check(stop: threading.Event) -> None:
    loops: dict[str, Loop] = {"venue-relay": goes_on, "venue-consumer": ends_early}
    pulses = {name: Pulse(loop) for name, loop in loops.items()}
    registry = CollectorRegistry()
    client = pulse_app(pulses, registry).test_client()
    assert client.get("/health/live").status_code == 200
    running = Running(pulses, stop)
    while not pulses["venue-consumer"].over:
        stop.wait(0.01)
    answer = client.get("/health/live")
    assert (answer.status_code, answer.get_json()["dead"]) == (503, ["venue-consumer"])
    alive = [registry.get_sample_value("diemcau_loop_alive", {"loop": name}) for name in loops]
    assert alive == [1, 0]
    stop.set()
    running.join()


def test_a_loop_that_hangs_grows_silent_and_one_that_works_does_not(stop: threading.Event) -> None:
    hang, asked = threading.Event(), threading.Event()

    def hangs(stop: threading.Event) -> None:
        while not stop.is_set():
            asked.set()
            hang.wait()

    pulses = {"hangs": Pulse(hangs), "works": Pulse(goes_on)}
    running = Running(pulses, stop)
    asked.wait()
    silent = pulses["hangs"].silence
    while pulses["works"].silence > 0.5 or pulses["hangs"].silence < silent + 0.5:
        stop.wait(0.01)  # whatever the machine does, the one is heard again and the other is not
    assert pulses["hangs"].silence > pulses["works"].silence
    hang.set()
    stop.set()
    running.join()


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    made = Database("documents", empty_url)
    migrate(made, (BUS, JOBS))
    yield made
    made.dispose()


def test_jobs_are_counted_by_how_they_end(database: Database) -> None:
    def fail(_run: Run) -> None:
        raise JobFailed("không", "no")

    def stumble(_run: Run) -> None:
        raise RuntimeError

    def wait(_run: Run) -> None:
        raise PeerDown("venue")

    functions = {"make": lambda _run: None, "fail": fail, "stumble": stumble, "wait": wait}
    registry = CollectorRegistry()
    watch, worker = Counting(registry).of("documents"), Worker(database, functions, Clock())
    with database.write() as session:
        for kind in functions:
            enqueue(session, kind, {}, conference="c")
    for _ in functions:
        assert worker.run_next(watch)
    assert not worker.run_next(watch), "nothing was due, and nothing is told"
    ends = {"make": "done", "fail": "failed", "stumble": "stumbled", "wait": "waits"}
    for kind, outcome in ends.items():
        labels = {"service": "documents", "kind": kind, "outcome": outcome}
        assert registry.get_sample_value("diemcau_job_seconds_count", labels) == 1, kind

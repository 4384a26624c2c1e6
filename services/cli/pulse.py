"""Whether the loops of a worker live, and their figures: `/health/live` and `/metrics` at its own port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Flask, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.system import Loop
from shared.http.metrics import FORMAT


class Pulse:
    """A loop, and when it last asked whether it shall stop: each round begins with that."""

    def __init__(self, loop: Loop) -> None:
        self._loop, self._heard, self.over = loop, time.monotonic(), False

    def __call__(self, stop: threading.Event) -> None:
        try:
            self._loop(_Asked(stop, self))
        finally:
            self.over = True

    def beat(self) -> None:
        self._heard = time.monotonic()

    @property
    def silence(self) -> float:
        """Seconds since the last sign of life."""
        return time.monotonic() - self._heard


class _Asked(threading.Event):
    """The event `stop`, and who asks for it lives."""

    def __init__(self, stop: threading.Event, pulse: Pulse) -> None:
        super().__init__()
        self._stop, self._pulse = stop, pulse

    def is_set(self) -> bool:
        self._pulse.beat()
        return self._stop.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        self._pulse.beat()
        return self._stop.wait(timeout)

    def set(self) -> None:
        self._stop.set()


class PulseMetrics(Collector):
    """Of each loop, whether it lives and since when nothing was heard of it."""

    def __init__(self, pulses: Mapping[str, Pulse]) -> None:
        self._pulses = pulses

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        alive = GaugeMetricFamily("diemcau_loop_alive", "1 while the loop runs", labels=["loop"])
        silent = GaugeMetricFamily(
            "diemcau_loop_silent_seconds", "Since the loop began its round", labels=["loop"]
        )
        for name, pulse in self._pulses.items():
            alive.add_metric([name], 0 if pulse.over else 1)
            silent.add_metric([name], pulse.silence)
        yield alive
        yield silent


def pulse_app(pulses: Mapping[str, Pulse], registry: CollectorRegistry) -> Flask:
    """`/health/live` is 503 with the names of the loops that have ended; `/metrics` shows the registry."""
    registry.register(PulseMetrics(pulses))
    app = Flask("services.pulse")

    @app.get("/health/live")
    def live() -> tuple[dict[str, Any], int]:
        dead = [name for name, pulse in pulses.items() if pulse.over]
        silent = {name: round(pulse.silence, 1) for name, pulse in pulses.items()}
        said = {"status": "dead" if dead else "live", "dead": dead, "silent_seconds": silent}
        return said, 503 if dead else 200

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=FORMAT)

    return app

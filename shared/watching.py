"""What a service's loops tell of their work, and to whom: nobody, or Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Histogram

from shared.metrics import kept_in_files

DELAYS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
HANDLING = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)
WORKING = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600)


class Watch:
    """Told after each piece of work is committed. This one keeps nothing."""

    def relayed(self, published: int, refused: int) -> None:
        """The broker confirmed so many events, and refused so many."""

    def handled(self, source: str, outcome: str, event: UUID, seconds: float) -> None:
        """An event of `source` was delivered, in so many seconds."""

    def worked(self, kind: str, outcome: str, seconds: float) -> None:
        """One run of a job ended."""


SILENT = Watch()
WatchOf = Callable[[str], Watch]


def silent(_service: str) -> Watch:
    """For processes that nobody scrapes."""
    return SILENT


class Counting:
    """The figures of one process; `of` gives each service its watch."""

    def __init__(self, registry: CollectorRegistry) -> None:
        kept_in_files()
        service = ["service"]
        self.published = Counter(
            "diemcau_relay_published", "Events that the broker confirmed", service, registry=registry
        )
        self.refused = Counter(
            "diemcau_relay_refused", "Times that the broker refused an event", service, registry=registry
        )
        self.handling = _histogram(
            registry, "diemcau_event_seconds", "Delivery of an event", "source outcome", HANDLING
        )
        self.delay = _histogram(
            registry, "diemcau_event_delay_seconds", "From an event's birth to its effect", "source", DELAYS
        )
        self.jobs = _histogram(registry, "diemcau_job_seconds", "Runs of jobs", "kind outcome", WORKING)

    def of(self, service: str) -> Watch:
        # A counter that begins with its first event has no increase by it: an alert would not see it.
        self.published.labels(service)
        self.refused.labels(service)
        return _Counted(self, service)


class _Counted(Watch):
    def __init__(self, counting: Counting, service: str) -> None:
        self._to, self._service = counting, service

    def relayed(self, published: int, refused: int) -> None:
        self._to.published.labels(self._service).inc(published)
        self._to.refused.labels(self._service).inc(refused)

    def handled(self, source: str, outcome: str, event: UUID, seconds: float) -> None:
        self._to.handling.labels(self._service, source, outcome).observe(seconds)
        if outcome == "applied" and event.version == 7:
            self._to.delay.labels(self._service, source).observe(_age(event))

    def worked(self, kind: str, outcome: str, seconds: float) -> None:
        self._to.jobs.labels(self._service, kind, outcome).observe(seconds)


def _age(event: UUID) -> float:
    """Seconds since the id was made: the event's own time may be that of an act told of later."""
    return max(datetime.now(UTC).timestamp() - (event.int >> 80) / 1000, 0.0)


def _histogram(
    registry: CollectorRegistry, name: str, meaning: str, labels: str, buckets: tuple[float, ...]
) -> Histogram:
    return Histogram(name, meaning, ["service", *labels.split()], buckets=buckets, registry=registry)

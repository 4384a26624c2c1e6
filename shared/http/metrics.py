"""How many requests, how long, with which outcome: by rule, for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterable

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shared.http.tracing import route
from shared.metrics import kept_in_files

FORMAT = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def measure(app: Flask, service: str, path: str, collectors: Iterable[Collector] = ()) -> None:
    """Time every request of `app` and serve the figures at `path`, with those of `collectors`.

    With PROMETHEUS_MULTIPROC_DIR the requests of all processes that share the folder are told by whichever
    is asked; the collectors ask a database, which is the same from everywhere.
    """
    registry = CollectorRegistry()
    for each in collectors:
        registry.register(each)
    seconds = _seconds(registry)

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def observe(response: Response) -> Response:
        method = request.method if request.method in METHODS else "other"  # anybody may make one up
        elapsed = time.perf_counter() - g.get("started", time.perf_counter())
        seconds.labels(service, route(), method, response.status_code).observe(elapsed)
        return response

    @app.get(path)
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=FORMAT)


def _seconds(registry: CollectorRegistry) -> Histogram:
    """In the registry, or in the folder's files, which the registry then reads."""
    shared = kept_in_files()
    if shared:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no annotations
    return Histogram(
        "diemcau_http_request_seconds",
        "Requests by rule and status: from their arrival to the head of the answer",
        ["service", "route", "method", "status"],
        registry=None if shared else registry,
    )

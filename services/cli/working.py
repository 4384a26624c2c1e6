"""`worker`: what moves events and does jobs, without a web."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import click
import structlog
from prometheus_client import CollectorRegistry

from services import system as house
from services.cli.listening import listen, start_logs, stop_on_signal
from services.cli.pulse import Pulse, pulse_app
from services.cli.settings import read_settings
from shared.config import Settings
from shared.watching import Counting, silent

_log = structlog.get_logger(__name__)


@click.command()
@click.argument("services", nargs=-1, type=click.Choice(list(house.MODULES)))
def worker(services: tuple[str, ...]) -> None:
    """Relays, consumers and jobs of SERVICES (default: all). Needs PostgreSQL and RabbitMQ.

    With DIEMCAU_METRICS_PORT it tells there whether it lives, and what it does.
    """
    settings = read_settings()
    if settings.amqp_url is None:
        raise click.UsageError(
            "a worker needs DIEMCAU_AMQP_URL; without it `diemcau up` moves the events itself"
        )
    start_logs("-".join((*services, "worker")), settings)
    stop = stop_on_signal()
    registry = CollectorRegistry()
    watch = silent if settings.metrics_port is None else Counting(registry).of
    system = house.open_system(settings, services, watch=watch)
    house.declare_topology(system)
    loops = {name: Pulse(loop) for name, loop in house.loops(system, services or None).items()}
    with _told(settings, loops, registry):
        _work(settings, loops, stop)


def _work(settings: Settings, loops: Mapping[str, house.Loop], stop: threading.Event) -> None:
    running = house.Running(loops, stop)
    _log.info("worker_started", loops=list(loops))
    if not settings.json_logs:
        click.echo(f"Working for {', '.join(dict.fromkeys(name.partition('-')[0] for name in loops))}.")
    running.join()
    _log.info("worker_stopped")
    if running.broken:
        raise click.ClickException("a loop broke; see the log above")


@contextmanager
def _told(settings: Settings, loops: Mapping[str, Pulse], registry: CollectorRegistry) -> Iterator[None]:
    """Serve health and metrics meanwhile, if there is a port for them."""
    if settings.metrics_port is None:
        yield
        return
    place = replace(settings, host="0.0.0.0", port=settings.metrics_port)
    server = listen(pulse_app(loops, registry), place, threads=2, setting="DIEMCAU_METRICS_PORT")
    threading.Thread(target=server.run, name="metrics", daemon=True).start()
    try:
        yield
    finally:
        server.task_dispatcher.shutdown(timeout=1)
        server.close()

"""How a process serves HTTP until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

import click
from waitress.server import create_server

from shared.config import Settings
from shared.logs import configure_logs

THREADS = 16
IDLE_CONNECTIONS = 500
PENDING = 2**20
GRACE = 2
"""Seconds that requests have to end in; streams end at once."""


def listen(
    app: Any, settings: Settings, *, threads: int, pending: int = PENDING, setting: str = "PORT"
) -> Any:
    """A server on the port of the settings, named `setting`; a stream keeps one of its threads.

    waitress gives the memory of what it has sent back after each `pending` bytes of a response; so much may
    wait for a slow reader before its thread waits too.
    """
    try:
        return create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=threads,
            connection_limit=threads + IDLE_CONNECTIONS,
            asyncore_use_poll=True,  # select() knows no more than 1,024 files
            outbuf_high_watermark=pending,
            channel_request_lookahead=1,  # hears that a viewer went away while its stream is open
            ident="diemcau",
        )
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on port {settings.port}: {error.strerror}. Set {setting}."
        ) from None


def serve(server: Any, stop: threading.Event) -> None:
    """Run the server in a thread of its own, so that a signal ends it after the requests that are running."""
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    stop.wait()
    server.task_dispatcher.shutdown(timeout=GRACE)
    server.close()


def stop_on_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def start_logs(process: str, settings: Settings) -> None:
    """At a terminal only what somebody has to know; a machine keeps everything."""
    level = logging.INFO if settings.json_logs else logging.WARNING
    configure_logs(process, as_json=settings.json_logs, level=level)

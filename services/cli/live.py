"""`live`: the boards' streams in a process of their own."""

from __future__ import annotations

import click
import structlog

from services.cli.listening import THREADS, listen, serve, start_logs, stop_on_signal
from services.cli.settings import read_settings
from services.portal.app import create_app

_log = structlog.get_logger(__name__)

SEATS = 256
PENDING = 2**16


@click.command()
@click.option("--seats", default=SEATS, show_default=True, help="Viewers at once; the others poll.")
def live(seats: int) -> None:
    """Serve the boards' streams, /truc-tiep/…, on $PORT to many viewers.

    It asks the services at DIEMCAU_SERVICE_URL, once a second for all viewers of a board together, and
    knows the portal's accounts. A gateway sends it /truc-tiep/ and everything else to the portal.
    """
    settings = read_settings()
    if settings.service_url == f"http://{settings.host}:{settings.port}":
        raise click.UsageError("live needs DIEMCAU_SERVICE_URL: the address of the services, not its own")
    start_logs("live", settings)
    stop = stop_on_signal()
    app = create_app(settings, seats=seats, stop=stop)
    server = listen(app, settings, threads=THREADS + seats, pending=PENDING)
    _log.info("live_started", seats=seats, port=settings.port)
    if not settings.json_logs:
        click.echo(f"Streams for {seats} viewers on port {settings.port}.")
    serve(server, stop)
    _log.info("live_stopped")

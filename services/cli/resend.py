"""`resend`: publish every kept event again, after the broker lost its data."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress, TextColumn

from services import system as house
from services.cli.settings import read_settings
from shared.bus.resend import RelayRunning, resend
from shared.storage.database import Database


@click.command("resend")
@click.argument("services", nargs=-1, type=click.Choice(list(house.MODULES)))
def resend_events(services: tuple[str, ...]) -> None:
    """Let the relays of SERVICES (default: all) publish every event again that is still kept.

    For use after the broker lost its data, or after a restore from a backup, when the queues are gone:
    events that were published and not yet applied would be lost otherwise. Stop the workers first, start
    them afterwards; the services drop what they know. Needs PostgreSQL and RabbitMQ. Exit code 1 when a
    worker is still running.
    """
    settings = read_settings()
    if settings.amqp_url is None:
        raise click.UsageError(
            "there is nothing to send again without DIEMCAU_AMQP_URL: embedded, the services read each"
            " other's events where they are kept, and go on by themselves after a restart"
        )
    chosen = list(services or house.MODULES)
    system = house.open_system(settings, chosen)
    try:
        total = sum(_resend_all([system.databases[name] for name in chosen]))
    except RelayRunning as running:
        raise click.ClickException(
            f"the relay of {running} is running: stop the workers first, so that no new event overtakes an"
            " older one, and run this again"
        ) from None
    finally:
        system.close()
    click.echo(f"{total:,} events will be published again once the workers run.")


def _resend_all(databases: list[Database]) -> list[int]:
    columns = TextColumn("{task.description}"), TextColumn("{task.completed:,}")
    counts = []
    with Progress(*columns, console=Console(stderr=True)) as bar:
        for database in databases:
            line = bar.add_task(database.service, total=None)
            for count in resend(database):
                bar.update(line, advance=count)
                counts.append(count)
    return counts

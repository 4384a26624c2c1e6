"""`parked`: events that a service could not apply."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.table import Table

from services import system as house
from services.cli.settings import read_settings
from shared.bus.parked import list_parked, replay

PIPED = 250
"""Columns where there is no terminal: a key that is folded is not found by who searches the output."""


@click.group()
def parked() -> None:
    """Events that a service could not apply; they wait with the later events of the same key."""


@parked.command("list")
def list_events() -> None:
    """Show the parked events of all services. Exit code 1 when there are any."""
    table = Table("Service", "Key", "Type", "State", "Attempts", "Error")
    system = house.open_system(read_settings())
    for name in house.MODULES:
        with system.databases[name].read() as session:
            for event in list_parked(session):
                table.add_row(name, event.key, event.type, event.state, str(event.attempts), event.error)
    if not table.row_count:
        click.echo("Nothing is parked.")
        return
    Console(width=None if sys.stdout.isatty() else PIPED).print(table)
    raise click.exceptions.Exit(1)


@parked.command("replay")
@click.argument("service", type=click.Choice(list(house.MODULES)))
@click.option("--key", help="Only this ordering key.")
def replay_events(service: str, key: str | None) -> None:
    """Apply the parked events of SERVICE again, in order. Exit code 1 when some fail again."""
    system = house.open_system(read_settings())
    report = replay(system.consumers[service], key=key)
    click.echo(f"{report.replayed} events applied.")
    if report.failed_keys:
        raise click.ClickException(f"failed again: {', '.join(report.failed_keys)}")

"""`republish`: tell current facts again to one service."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TextColumn

from services import system as house
from services.cli.settings import read_settings
from shared.bus.republish import Retelling, republish

_NAMES = click.Choice(list(house.MODULES))


@click.command("republish")
@click.option("--to", "consumer", type=_NAMES, required=True, help="The service that is told.")
@click.option("--from", "owners", type=_NAMES, multiple=True, help="Who tells; default: all the others.")
@click.option(
    "--forget",
    is_flag=True,
    help="First have the service forget what the others told it. What people did there stays.",
)
def republish_facts(consumer: str, owners: tuple[str, ...], forget: bool) -> None:
    """Tell the current facts of the other services again to one of them.

    For a service that joined late, or that lost what it knew of the others. The events go to its queue
    alone; its worker, and on RabbitMQ the relays, must run to move them. Doing it twice does no harm.
    Exit code 1 when something could not be told.
    """
    system = house.open_system(read_settings())
    tellers = [name for name in owners or house.MODULES if name != consumer]
    if not tellers:
        raise click.UsageError(f"{consumer} does not tell itself anything")
    if forget:
        with system.databases[consumer].write() as session:
            house.MODULES[consumer].forget_others(session, consumer)
        click.echo(f"{consumer} has forgotten what the others told it.")
    problems = _tell_all(system, consumer, tellers)
    system.close()
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise click.ClickException(f"{len(problems)} facts could not be told again")


def _tell_all(system: house.System, consumer: str, tellers: list[str]) -> list[str]:
    problems: list[str] = []
    columns = TextColumn("{task.description}"), TextColumn("{task.completed:,}")
    with Bar(*columns, console=Console()) as bar:
        for owner in tellers:
            for kind in house.retellings(system, owner, consumer):
                line = bar.add_task(f"{owner}: {_name(kind)}", total=None)
                for progress in republish(system.databases[owner], kind, consumer):
                    bar.update(line, advance=progress.done)
                    problems += progress.problems
    return problems


def _name(kind: Retelling) -> str:
    """`option.proposed` for `diemcau.planning.option.proposed.v1`."""
    return ", ".join(sorted(".".join(contract.event_type.split(".")[2:-1]) for contract in kind.tells))

"""`up`, `migrate`: run the system in one process, bring it to the newest schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from services import system as house
from services.cli.api import Api
from services.cli.listening import THREADS, listen, serve, start_logs, stop_on_signal
from services.cli.settings import read_settings
from services.portal.commands import ensure_first_account
from shared.config import Settings

SEATS = 32
"""Viewers who may follow a board beside the requests; the others poll. `diemcau live` seats more."""


@click.command()
@click.option(
    "--example",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Load plan.yaml and delegates.csv from this folder when there is no conference yet.",
)
@click.option(
    "--serve-only",
    is_flag=True,
    help="Serve APIs and pages; `diemcau worker` does the rest.",
)
def up(example: Path | None, serve_only: bool) -> None:
    """Migrate and serve everything in one process on http://127.0.0.1:$PORT.

    Without DIEMCAU_AMQP_URL this is the whole system on SQLite in $DIEMCAU_DATA (default: var). Stop it
    with Ctrl-C, or kill it: it goes on where it was.
    """
    settings = read_settings()
    start_logs("up", settings)
    stop = stop_on_signal()
    system = house.open_system(settings)
    house.migrate_all(system)
    house.declare_topology(system)
    account = _first_account(system)
    mounted = house.apis(system)
    app = house.wsgi_app(system, mounted, seats=SEATS, stop=stop)
    server = listen(app, settings, threads=THREADS + SEATS)
    loops = {} if serve_only else house.loops(system, transport=house.inside(mounted))
    running = house.Running(loops, stop)
    if example is not None:
        _load_example(app, settings, example)
    _greet(settings, account)
    serve(server, stop)
    running.join()
    system.close()
    if running.broken:
        raise click.ClickException("a loop broke; see the log above")


@click.command()
def migrate() -> None:
    """Bring every service's database to the newest schema. Safe to run again.

    With DIEMCAU_FIRST_PASSWORD it makes the first account if there is none.
    """
    settings = read_settings()
    system = house.open_system(settings)
    house.migrate_all(system)
    if settings.first_password and _first_account(system, settings.first_password):
        click.echo("The first account, quantri, has the password of DIEMCAU_FIRST_PASSWORD.")
    click.echo(f"{len(system.databases)} databases are at the newest schema.")


def _first_account(system: house.System, password: str = "") -> tuple[str, str] | None:
    with system.databases["portal"].write() as session:
        return ensure_first_account(session, password)


def _load_example(app: Any, settings: Settings, folder: Path) -> None:
    """The example, once: a mark in the data folder tells that a start was killed half-way."""
    api, begun = Api.inside(app, settings), settings.data / "example-begun"
    if api.get("planning/v1/conferences")["items"] and not begun.exists():
        return
    begun.touch()
    plan = api.post_plan(folder / "plan.yaml")
    api.import_delegates(plan["conference"], folder / "delegates.csv")
    begun.unlink()


def _greet(settings: Settings, account: tuple[str, str] | None) -> None:
    click.echo(f"\n  Điểm Cầu: {settings.public_url}\n")
    if account is not None:
        username, password = account
        click.echo(f"  Sign in as {username} with the password {password}  (shown this once)")
    else:
        click.echo("  Sign in with your account (its first password was printed at the first start).")
    click.echo(f"  Programs:  Authorization: Bearer $(cat {settings.data / 'api-key'})\n")

"""`account`: who may sign in to the portal with a password kept here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table

from services import system as house
from services.cli.settings import read_settings
from services.portal import commands
from services.portal.model import AccountError
from services.portal.roles import ROLES
from shared.storage.session import Session


@click.group()
def account() -> None:
    """Accounts of people; programs use `diemcau token`."""


@account.command("list")
def list_accounts() -> None:
    """Show all accounts, without their passwords."""
    table = Table("Username", "Name", "Role", "Unit", "State")
    with _portal() as session:
        for row in commands.list_accounts(session):
            state = "disabled" if row.disabled else "active"
            table.add_row(row.username, row.name, row.role, row.unit or "", state)
    Console().print(table)


@account.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as it stands in the decision log.")
@click.option("--role", required=True, type=click.Choice(list(ROLES)))
@click.option("--unit", help="Key of the unit that the account is bound to; a district contact needs one.")
def add(username: str, name: str, role: str, unit: str | None) -> None:
    """Make an account and print its first password."""
    password = commands.new_password()
    with _portal() as session:
        commands.create_account(
            session, username=username, name=name, password=password, role=role, unit=unit
        )
    click.echo(f"Sign in as {username} with the password {password}  (shown this once)")


@account.command("password")
@click.argument("username")
def reset_password(username: str) -> None:
    """Give an account a new password, and open it if it was disabled."""
    password = commands.new_password()
    with _portal() as session:
        commands.reset_password(session, username, password)
    click.echo(f"Sign in as {username} with the password {password}  (shown this once)")


@account.command()
@click.argument("username")
def disable(username: str) -> None:
    """Close an account; whoever is signed in with it is out."""
    with _portal() as session:
        commands.disable_account(session, username)
    click.echo(f"{username} can no longer sign in.")


@contextmanager
def _portal() -> Iterator[Session]:
    system = house.open_system(read_settings())
    house.migrate_all(system)
    try:
        with system.databases["portal"].write() as session:
            yield session
    except AccountError as refused:
        raise click.ClickException(str(refused)) from None
    finally:
        system.close()

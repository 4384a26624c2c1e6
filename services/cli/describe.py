"""`token`, `openapi`, `asyncapi`: what programs need to talk to the system."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import click

from services import system as house
from services.cli.settings import read_settings
from shared.http import tokens
from shared.scopes import SCOPES

SERVICE = click.argument("service", type=click.Choice(list(house.MODULES)))


@click.command()
@click.argument("subject")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="Repeat it.")
@click.option("--unit", help="Bind the token to one unit of the plan.")
@click.option("--days", default=1.0, show_default=True, help="How long it is valid.")
def token(subject: str, scopes: tuple[str, ...], unit: str | None, days: float) -> None:
    """Print a signed token for SUBJECT (a service, an agency), to be sent as `Authorization: Bearer …`."""
    key = read_settings().signing_key
    click.echo(tokens.sign(key, subject, scopes, unit=unit, lifetime=timedelta(days=days)))


@click.command()
@SERVICE
def openapi(service: str) -> None:
    """Print the OpenAPI 3.1 document of SERVICE."""
    click.echo(json.dumps(_document(service, "openapi.json"), ensure_ascii=False, indent=2))


@click.command()
@SERVICE
def asyncapi(service: str) -> None:
    """Print the AsyncAPI 3 document of SERVICE: the events that it sends and listens to."""
    click.echo(json.dumps(_document(service, "asyncapi.json"), ensure_ascii=False, indent=2))


def _document(service: str, name: str) -> Any:
    system = house.open_system(read_settings())
    app = house.MODULES[service].create_app(system.settings, system.databases[service])
    return app.test_client().get(f"/api/{service}/v1/{name}").json

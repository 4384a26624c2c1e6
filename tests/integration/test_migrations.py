"""What the migrations make is what the code's tables say, for every service on both back ends."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData

from services import system as house
from services.portal import app as portal
from shared.bus.tables import metadata as bus
from shared.http.idempotency import metadata as http
from shared.jobs.tables import metadata as jobs
from shared.revisions.tables import metadata as revisions
from shared.storage.database import Database
from shared.storage.migrate import BUS, HTTP, JOBS, REVISIONS, migrate

LOCATIONS = {
    **{name: module.MIGRATIONS for name, module in house.MODULES.items()},
    "portal": portal.MIGRATIONS,
}
SHARED = {BUS: bus, HTTP: http, REVISIONS: revisions, JOBS: jobs}
BY_MIGRATION_ONLY = {"ix_places_search"}  # trigrams: PostgreSQL only


@pytest.mark.parametrize("service", LOCATIONS)
def test_migrations_make_the_tables_of_the_code(service: str, empty_url: str) -> None:
    database = Database(service, empty_url)
    migrate(database, LOCATIONS[service])
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        assert compare_metadata(context, tables_of(service)) == []
    database.dispose()


def tables_of(service: str) -> list[MetaData]:
    """The service's own metadata, all its rooms imported, and those of the shared parts that it migrates."""
    root = Path(house.__file__).parent
    own: dict[int, MetaData] = {}
    for room in sorted((root / service).rglob("tables.py")):
        module = importlib.import_module(
            ".".join(("services", *room.relative_to(root).with_suffix("").parts))
        )
        own[id(module.metadata)] = module.metadata
    return [*own.values(), *(SHARED[place] for place in LOCATIONS[service] if place in SHARED)]


def _ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return name not in BY_MIGRATION_ONLY and not (kind == "table" and name == "alembic_version")

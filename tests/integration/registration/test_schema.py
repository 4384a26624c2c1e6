"""The migrations make exactly the tables that the code knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from services.registration import app as registration
from services.registration.answers import tables as answers
from services.registration.people import tables as people
from services.registration.plan.tables import metadata
from services.registration.switch import tables as switch
from shared.bus.tables import metadata as bus
from shared.http.idempotency import metadata as http
from shared.revisions.tables import metadata as revisions
from shared.storage.database import Database
from shared.storage.migrate import migrate

ROOMS = (answers, people, switch)
BY_MIGRATION_ONLY = {"ix_places_search"}


def _ours(thing: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    return name not in BY_MIGRATION_ONLY and not (kind == "table" and str(name).startswith("alembic"))


def test_migrations_equal_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": _ours, "compare_server_default": False}
        )
        assert compare_metadata(context, [metadata, bus, http, revisions]) == []


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_search_has_its_index(database: Database) -> None:
    with database.engine.connect() as connection:
        query = text("select indexdef from pg_indexes where indexname = 'ix_places_search'")
        assert "gin_trgm_ops" in connection.execute(query).scalar_one()


def test_migrating_again_does_nothing(tmp_path: Path) -> None:
    database = Database("registration", f"sqlite:///{tmp_path}/twice.sqlite")
    migrate(database, registration.MIGRATIONS)
    migrate(database, registration.MIGRATIONS)
    tables = set(metadata.tables)
    with create_engine(f"sqlite:///{tmp_path}/twice.sqlite").connect() as connection:
        found = connection.execute(text("select name from sqlite_master where type = 'table'")).scalars()
        assert tables <= set(found)
    database.dispose()

"""What registration's migrations make beyond the tables (those: tests/integration/test_migrations.py)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from services.registration import app as registration
from services.registration.plan.tables import metadata
from shared.storage.database import Database
from shared.storage.migrate import migrate


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

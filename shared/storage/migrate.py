"""Bring one service's database to the newest schema: its own revisions and those of the shared tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, text

from shared.storage.database import Database

SHARED = Path(__file__).parents[1]
BUS = SHARED / "bus" / "migrations"
HTTP = SHARED / "http" / "migrations"
REVISIONS = SHARED / "revisions" / "migrations"
JOBS = SHARED / "jobs" / "migrations"


def migrate(database: Database, locations: Sequence[Path]) -> None:
    """Idempotent. On PostgreSQL a session lock lets one process migrate while the others wait."""
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("select pg_advisory_xact_lock(hashtext('diemcau-migrate'))"))
        config = alembic_config(locations)
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")


def alembic_config(locations: Sequence[Path], metadata: Sequence[MetaData] = ()) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SHARED / "storage" / "alembic"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(location) for location in locations))
    config.attributes["metadata"] = list(metadata)
    return config

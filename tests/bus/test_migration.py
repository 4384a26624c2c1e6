from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect

import shared.bus
from shared.bus.tables import metadata


def revisions() -> list[Any]:
    """The bus's migrations, the oldest first."""
    folder = Path(shared.bus.__file__).parent / "migrations"
    found = []
    for path in sorted(folder.glob("[0-9]*.py")):
        spec = importlib.util.spec_from_file_location(f"bus_{path.stem}", path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(module)
    return found


def test_migration_makes_the_tables_that_the_bus_uses(new_database: Any) -> None:
    engine = new_database("venue").engine
    metadata.drop_all(engine)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for revision in revisions():
                revision.upgrade()
        assert compare_metadata(context, metadata) == []
        indexes = {index["name"]: index for index in inspect(connection).get_indexes("outbox")}
        assert "outbox_unpublished" in indexes
        with Operations.context(context):
            for revision in reversed(revisions()):
                revision.downgrade()
        assert inspect(connection).get_table_names() == []


def test_sequence_numbers_are_never_used_again_on_sqlite(new_sqlite: Any) -> None:
    engine = new_sqlite("venue").engine
    metadata.drop_all(engine)
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            for revision in revisions():
                revision.upgrade()
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'outbox'").scalar_one()
    assert "AUTOINCREMENT" in made


def test_migrations_are_one_line_in_the_branch_bus() -> None:
    first, *later = revisions()
    assert (first.revision, first.down_revision) == ("bus_0001", None)
    assert first.branch_labels == ("bus",)
    assert [one.down_revision for one in later] == [one.revision for one in [first, *later][:-1]]

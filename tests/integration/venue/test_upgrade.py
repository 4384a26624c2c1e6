"""An installation of the release before: its sites get their rows, and its tests their time."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import text

from services.venue import app as venue
from services.venue.layouts.tables import layout_sites, site_id, sites
from shared.storage.database import Database
from shared.storage.migrate import alembic_config, migrate

RECORDS = {
    "options": [
        {"key": "online", "settings": {"line_test": {"days_before": 1, "at": "15:00"}}},
        {"key": "in_person", "settings": {}},
    ]
}
ROWS = (
    "insert into layouts (id, conference, digest) values (1, 'small', 'x'), (2, 'small', 'y')",
    "insert into revisions (conference, number, option, plan_version, layout_id, selected, settled) "
    "values ('small', 1, 'online', 1, 1, true, true), ('small', 2, 'in_person', 1, 2, false, false)",
    "insert into layout_sites (layout_id, key, position, name, kind, room, address, seats, line_test) values "
    "(1, 'hub', 0, 'Hub', 'hub', '', '', 1, false), (1, 'vinh', 1, 'Vinh', 'bridge', '', '', 1, true), "
    "(2, 'hall', 0, 'Hall', 'hall', '', '', 1, false)",
)


@pytest.fixture
def old(empty_url: str) -> Iterator[Database]:
    """A database as the release before left it."""
    database = Database("venue", empty_url)
    _fill(database)
    yield database
    database.dispose()


def _fill(database: Database) -> None:
    with database.engine.begin() as connection:
        config = alembic_config(venue.MIGRATIONS)
        config.attributes["connection"] = connection
        for revision in ("revisions_0001", "venue_0001"):
            command.upgrade(config, revision)
        plan = text(
            "insert into plans (conference, version, head, records) values ('small', 1, '{}', :records)"
        )
        connection.execute(plan, {"records": json.dumps(RECORDS)})
        for row in ROWS:
            connection.execute(text(row))


def test_sites_of_an_older_installation_are_known(old: Database) -> None:
    migrate(old, venue.MIGRATIONS)
    with old.read() as session:
        found = {row.key: row.id for row in session.execute(sites.select())}
    assert found == {key: site_id("small", key) for key in ("hub", "vinh", "hall")}


def test_tests_of_an_older_installation_are_due_as_planned(old: Database) -> None:
    migrate(old, venue.MIGRATIONS)
    with old.read() as session:
        rows = session.execute(layout_sites.select().where(layout_sites.c.test_at.is_not(None)))
        assert [(row.key, row.test_days_before, row.test_at) for row in rows] == [("vinh", 1, "15:00")]

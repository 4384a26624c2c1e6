"""Venue, wired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from diemcau import plugins, venue
from services.venue.consumers import HANDLERS
from services.venue.web import PROBLEMS, bp
from shared.bus.delivery import Consumer
from shared.config import Settings
from shared.contracts.venue import (
    LayoutFailedV1,
    LayoutPreparedV1,
    VenueRevisionPreparedV1,
    VenueRevisionSettledV1,
)
from shared.http.app import build_app
from shared.storage.database import Database
from shared.storage.migrate import BUS, HTTP, REVISIONS

NAME = "venue"
MIGRATIONS = (BUS, HTTP, REVISIONS, Path(__file__).parent / "migrations")
EMITS = (LayoutPreparedV1, LayoutFailedV1, VenueRevisionPreparedV1, VenueRevisionSettledV1)


@dataclass(frozen=True, slots=True)
class Context:
    """What venue's views and handlers are given."""

    loaded: plugins.Plugins

    @property
    def plugins(self) -> Mapping[str, Any]:
        return self.loaded.by_name


def create_app(settings: Settings, database: Database) -> Flask:
    return build_app(
        NAME,
        settings=settings,
        database=database,
        blueprints=(bp,),
        problem_table=PROBLEMS,
        emits=EMITS,
        handles=HANDLERS,
        context=Context(plugins.load(venue.GROUP)),
    )


def consumer(_settings: Settings, database: Database) -> Consumer:
    return Consumer(NAME, database, HANDLERS, Context(plugins.load(venue.GROUP)))

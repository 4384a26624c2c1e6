"""Awards, wired."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from services.awards.consumers import HANDLERS
from services.awards.web import PROBLEMS, bp
from shared.bus.delivery import Consumer
from shared.config import Settings
from shared.contracts.awards import AwardsRevisionPreparedV1, AwardsRevisionSettledV1
from shared.http.app import build_app
from shared.storage.database import Database
from shared.storage.migrate import BUS, HTTP, REVISIONS

NAME = "awards"
MIGRATIONS = (BUS, HTTP, REVISIONS, Path(__file__).parent / "migrations")
EMITS = (AwardsRevisionPreparedV1, AwardsRevisionSettledV1)


def create_app(settings: Settings, database: Database) -> Flask:
    return build_app(
        NAME,
        settings=settings,
        database=database,
        blueprints=(bp,),
        problem_table=PROBLEMS,
        emits=EMITS,
        handles=HANDLERS,
    )


def consumer(_settings: Settings, database: Database) -> Consumer:
    return Consumer(NAME, database, HANDLERS, None)

"""Documents, wired."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from services.documents.consumers import HANDLERS
from services.documents.web import PROBLEMS, bp
from shared.bus.delivery import Consumer
from shared.config import Settings
from shared.contracts.documents import DocumentsRevisionPreparedV1, DocumentsRevisionSettledV1
from shared.http.app import build_app
from shared.storage.database import Database
from shared.storage.migrate import BUS, HTTP, REVISIONS

NAME = "documents"
MIGRATIONS = (BUS, HTTP, REVISIONS, Path(__file__).parent / "migrations")
EMITS = (DocumentsRevisionPreparedV1, DocumentsRevisionSettledV1)


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

"""Documents, wired."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from services.documents import republishing
from services.documents.consumers import HANDLERS
from services.documents.invitations.web import bp as invitations
from services.documents.jobs import JOBS
from services.documents.papers.web import bp as papers
from services.documents.problems import PROBLEMS
from services.documents.register.web import bp as register
from services.documents.sets.web import bp as sets
from services.documents.switch.web import bp as switch
from shared.bus.delivery import Consumer
from shared.bus.republish import Retelling
from shared.config import Settings
from shared.contracts.documents import (
    DocumentIssuedV1,
    DocumentsRevisionPreparedV1,
    DocumentsRevisionSettledV1,
    DocumentSupersededV1,
    PaperSubmittedV1,
    PaperWithdrawnV1,
)
from shared.contracts.jobs import DocumentsJobsChangedV1
from shared.http.app import build_app
from shared.http.peers import Peers
from shared.jobs.queue import tally as job_tally
from shared.jobs.web import jobs_blueprint
from shared.jobs.worker import Worker
from shared.storage.database import Database
from shared.storage.files import FileStore
from shared.storage.migrate import BUS, HTTP, REVISIONS
from shared.storage.migrate import JOBS as JOB_TABLES

NAME = "documents"
MIGRATIONS = (BUS, HTTP, REVISIONS, JOB_TABLES, Path(__file__).parent / "migrations")
EMITS = (
    DocumentsRevisionPreparedV1,
    DocumentsRevisionSettledV1,
    DocumentIssuedV1,
    DocumentSupersededV1,
    PaperSubmittedV1,
    PaperWithdrawnV1,
    DocumentsJobsChangedV1,
)

forget_others = republishing.forget_others


@dataclass(frozen=True, slots=True)
class Context:
    """What documents' views and jobs are given; only jobs have `peers`."""

    files: FileStore
    peers: Peers | None = None


def create_app(settings: Settings, database: Database) -> Flask:
    return build_app(
        NAME,
        settings=settings,
        database=database,
        blueprints=(
            register,
            switch,
            papers,
            invitations,
            sets,
            jobs_blueprint(NAME, read="plan:read", write="documents:write"),
        ),
        problem_table=PROBLEMS,
        emits=EMITS,
        handles=HANDLERS,
        context=Context(FileStore(settings.files(NAME))),
        metrics=(job_tally(database),),
    )


def retellings(_settings: Settings) -> tuple[Retelling, ...]:
    """What can be told again to one consumer."""
    return republishing.retellings()


def consumer(_settings: Settings, database: Database) -> Consumer:
    return Consumer(NAME, database, HANDLERS, None)


def worker(settings: Settings, database: Database, peers: Peers) -> Worker:
    return Worker(database, JOBS, settings.clock, Context(FileStore(settings.files(NAME)), peers))

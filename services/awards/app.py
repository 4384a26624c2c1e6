"""Awards, wired."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from services.awards import republishing
from services.awards.ceremony import web as ceremony_web
from services.awards.certificates import web as certificates_web
from services.awards.certificates.jobs import JOBS
from services.awards.certificates.model import Codes
from services.awards.consumers import HANDLERS
from services.awards.decision import web as decision_web
from services.awards.files import web as files_web
from services.awards.nominations import web as nominations_web
from services.awards.problems import PROBLEMS
from services.awards.switch import web as switch_web
from shared.bus.delivery import Consumer
from shared.bus.republish import Retelling
from shared.config import Settings
from shared.contracts.awards import AwardDecidedV1, AwardsRevisionPreparedV1, AwardsRevisionSettledV1
from shared.contracts.jobs import AwardsJobsChangedV1
from shared.http.app import build_app
from shared.http.peers import Peers
from shared.jobs.queue import tally as job_tally
from shared.jobs.web import jobs_blueprint
from shared.jobs.worker import Worker
from shared.storage.database import Database
from shared.storage.files import FileStore
from shared.storage.migrate import BUS, HTTP, REVISIONS
from shared.storage.migrate import JOBS as JOB_TABLES

NAME = "awards"
MIGRATIONS = (BUS, HTTP, REVISIONS, JOB_TABLES, Path(__file__).parent / "migrations")
EMITS = (AwardsRevisionPreparedV1, AwardsRevisionSettledV1, AwardDecidedV1, AwardsJobsChangedV1)

forget_others = republishing.forget_others


@dataclass(frozen=True, slots=True)
class Context:
    """What awards' views and jobs are given; only jobs call the other services."""

    codes: Codes
    files: FileStore
    public_url: str
    peers: Peers | None = None


def create_app(settings: Settings, database: Database) -> Flask:
    return build_app(
        NAME,
        settings=settings,
        database=database,
        blueprints=(
            nominations_web.bp,
            files_web.bp,
            decision_web.bp,
            switch_web.bp,
            ceremony_web.bp,
            certificates_web.bp,
            jobs_blueprint(NAME, read="plan:read", write="awards:write"),
        ),
        problem_table=PROBLEMS,
        emits=EMITS,
        handles=HANDLERS,
        context=context_of(settings),
        metrics=(job_tally(database),),
    )


def retellings(_settings: Settings) -> tuple[Retelling, ...]:
    """What can be told again to one consumer."""
    return republishing.retellings()


def consumer(_settings: Settings, database: Database) -> Consumer:
    return Consumer(NAME, database, HANDLERS, None)


def worker(settings: Settings, database: Database, peers: Peers) -> Worker:
    return Worker(database, JOBS, settings.clock, context_of(settings, peers))


def context_of(settings: Settings, peers: Peers | None = None) -> Context:
    codes = Codes(settings.derived_secret("certificates"))
    return Context(codes, FileStore(settings.files(NAME)), settings.public_url, peers)

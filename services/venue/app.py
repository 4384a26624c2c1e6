"""Venue, wired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask

from diemcau import plugins, venue
from services.venue import republishing
from services.venue.consumers import HANDLERS
from services.venue.layouts.web import bp as layouts
from services.venue.lines.jobs import JOBS
from services.venue.lines.web import bp as lines
from services.venue.problems import PROBLEMS
from services.venue.sites.addresses import Guard
from services.venue.sites.web import bp as sites
from shared.bus.delivery import Consumer
from shared.bus.republish import Retelling
from shared.config import Settings
from shared.contracts.jobs import VenueJobsChangedV1
from shared.contracts.venue import (
    LayoutFailedV1,
    LayoutPreparedV1,
    LineTestedV1,
    SiteChangedV1,
    VenueRevisionPreparedV1,
    VenueRevisionSettledV1,
)
from shared.http.app import build_app
from shared.http.peers import Peers
from shared.jobs.queue import tally as job_tally
from shared.jobs.web import jobs_blueprint
from shared.jobs.worker import Worker
from shared.storage import migrate
from shared.storage.database import Database

NAME = "venue"
MIGRATIONS = (
    migrate.BUS,
    migrate.HTTP,
    migrate.REVISIONS,
    migrate.JOBS,
    Path(__file__).parent / "migrations",
)
EMITS = (
    LayoutPreparedV1,
    LayoutFailedV1,
    VenueRevisionPreparedV1,
    VenueRevisionSettledV1,
    SiteChangedV1,
    LineTestedV1,
    VenueJobsChangedV1,
)

forget_others = republishing.forget_others


@dataclass(frozen=True, slots=True)
class Context:
    """What venue's views, handlers and jobs are given."""

    loaded: plugins.Plugins
    probe_guard: Guard = field(default_factory=Guard)

    @property
    def plugins(self) -> Mapping[str, Any]:
        return self.loaded.by_name


def create_app(settings: Settings, database: Database) -> Flask:
    return build_app(
        NAME,
        settings=settings,
        database=database,
        blueprints=(layouts, sites, lines, jobs_blueprint(NAME, read="plan:read", write="sites:write")),
        problem_table=PROBLEMS,
        emits=EMITS,
        handles=HANDLERS,
        context=_context(settings),
        metrics=(job_tally(database),),
    )


def retellings(settings: Settings) -> tuple[Retelling, ...]:
    """What can be told again to one consumer."""
    return republishing.retellings(_context(settings).plugins)


def consumer(settings: Settings, database: Database) -> Consumer:
    return Consumer(NAME, database, HANDLERS, _context(settings))


def worker(settings: Settings, database: Database, _peers: Peers) -> Worker:
    return Worker(database, JOBS, settings.clock, _context(settings))


def _context(settings: Settings) -> Context:
    return Context(plugins.load(venue.GROUP), Guard(settings.probe_allow))

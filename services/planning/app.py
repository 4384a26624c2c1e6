"""Planning, wired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from diemcau import plugins, venue
from services.planning.consumers import HANDLERS
from services.planning.plan import web as plan_web
from services.planning.problems import PROBLEMS
from services.planning.switch import web as switch_web
from services.planning.tasks import web as tasks_web
from shared.bus.delivery import Consumer
from shared.clock import Clock
from shared.config import Settings
from shared.contracts.planning import ConferencePlannedV1, OptionProposedV1, OptionSelectedV1
from shared.http.app import build_app
from shared.storage.database import Database
from shared.storage.migrate import BUS, HTTP

NAME = "planning"
MIGRATIONS = (BUS, HTTP, Path(__file__).parent / "migrations")
EMITS = (ConferencePlannedV1, OptionProposedV1, OptionSelectedV1)


@dataclass(frozen=True, slots=True)
class Context:
    """What planning's views and handlers are given."""

    clock: Clock
    plugins: Mapping[str, Any]


def create_app(settings: Settings, database: Database) -> Flask:
    return build_app(
        NAME,
        settings=settings,
        database=database,
        blueprints=(plan_web.bp, switch_web.bp, tasks_web.bp),
        problem_table=PROBLEMS,
        emits=EMITS,
        handles=HANDLERS,
        context=_context(settings),
    )


def consumer(settings: Settings, database: Database) -> Consumer:
    return Consumer(NAME, database, HANDLERS, _context(settings))


def _context(settings: Settings) -> Context:
    return Context(settings.clock, plugins.load(venue.GROUP).by_name)

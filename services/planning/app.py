"""Planning, wired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask

from diemcau import plugins, venue
from services.planning import republishing
from services.planning.consumers import HANDLERS
from services.planning.opening import web as opening_web
from services.planning.plan import web as plan_web
from services.planning.problems import PROBLEMS
from services.planning.reminders import web as reminders_web
from services.planning.reminders.commands import PAUSE as REMINDER_PAUSE
from services.planning.reminders.commands import remind_all
from services.planning.switch import web as switch_web
from services.planning.tasks import web as tasks_web
from shared.bus.delivery import Consumer
from shared.bus.republish import Retelling
from shared.clock import Clock
from shared.config import Settings
from shared.contracts.planning import (
    ConferenceClosedV1,
    ConferenceOpenedV1,
    ConferencePlannedV1,
    OptionProposedV1,
    OptionSelectedV1,
)
from shared.http.app import build_app
from shared.jobs.rounds import Rounds
from shared.storage.database import Database
from shared.storage.migrate import BUS, HTTP

NAME = "planning"
MIGRATIONS = (BUS, HTTP, Path(__file__).parent / "migrations")
EMITS = (ConferencePlannedV1, OptionProposedV1, OptionSelectedV1, ConferenceOpenedV1, ConferenceClosedV1)

forget_others = republishing.forget_others


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
        blueprints=(plan_web.bp, switch_web.bp, opening_web.bp, tasks_web.bp, reminders_web.bp),
        problem_table=PROBLEMS,
        emits=EMITS,
        handles=HANDLERS,
        context=_context(settings),
    )


def retellings(settings: Settings) -> tuple[Retelling, ...]:
    """What can be told again to one consumer."""
    return republishing.retellings(settings.clock.offset)


def consumer(settings: Settings, database: Database) -> Consumer:
    return Consumer(NAME, database, HANDLERS, _context(settings))


def rounds(settings: Settings, database: Database) -> dict[str, Rounds]:
    """What is looked after beside the web, by name."""
    return {"reminders": Rounds(partial(remind_all, database, settings.clock), pause=REMINDER_PAUSE)}


def _context(settings: Settings) -> Context:
    return Context(settings.clock, plugins.load(venue.GROUP).by_name)

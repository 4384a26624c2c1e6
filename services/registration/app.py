"""Registration, wired."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from services.registration.answers import web as answers_web
from services.registration.answers.links import Links
from services.registration.consumers import HANDLERS
from services.registration.delegates import web as delegates_web
from services.registration.files import web as files_web
from services.registration.problems import PROBLEMS
from services.registration.switch import web as switch_web
from shared.bus.delivery import Consumer
from shared.config import Settings
from shared.contracts.registration import (
    DelegateChangedV1,
    DelegateNamedV1,
    DelegateRespondedV1,
    RegistrationRevisionPreparedV1,
    RegistrationRevisionSettledV1,
)
from shared.http.app import build_app
from shared.storage.database import Database
from shared.storage.migrate import BUS, HTTP, REVISIONS

NAME = "registration"
MIGRATIONS: tuple[Path, ...] = (BUS, HTTP, REVISIONS, Path(__file__).parent / "migrations")
EMITS = (
    DelegateNamedV1,
    DelegateChangedV1,
    DelegateRespondedV1,
    RegistrationRevisionPreparedV1,
    RegistrationRevisionSettledV1,
)


@dataclass(frozen=True, slots=True)
class Context:
    """What registration's views are given."""

    links: Links


def create_app(settings: Settings, database: Database) -> Flask:
    return build_app(
        NAME,
        settings=settings,
        database=database,
        blueprints=(delegates_web.bp, files_web.bp, answers_web.bp, switch_web.bp),
        problem_table=PROBLEMS,
        emits=EMITS,
        handles=HANDLERS,
        context=Context(Links(settings.derived_secret("rsvp"), settings.public_url)),
    )


def consumer(_settings: Settings, database: Database) -> Consumer:
    return Consumer(NAME, database, HANDLERS)

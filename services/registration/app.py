"""Registration, wired."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask

from diemcau import notifier, plugins
from services.registration import republishing
from services.registration.answers.links import Links
from services.registration.consumers import HANDLERS, Notice
from services.registration.delegates import web as delegates_web
from services.registration.door import web as door_web
from services.registration.door.badges import Badges
from services.registration.files import web as files_web
from services.registration.headcounts import web as headcounts_web
from services.registration.invitations import web as invitations_web
from services.registration.jobs import JOBS
from services.registration.messages import web as messages_web
from services.registration.messages.queries import tally as message_tally
from services.registration.messages.sending import TICK, Outgoing, choose_notifier, start_senders
from services.registration.problems import PROBLEMS
from services.registration.rsvp import web as rsvp_web
from services.registration.switch import web as switch_web
from shared.bus.delivery import Consumer
from shared.bus.republish import Retelling
from shared.config import Settings
from shared.contracts.jobs import RegistrationJobsChangedV1
from shared.contracts.registration import (
    DelegateChangedV1,
    DelegateCheckedInV1,
    DelegateNamedV1,
    DelegateRespondedV1,
    DelegatesNamedV1,
    DelegateSubstitutedV1,
    HeadcountReportedV1,
    InvitationIssuedV1,
    InvitationWithdrawnV1,
    RegistrationRevisionPreparedV1,
    RegistrationRevisionSettledV1,
)
from shared.http.app import build_app
from shared.http.peers import Peers
from shared.jobs.queue import tally as job_tally
from shared.jobs.rounds import Rounds
from shared.jobs.web import PROBLEMS as JOB_PROBLEMS
from shared.jobs.web import jobs_blueprint
from shared.jobs.worker import Worker
from shared.storage.database import Database
from shared.storage.migrate import BUS, HTTP, REVISIONS
from shared.storage.migrate import JOBS as JOB_TABLES

NAME = "registration"
MIGRATIONS: tuple[Path, ...] = (BUS, HTTP, REVISIONS, JOB_TABLES, Path(__file__).parent / "migrations")
EMITS = (
    DelegateNamedV1,
    DelegateChangedV1,
    DelegatesNamedV1,
    DelegateRespondedV1,
    DelegateSubstitutedV1,
    DelegateCheckedInV1,
    HeadcountReportedV1,
    InvitationIssuedV1,
    InvitationWithdrawnV1,
    RegistrationJobsChangedV1,
    RegistrationRevisionPreparedV1,
    RegistrationRevisionSettledV1,
)

forget_others = republishing.forget_others


@dataclass(frozen=True, slots=True)
class Context:
    """What registration's views are given."""

    links: Links
    badges: Badges
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class JobContext:
    """What registration's jobs are given."""

    peers: Peers
    links: Links
    outgoing: Outgoing


def create_app(settings: Settings, database: Database) -> Flask:
    return build_app(
        NAME,
        settings=settings,
        database=database,
        blueprints=(
            delegates_web.bp,
            files_web.bp,
            rsvp_web.bp,
            door_web.bp,
            headcounts_web.bp,
            switch_web.bp,
            invitations_web.bp,
            messages_web.bp,
            jobs_blueprint(NAME, read="names:read", write="names:write"),
        ),
        problem_table={**PROBLEMS, **JOB_PROBLEMS},
        emits=EMITS,
        handles=HANDLERS,
        context=Context(
            _links(settings),
            Badges(settings.derived_secret("check-in")),
            _outgoing(settings),
        ),
        metrics=(job_tally(database), message_tally(database)),
    )


def retellings(_settings: Settings) -> tuple[Retelling, ...]:
    """What can be told again to one consumer."""
    return republishing.retellings()


def consumer(settings: Settings, database: Database) -> Consumer:
    return Consumer(NAME, database, HANDLERS, Notice(settings.clock))


def worker(settings: Settings, database: Database, peers: Peers) -> Worker:
    context = JobContext(peers, _links(settings), _outgoing(settings))
    return Worker(database, JOBS, settings.clock, context)


def rounds(_settings: Settings, database: Database) -> dict[str, Rounds]:
    """What is looked after beside consumers and jobs, by name."""
    return {"messages": Rounds(partial(start_senders, database), pause=TICK)}


def _links(settings: Settings) -> Links:
    return Links(settings.derived_secret("rsvp"), settings.public_url)


def _outgoing(settings: Settings) -> Outgoing:
    return choose_notifier(plugins.load(notifier.GROUP), settings.notifier, settings.notifier_settings)

"""The portal: the pages that people use, over the services' HTTP APIs."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx
from flask import Flask, Response, g

from services.portal import assets, formatting, gate, words
from services.portal.board.boards import Boards
from services.portal.board.metrics import BoardMetrics
from services.portal.board.reading import Reader
from services.portal.clients import Services
from services.portal.navigation import SECTIONS
from services.portal.pages import (
    awards,
    board,
    certificates,
    conference,
    delegates,
    documents,
    door,
    errors,
    headcounts,
    home,
    imports,
    invitations,
    jobs,
    letters,
    messages,
    nominations,
    papers,
    parked,
    places,
    programme,
    rsvp,
    sign_in,
    sites,
    switch,
    tasks,
    verify,
)
from shared.clock import Clock
from shared.http.metrics import measure
from shared.http.tracing import TracedFlask
from shared.storage.database import Database

MIGRATIONS: tuple[Path, ...] = (Path(__file__).parent / "migrations",)
MAX_BODY = 21 * 1024 * 1024  # a paper of 20 MB and the fields beside it
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


class PortalSettings(Protocol):
    """What the portal needs of the settings."""

    @property
    def session_secret(self) -> bytes: ...
    @property
    def signing_key(self) -> dict[str, Any]: ...
    @property
    def service_url(self) -> str: ...
    @property
    def public_url(self) -> str: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def clock_banner(self) -> bool: ...
    def database_url(self, service: str) -> str: ...


def create_app(
    settings: PortalSettings,
    *,
    transport: httpx.BaseTransport | None = None,
    seats: int = 0,
    stop: threading.Event | None = None,
) -> Flask:
    """The portal's WSGI app. `transport` reaches the services in-process; else they are called by URL.

    `seats`: how many viewers may follow a board, each in a thread of the server, until `stop`.
    """
    app = TracedFlask("services.portal")
    app.config.update(
        SECRET_KEY=settings.session_secret,
        SESSION_COOKIE_NAME="diemcau",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=MAX_BODY,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=30),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database = Database("portal", settings.database_url("portal"))
    app.extensions["clock"] = settings.clock
    gate.install(app, database, Services.at(settings.service_url, transport), settings.signing_key)
    app.extensions["boards"] = boards = _boards(settings, transport, seats, stop or threading.Event())
    formatting.install(app)
    assets.install(app)
    errors.install(app)
    _add_pages(app, database, settings)
    _add_globals(app, settings)
    app.after_request(_protect)
    measure(app, "portal", "/metrics", (BoardMetrics(boards),) if seats else ())
    app.add_url_rule("/health/live", "health", lambda: {"status": "live"})
    return app


def _boards(
    settings: PortalSettings, transport: httpx.BaseTransport | None, seats: int, stop: threading.Event
) -> Boards:
    """A large board takes long to read; nobody waits for it but its viewers, all at once."""
    services = Services.at(settings.service_url, transport, patience=60)
    return Boards(lambda key: Reader(services, settings.signing_key, key).read, seats, stop)


def _add_pages(app: Flask, database: Database, settings: PortalSettings) -> None:
    app.register_blueprint(sign_in.pages(database))
    app.register_blueprint(home.pages(settings.clock))
    for kind in (imports.DELEGATES, imports.NOMINATIONS):
        app.register_blueprint(imports.pages(database, kind))
    app.register_blueprint(door.pages(settings.clock))
    of_conference = (conference, switch, board, sites, programme, tasks, papers)
    of_registration = (delegates, places, headcounts, rsvp)
    of_awards = (awards, nominations, certificates, verify)
    of_documents = (documents, letters, invitations, messages)
    for page in (*of_conference, *of_registration, *of_documents, *of_awards, jobs, parked):
        app.register_blueprint(page.blueprint)


def _add_globals(app: Flask, settings: PortalSettings) -> None:
    @app.context_processor
    def shared_values() -> dict[str, Any]:
        return {
            "account": g.get("account"),
            "words": words,
            "sections": SECTIONS,
            "simulated_now": settings.clock.now() if settings.clock_banner else None,
        }


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response

"""Who is asking: the signed-in account, its calls to the services, and the form tokens."""

from __future__ import annotations

import hmac
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal.clients import Calls, Services
from services.portal.commands import find_account
from services.portal.model import Account
from shared.clock import Clock
from shared.http.tokens import sign
from shared.storage.database import Database

OPEN = (
    "static",
    "health",
    "metrics",
    "sign_in.form",
    "sign_in.enter",
    "rsvp.show",
    "rsvp.answer",
    "verify.form",
    "verify.show",
    "rsvp.badge",
)


def install(app: Flask, database: Database, services: Services, signing_key: Mapping[str, Any]) -> None:
    """Every request: account, token, form check. Pages outside OPEN need somebody signed in."""

    @app.before_request
    def enter() -> BaseResponse | None:
        if request.endpoint in ("static", "health", "metrics"):
            return None
        g.account = _signed_in(database)
        g.calls = services.caller(_token(g.account, signing_key), g.correlation)
        if request.method == "POST":
            _check_form()
        if g.account is None and request.endpoint not in OPEN and request.endpoint is not None:
            return _to_sign_in()
        return None

    app.jinja_env.globals.update(csrf=form_token, once=lambda: str(uuid.uuid4()))


def calls() -> Calls:
    return cast(Calls, g.calls)


def account() -> Account:
    return cast(Account, g.account)


def now() -> datetime:
    """By the clock of the conference, which may be a simulated one."""
    return cast(Clock, current_app.extensions["clock"]).now()


def need(scope: str) -> None:
    """403 when the account's role lacks `scope`; the services check again."""
    if not account().can(scope):
        abort(403)


def remember(who: Account) -> None:
    """A new session: nothing of the one before the password was given survives."""
    session.clear()
    session.permanent = True
    session["account"], session["stamp"] = str(who.id), who.stamp


def form_token() -> str:
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def local_path(target: str) -> str:
    """`target` when it is a path of this site, else the first page."""
    parts = urlsplit(target)
    safe = (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
    )
    return target if safe and "\\" not in target else "/"


def _to_sign_in() -> BaseResponse:
    """A poll must not put the sign-in page into a part of another page: it sends the browser there.

    A script that follows a board asks for no page: it is told, and loads its page again.
    """
    if request.accept_mimetypes and not request.accept_mimetypes.accept_html:
        return Response(status=401)
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": url_for("sign_in.form")})
    return redirect(url_for("sign_in.form", tiep=_here()))


def _signed_in(database: Database) -> Account | None:
    if "account" not in session:
        return None
    with database.read() as rows:
        return find_account(rows, UUID(session["account"]), session.get("stamp", ""))


def _token(who: Account | None, key: Mapping[str, Any]) -> str | None:
    if who is None:
        return None
    return sign(key, f"account:{who.username}", who.rights.scopes, name=who.name, unit=who.unit)


def _check_form() -> None:
    given, kept = request.form.get("csrf", ""), session.get("csrf", "")
    if not kept or not hmac.compare_digest(given.encode(), kept.encode()):
        abort(400, "form-expired")


def _here() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/"

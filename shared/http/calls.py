"""How a view meets its database: `@reads` and `@writes` open the transaction and check the scope."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, current_app, make_response, request

from shared.clock import Clock
from shared.http.idempotency import replay, store
from shared.http.openapi import Access, IfMatch
from shared.http.problems import PRECONDITION_FAILED, PRECONDITION_REQUIRED, Problem
from shared.http.tokens import Actor, Verifier
from shared.storage.database import Database
from shared.storage.session import Session

View = Callable[..., Any]
NOBODY = Actor("public", "", frozenset())


@dataclass(frozen=True, slots=True)
class Wiring:
    """What app.py hands to the views of one service. `context` is the service's own."""

    database: Database
    clock: Clock
    verifier: Verifier
    context: Any


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its transaction, its actor and its moment."""

    session: Session
    actor: Actor
    now: datetime
    context: Any


def wiring() -> Wiring:
    found: Wiring = current_app.extensions["diemcau"]
    return found


def reads(rule: str | None, *others: str, patient: bool = False) -> Callable[[View], View]:
    """The view reads in one snapshot, for who meets one of the rules; a rule is scopes with blanks between
    them, all needed. None: open to the public (signed links). `patient`: it looks at everybody, which may
    take long at national size.
    """
    needed = () if rule is None else (rule, *others)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            wired, actor = wiring(), _actor(needed)
            with wired.database.read(patient=patient) as session:
                return view(Call(session, actor, wired.clock.now(), wired.context), *args, **kwargs)

        return _described(wrapped, Access(needed, writes=False))

    return decorate


def writes(
    rule: str | None, *others: str, if_match: IfMatch = "", patient: bool = False
) -> Callable[[View], View]:
    """The view is one transaction; with an `Idempotency-Key` its answer is kept in that transaction.

    Rules as for `reads`. `if_match` tells the reader of OpenAPI that the view calls `check_if_match`:
    always, or when given one. `patient`: it may take minutes, as an import does.
    """
    needed = () if rule is None else (rule, *others)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> Response:
            wired, actor = wiring(), _actor(needed)
            with wired.database.write(patient=patient) as session:
                earlier = replay(session, actor)
                if earlier is not None:
                    return earlier
                call = Call(session, actor, wired.clock.now(), wired.context)
                response = make_response(view(call, *args, **kwargs))
                store(session, actor, response)
                return response

        return _described(wrapped, Access(needed, writes=True, if_match=if_match))

    return decorate


def _described(view: View, access: Access) -> View:
    """Beside what flask-smorest's own decorators have noted."""
    view._apidoc = {**getattr(view, "_apidoc", {}), "access": access}  # type: ignore[attr-defined]
    return view


def _actor(rules: tuple[str, ...]) -> Actor:
    if not rules:
        return NOBODY
    actor = wiring().verifier.actor()
    actor.require(*rules)
    return actor


def check_if_match(etag: str) -> None:
    """Raises Problem 428 without If-Match, 412 when it names another state."""
    if not request.if_match:
        raise Problem(PRECONDITION_REQUIRED)
    if not request.if_match.contains(etag):
        raise Problem(PRECONDITION_FAILED, headers={"ETag": f'"{etag}"'})

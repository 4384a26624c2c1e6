"""`Idempotency-Key`: a repeated POST gets the first answer again, stored in the effect's transaction."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from flask import Response, request
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, delete, select, tuple_

from shared.http.problems import FieldError, Problem, ProblemType
from shared.http.tokens import Actor
from shared.storage.database import Database
from shared.storage.session import Session
from shared.storage.types import UtcDateTime
from shared.storage.upsert import dialect_of, insert_into

metadata = MetaData()
BATCH = 1_000

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("actor", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("request", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("content_type", String, nullable=False),
    Column("location", String),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

REUSED = ProblemType(
    422,
    "idempotency-key-reused",
    "Idempotency-Key này đã dùng cho một yêu cầu khác",
    "This Idempotency-Key was used for another request",
)
TOO_LONG = FieldError(
    "/headers/Idempotency-Key", "too-long", "Dài quá 200 ký tự", "Longer than 200 characters"
)


def replay(session: Session, actor: Actor) -> Response | None:
    """The stored answer of the same request, if there is one. Raises Problem when the key was reused."""
    key = _key()
    if key is None:
        return None
    _hold(session, actor, key)
    keys = idempotency_keys.c
    row = session.execute(select(idempotency_keys).where(keys.actor == actor.subject, keys.key == key)).one()
    if row.status == 0:
        return None
    if row.request != _fingerprint():
        raise Problem(REUSED)
    response = Response(row.body, row.status, content_type=row.content_type)
    if row.location:
        response.headers["Location"] = row.location
    return response


def _hold(session: Session, actor: Actor, key: str) -> None:
    """A twin that comes at the same time waits here until the first one's transaction ends."""
    session.execute(
        insert_into(dialect_of(session), idempotency_keys)
        .values(
            actor=actor.subject,
            key=key,
            request=_fingerprint(),
            status=0,
            content_type="",
            body=b"",
            created_at=datetime.now(UTC),
        )
        .on_conflict_do_nothing()
    )


def store(session: Session, actor: Actor, response: Response) -> None:
    key = _key()
    if key is None:
        return
    keys = idempotency_keys.c
    session.execute(
        idempotency_keys.update()
        .where(keys.actor == actor.subject, keys.key == key)
        .values(
            status=response.status_code,
            content_type=response.content_type or "",
            location=response.headers.get("Location"),
            body=response.get_data(),
        )
    )


def forget_answers(database: Database, keep: timedelta) -> bool:
    """Remove answers older than `keep`, a batch at a time; whether there may be more to remove."""
    keys = idempotency_keys.c
    old = select(keys.actor, keys.key).where(keys.created_at < datetime.now(UTC) - keep).limit(BATCH)
    with database.read() as session:
        if session.execute(old.limit(1)).first() is None:
            return False
    with database.write() as session:
        mine = tuple_(keys.actor, keys.key).in_(old)
        removed = session.execute(delete(idempotency_keys).where(mine).returning(keys.key)).all()
    return len(removed) == BATCH


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if key and len(key) > 200:
        raise Problem(ProblemType(400, "invalid", TOO_LONG.vi, TOO_LONG.en), errors=[TOO_LONG])
    return key or None


def _fingerprint() -> str:
    body = request.get_data(cache=True)
    return hashlib.sha256(request.full_path.encode() + b"\0" + body).hexdigest()

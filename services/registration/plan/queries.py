"""Which revision a request answers for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select, true

from services.registration.plan.model import (
    KEY,
    LARGEST,
    ConferenceClosed,
    UnknownConference,
    UnknownRevision,
    View,
)
from services.registration.plan.tables import conferences, plans
from shared.revisions.tables import pointers, revisions
from shared.storage.session import Session


def get_view(session: Session, conference: str, revision: int | None = None) -> View:
    """The numbered revision, or the current one. Raises UnknownConference, UnknownRevision."""
    if not KEY.fullmatch(conference):
        raise UnknownConference(conference)
    if revision is not None and not 1 <= revision <= LARGEST:
        raise UnknownRevision(revision)
    statement = _CURRENT if revision is None else _NUMBERED
    row = session.execute(statement, {"key": conference, "number": revision}).one_or_none()
    if row is None:
        raise UnknownConference(conference)
    if revision is not None and row.revision is None:
        raise UnknownRevision(revision)
    return View(*row)


def get_proposed(session: Session, conference: str, revision: int) -> View:
    """A revision that is about to be prepared. Raises UnknownRevision."""
    row = session.execute(_PROPOSED, {"key": conference, "number": revision}).one_or_none()
    if row is None or row.revision is None:
        raise UnknownRevision(revision)
    return View(*row)


def closed_at(session: Session, conference_id: int) -> datetime | None:
    """When the conference ended; None while it has not."""
    query = select(conferences.c.closed_at).where(conferences.c.id == conference_id)
    return session.execute(query).scalar_one_or_none()


def require_not_closed(session: Session, conference_id: int) -> None:
    """Raises ConferenceClosed."""
    if closed_at(session, conference_id) is not None:
        raise ConferenceClosed


def newest_plan(session: Session, conference_id: int) -> tuple[int, str]:
    """Id and organiser of the newest plan version known here."""
    query = select(plans.c.id, plans.c.organiser).where(plans.c.conference_id == conference_id)
    row = session.execute(query.order_by(plans.c.version.desc()).limit(1)).one()
    return row.id, row.organiser


def newest_prepared(session: Session, conference: str) -> int | None:
    """The newest revision that is prepared here, adopted or not."""
    query = select(func.max(revisions.c.number)).where(
        revisions.c.conference == conference, revisions.c.counts.is_not(None)
    )
    newest: int | None = session.execute(query).scalar_one()
    return newest


def _view(number: ColumnElement[int], when: ColumnElement[bool]) -> Select[Any]:
    chosen = (revisions.c.conference == conferences.c.key) & (revisions.c.number == number) & when
    other = plans.alias("newest")
    newest = select(func.max(other.c.version)).where(other.c.conference_id == conferences.c.id)
    version = func.coalesce(revisions.c.plan_version, newest.scalar_subquery())
    return (
        select(
            conferences.c.id,
            conferences.c.key,
            revisions.c.number.label("revision"),
            revisions.c.layout_id,
            revisions.c.option,
            plans.c.id.label("plan_id"),
            plans.c.title,
            plans.c.organiser,
            plans.c.timezone,
            plans.c.starts_at,
        )
        .select_from(
            conferences.outerjoin(pointers, pointers.c.conference == conferences.c.key)
            .outerjoin(revisions, chosen)
            .join(plans, (plans.c.conference_id == conferences.c.id) & (plans.c.version == version))
        )
        .where(conferences.c.key == bindparam("key"))
    )


_NUMBER = bindparam("number", type_=Integer)
_CURRENT = _view(pointers.c.revision, true())
_NUMBERED = _view(_NUMBER, revisions.c.counts.is_not(None))
_PROPOSED = _view(_NUMBER, true())

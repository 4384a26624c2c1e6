"""Stored plans."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from services.venue.layouts.tables import plans
from shared.revisions.tables import layouts
from shared.storage.session import Session


def get_plan(session: Session, conference: str, version: int) -> Row[Any] | None:
    query = select(plans).where(plans.c.conference == conference, plans.c.version == version)
    return session.execute(query).one_or_none()


def digest_of(session: Session, layout_id: int | None) -> str | None:
    query = select(layouts.c.digest).where(layouts.c.id == layout_id)
    return session.execute(query).scalar_one_or_none()


def newest_plan(session: Session, conference: str) -> Row[Any] | None:
    query = select(plans).where(plans.c.conference == conference).order_by(plans.c.version.desc()).limit(1)
    return session.execute(query).one_or_none()

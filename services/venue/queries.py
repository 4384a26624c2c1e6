"""The read side: sites of a revision, the board, and what a revision opens and closes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from services.venue.tables import layout_sites, plans
from shared.revisions.following import Counts, Revision


def get_plan(session: Session, conference: str, version: int) -> Row[Any] | None:
    query = select(plans).where(plans.c.conference == conference, plans.c.version == version)
    return session.execute(query).one_or_none()


def newest_plan(session: Session, conference: str) -> Row[Any] | None:
    query = select(plans).where(plans.c.conference == conference).order_by(plans.c.version.desc()).limit(1)
    return session.execute(query).one_or_none()


def count_changes(session: Session, revision: Revision) -> Counts:
    """venue's counts of a revision against its base; `overruns`: sites that seat more than they hold."""
    old, new = _sites(revision.base_layout_id).subquery(), _sites(revision.layout_id).subquery()
    both = old.join(new, old.c.key == new.c.key)
    kept = session.execute(select(func.count()).select_from(both)).scalar_one()
    before = session.execute(select(func.count()).select_from(old)).scalar_one()
    totals = select(
        func.count(),
        func.coalesce(func.sum(new.c.capacity), 0),
        func.count().filter(new.c.seats > new.c.capacity),
    )
    now, capacity, overruns = session.execute(totals).one()
    return {
        "sites_opened": now - kept,
        "sites_closed": before - kept,
        "sites_kept": kept,
        "capacity": capacity,
        "overruns": overruns,
    }


def list_sites(session: Session, layout_id: int | None) -> list[Row[Any]]:
    """Sites in layout order."""
    return list(session.execute(_sites(layout_id).order_by(layout_sites.c.position)))


def list_missing(session: Session, these: int | None, those: int | None) -> list[Row[Any]]:
    """Sites of the layout `these` whose key the layout `those` has not."""
    there = select(layout_sites.c.key).where(layout_sites.c.layout_id == those)
    query = _sites(these).where(layout_sites.c.key.not_in(there))
    return list(session.execute(query.order_by(layout_sites.c.position)))


def list_overruns(session: Session, layout_id: int | None) -> list[Row[Any]]:
    query = _sites(layout_id).where(layout_sites.c.seats > layout_sites.c.capacity)
    return list(session.execute(query.order_by(layout_sites.c.position)))


def _sites(layout_id: int | None) -> Select[Any]:
    return select(layout_sites).where(layout_sites.c.layout_id == layout_id)

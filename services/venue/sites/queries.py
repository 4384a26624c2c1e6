"""The read side: sites of a revision as people set them, and what a revision opens and closes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select

from services.venue.layouts.tables import layout_sites, sites
from services.venue.sites.model import UnknownSite
from shared.revisions.following import Counts, Revision, find_revision
from shared.revisions.tables import layouts
from shared.storage.session import Session


def list_sites(
    session: Session, conference: str, layout_id: int | None, first: int | None = None
) -> list[Row[Any]]:
    """Sites in layout order, only the first so many if that is given; what people set is as they set it."""
    query = _sites(conference, layout_id).order_by(layout_sites.c.position)
    return list(session.execute(query.limit(first)))


def get_site(session: Session, site: UUID) -> Row[Any]:
    """One site with its contacts, as in the current layout, or else in the newest that has it.

    Raises UnknownSite.
    """
    conference = session.execute(select(sites.c.conference).where(sites.c.id == site)).scalar_one_or_none()
    current = find_revision(session, conference, None) if conference is not None else None
    row = session.execute(_site(site, current)).one_or_none()
    if row is None:
        raise UnknownSite
    return row


def hold_site(session: Session, site: UUID) -> Row[Any]:
    """The same for a change: from here to the end of the transaction nobody else changes or tests it."""
    session.execute(select(sites.c.id).where(sites.c.id == site).with_for_update())
    return get_site(session, site)


def count_changes(session: Session, revision: Revision) -> Counts:
    """venue's counts of a revision against its base; `overruns`: sites that seat more than they hold."""
    conference = revision.conference
    old = _sites(conference, revision.base_layout_id).subquery()
    new = _sites(conference, revision.layout_id).subquery()
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
        "capacity": int(capacity),
        "overruns": overruns,
    }


def list_missing(
    session: Session, conference: str, these: int | None, those: int | None, limit: int
) -> list[Row[Any]]:
    """The first sites of the layout `these` whose key the layout `those` has not."""
    there = select(layout_sites.c.key).where(layout_sites.c.layout_id == those)
    query = _sites(conference, these).where(layout_sites.c.key.not_in(there))
    return list(session.execute(query.order_by(layout_sites.c.position).limit(limit)))


def list_overruns(session: Session, conference: str, layout_id: int | None) -> list[Row[Any]]:
    query = _sites(conference, layout_id).where(layout_sites.c.seats > _set("capacity"))
    return list(session.execute(query.order_by(layout_sites.c.position)))


def count_kinds(session: Session, layout_id: int | None) -> dict[str, int]:
    """How many sites of each kind a layout has."""
    query = select(layout_sites.c.kind, func.count()).where(layout_sites.c.layout_id == layout_id)
    found: dict[str, int] = dict(session.execute(query.group_by(layout_sites.c.kind)).all())
    return found


def _set(column: str) -> Any:
    """What people set, or else what the layout says."""
    return func.coalesce(sites.c[column], layout_sites.c[column]).label(column)


_OF_LAYOUT = ("key", "position", "name", "kind", "unit", "seats", "line_test", "test_days_before", "test_at")


def _columns() -> list[Any]:
    kept = [layout_sites.c[name] for name in _OF_LAYOUT]
    return [sites.c.id, *kept, *(_set(name) for name in ("room", "address", "capacity"))]


def _sites(conference: str, layout_id: int | None) -> Select[Any]:
    here = (sites.c.conference == conference) & (sites.c.key == layout_sites.c.key)
    joined = layout_sites.join(sites, here)
    return select(*_columns()).select_from(joined).where(layout_sites.c.layout_id == layout_id)


_OF_PEOPLE = (
    "conference",
    "version",
    "contact_name",
    "contact_phone",
    "contact_email",
    "technician_name",
    "technician_phone",
    "note",
    "probe_address",
    "changed_at",
    "changed_by",
)


def _site(site: UUID, current: Revision | None) -> Select[Any]:
    is_current = case((layouts.c.id == (current.layout_id if current else None), 1), else_=0)
    joined = sites.join(layouts, layouts.c.conference == sites.c.conference).join(
        layout_sites, (layout_sites.c.layout_id == layouts.c.id) & (layout_sites.c.key == sites.c.key)
    )
    query = select(
        *_columns(),
        *(sites.c[name] for name in _OF_PEOPLE),
        *(sites.c[name].label(f"set_{name}") for name in ("room", "address", "capacity")),
        *(layout_sites.c[name].label(f"laid_{name}") for name in ("room", "address", "capacity")),
        is_current.label("in_force"),
    )
    query = query.select_from(joined).where(sites.c.id == site)
    return query.order_by(is_current.desc(), layouts.c.id.desc()).limit(1)

"""Delegates as lists show them: every named place with where its person sits in one revision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    String,
    Uuid,
    bindparam,
    case,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from services.registration.answers.tables import answers
from services.registration.delegates.filters import Filters, candidates
from services.registration.people.model import UnknownDelegate
from services.registration.people.placement import (
    COUNTS,
    LAYOUT,
    OPTION,
    SITE,
    STATUS,
    all_places,
)
from services.registration.people.tables import people, places
from services.registration.plan.model import View
from services.registration.plan.tables import (
    conferences,
    groups,
    layout_sites,
    plan_groups,
    plan_units,
    sites,
    units,
)

MOST_FOUND = 10_000
"""A search counts no further."""

Position = tuple[str, UUID]
"""Sort key and id of the last place of a page."""

_CHUNK = 2_000
_PLAN = bindparam("plan", type_=Integer)
_MOMENT = bindparam("moment", type_=String)
_SITE_NOW: ColumnElement[int | None] = case((COUNTS, SITE))


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `after` leads on to the next one, None at the end."""

    items: list[dict[str, Any]]
    total: int
    after: Position | None


def list_delegates(
    session: Session,
    view: View,
    filters: Filters,
    *,
    limit: int,
    after: Position | None = None,
    total: int | None = None,
) -> Page:
    """Named places in the order of names. `total` of an earlier page is not counted again."""
    if total is None:
        total = count_delegates(session, view, filters)
    items, following = _read_page(session, view, filters, limit, after)
    return Page(items, total, following)


def count_delegates(session: Session, view: View, filters: Filters) -> int:
    found = candidates(view, filters)
    if filters.q:
        found = found.limit(MOST_FOUND)
    query = select(func.count()).select_from(found.subquery())
    count: int = session.execute(query, view.parameters()).scalar_one()
    return count


def stream_delegates(session: Session, view: View, filters: Filters) -> Iterator[dict[str, Any]]:
    """All of them, page by page: no more than a few thousand rows are in memory."""
    after: Position | None = None
    while True:
        items, after = _read_page(session, view, filters, _CHUNK, after)
        yield from items
        if after is None:
            return


def get_delegate(session: Session, view: View, place: UUID) -> dict[str, Any]:
    """One named place. Raises UnknownDelegate."""
    query = _SHOWN.where(places.c.id == place)
    row = session.execute(query, view.parameters()).mappings().one_or_none()
    if row is None:
        raise UnknownDelegate
    return _item(row)


def get_etag(session: Session, place: UUID) -> str:
    """Names the state of a place: its person and the version of their facts. Raises UnknownDelegate."""
    query = select(people.c.id, people.c.version).join(places, places.c.person_id == people.c.id)
    row = session.execute(query.where(places.c.id == place)).one_or_none()
    if row is None:
        raise UnknownDelegate
    return f"{row.id.hex}-{row.version}"


def conference_of(session: Session, place: UUID) -> str:
    """The key of the conference. Raises UnknownDelegate."""
    query = select(conferences.c.key).join(places, places.c.conference_id == conferences.c.id)
    key: str | None = session.execute(query.where(places.c.id == place)).scalar_one_or_none()
    if key is None:
        raise UnknownDelegate
    return key


def _joined() -> FromClause:
    group_now = (
        (plan_groups.c.plan_id == _PLAN)
        & (plan_groups.c.option == OPTION)
        & (plan_groups.c.group_id == places.c.group_id)
    )
    unit_now = (plan_units.c.plan_id == _PLAN) & (plan_units.c.unit_id == places.c.unit_id)
    site_now = (layout_sites.c.layout_id == LAYOUT) & (layout_sites.c.site_id == _SITE_NOW)
    answered = (
        (answers.c.person_id == places.c.person_id)
        & (answers.c.site_id == _SITE_NOW)
        & (answers.c.starts_at == _MOMENT)
    )
    return (
        all_places()
        .outerjoin(people, people.c.id == places.c.person_id)
        .outerjoin(groups, groups.c.id == places.c.group_id)
        .outerjoin(units, units.c.id == places.c.unit_id)
        .outerjoin(sites, sites.c.id == _SITE_NOW)
        .outerjoin(plan_groups, group_now)
        .outerjoin(plan_units, unit_now)
        .outerjoin(layout_sites, site_now)
        .outerjoin(answers, answered)
    )


_SHOWN = (
    select(
        places.c.id,
        places.c.person_id.label("person"),
        groups.c.key.label("group"),
        func.coalesce(plan_groups.c.name, groups.c.name).label("group_name"),
        units.c.key.label("unit"),
        func.coalesce(plan_units.c.name, units.c.name).label("unit_name"),
        places.c.ordinal,
        people.c.name,
        people.c.position,
        people.c.phone,
        people.c.email,
        sites.c.key.label("site"),
        layout_sites.c.name.label("site_name"),
        STATUS.label("status"),
        answers.c.answer,
        places.c.special,
    )
    .select_from(_joined())
    .where(places.c.person_id.is_not(None))
)


def _read_page(
    session: Session, view: View, filters: Filters, limit: int, after: Position | None
) -> tuple[list[dict[str, Any]], Position | None]:
    """First which places, from few tables; then what there is to show of them."""
    found = candidates(view, filters).subquery("found")
    query = select(found).order_by(found.c.sort_key, found.c.id).limit(limit + 1)
    if after is not None:
        start = tuple_(literal(after[0], places.c.sort_key.type), literal(after[1], Uuid()))
        query = query.where(tuple_(found.c.sort_key, found.c.id) > start)
    rows = session.execute(query, view.parameters()).all()
    shown = rows[:limit]
    following = (shown[-1].sort_key, shown[-1].id) if len(rows) > limit else None
    wanted = _SHOWN.where(places.c.id.in_([row.id for row in shown]))
    items = {row["id"]: _item(row) for row in session.execute(wanted, view.parameters()).mappings()}
    return [items[row.id] for row in shown if row.id in items], following


def _item(row: Any) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}

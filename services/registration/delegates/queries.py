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
    Select,
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
from services.registration.people.model import UnknownDelegate
from services.registration.people.placement import (
    CONFERENCE,
    COUNTS,
    LAYOUT,
    OPTION,
    SITE,
    STATUS,
    all_places,
    of_conference,
)
from services.registration.people.tables import overrides, people, places
from services.registration.plan.model import View
from services.registration.plan.tables import (
    conferences,
    groups,
    layout_sites,
    plan_groups,
    plan_units,
    routes,
    sites,
    units,
)
from shared.vietnamese import search_key

MOST_FOUND = 10_000
"""A search counts no further."""

_PLAN = bindparam("plan", type_=Integer)
_MOMENT = bindparam("moment", type_=String)
_SITE_NOW: ColumnElement[int | None] = case((COUNTS, SITE))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; keys of site, group and unit, None for all."""

    q: str | None = None
    site: str | None = None
    group: str | None = None
    unit: str | None = None
    status: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `after` leads on to the next one, None at the end."""

    items: list[dict[str, Any]]
    total: int
    after: tuple[str, UUID] | None


def list_delegates(
    session: Session,
    view: View,
    filters: Filters,
    *,
    limit: int,
    after: tuple[str, UUID] | None = None,
    total: int | None = None,
) -> Page:
    """Named places in the order of names. `total` of an earlier page is not counted again."""
    if total is None:
        total = count_delegates(session, view, filters)
    query = _ordered(filters).limit(limit + 1)
    if after is not None:
        start = tuple_(literal(after[0], places.c.sort_key.type), literal(after[1], Uuid()))
        query = query.where(tuple_(places.c.sort_key, places.c.id) > start)
    rows = session.execute(query, view.parameters()).mappings().all()
    shown = rows[:limit]
    following = (shown[-1]["sort_key"], shown[-1]["id"]) if len(rows) > limit else None
    return Page([_item(row) for row in shown], total, following)


def count_delegates(session: Session, view: View, filters: Filters) -> int:
    found = _filtered(select(places.c.id), filters)
    if filters.q:
        found = found.limit(MOST_FOUND)
    query = select(func.count()).select_from(found.subquery())
    return session.execute(query, view.parameters()).scalar_one()


def stream_delegates(session: Session, view: View, filters: Filters) -> Iterator[dict[str, Any]]:
    """All of them, a few thousand rows in memory at a time."""
    query = _ordered(filters).execution_options(yield_per=2_000)
    return (_item(row) for row in session.execute(query, view.parameters()).mappings())


def get_delegate(session: Session, view: View, place: UUID) -> dict[str, Any]:
    """One named place. Raises UnknownDelegate."""
    query = _narrowed(_SHOWN, Filters()).where(places.c.id == place)
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
    # Outer joins on unique keys: whatever a count does not need, the planner leaves out.
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


_JOINED = _joined()

_SHOWN = select(
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
    places.c.sort_key,
)


def _ordered(filters: Filters) -> Select[Any]:
    return _filtered(_SHOWN, filters).order_by(places.c.sort_key, places.c.id)


def _filtered(query: Select[Any], filters: Filters) -> Select[Any]:
    return _narrowed(query, filters).where(of_conference())


def _narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    query = query.select_from(_JOINED).where(places.c.person_id.is_not(None))
    for clause in _clauses(filters):
        query = query.where(clause)
    return query


def _clauses(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.group is not None:
        yield places.c.group_id == _number_of(groups, filters.group)
    if filters.unit is not None:
        yield places.c.unit_id == _number_of(units, filters.unit)
    if filters.q:
        yield places.c.search_key.contains(search_key(filters.q), autoescape=True)
    if filters.site is not None:
        yield from _at_site(_number_of(sites, filters.site))
    if filters.status is not None:
        yield STATUS.in_([filters.status])
    if filters.answer == "unanswered":
        yield COUNTS & answers.c.answer.is_(None)
    elif filters.answer is not None:
        yield answers.c.answer == filters.answer


def _at_site(site: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
    """The candidates by the site's index first: those with a route there, and those put there."""
    routed = (
        select(places.c.id)
        .select_from(routes.join(places, _same_row()))
        .where(routes.c.layout_id == LAYOUT, routes.c.site_id == site, of_conference())
    )
    moved = (
        select(places.c.id)
        .join(overrides, overrides.c.person_id == places.c.person_id)
        .where(overrides.c.site_id == site, overrides.c.option == OPTION)
    )
    yield places.c.id.in_(routed.correlate(None).union_all(moved.correlate(None)))
    yield site == _SITE_NOW


def _same_row() -> ColumnElement[bool]:
    return (routes.c.unit_id == places.c.unit_id) & (routes.c.group_id == places.c.group_id)


def _number_of(table: Any, key: str) -> ColumnElement[int]:
    of_key = (table.c.conference_id == CONFERENCE) & (table.c.key == key)
    number = select(table.c.id).where(of_key)
    return number.correlate(None).scalar_subquery()


def _item(row: Any) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name != "sort_key"}

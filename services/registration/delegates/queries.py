"""Delegates as lists show them: every named place with where its person sits in one revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Integer, Select, String, Uuid, bindparam, func, literal, select, tuple_

from services.registration.answers.tables import answers
from services.registration.answers.waiting import positions
from services.registration.delegates.filters import Filters, candidates
from services.registration.delegates.tables import substitutions
from services.registration.door.tables import check_ins
from services.registration.people.model import UnknownDelegate
from services.registration.people.placement import LAYOUT, OPTION, SITE_NOW, STATUS, all_places
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
from shared.storage.session import Session

MOST_FOUND = 10_000
"""A search counts no further."""

Position = tuple[str, UUID]
"""Sort key and id of the last place of a page."""

_CHUNK = 2_000
_PLAN = bindparam("plan", type_=Integer)
_MOMENT = bindparam("moment", type_=String)


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
    query = _ordered(view, filters, after, few=total < MOST_FOUND)
    items, following = _read_page(session, view, query, limit)
    return Page(items, total, following)


def count_delegates(session: Session, view: View, filters: Filters) -> int:
    found = candidates(view, filters)
    if filters.q:
        found = found.limit(MOST_FOUND)
    query = select(func.count()).select_from(found.subquery())
    count: int = session.execute(query, view.parameters()).scalar_one()
    return count


def stream_delegates(session: Session, view: View, filters: Filters) -> Iterator[dict[str, Any]]:
    """All of them: found once, shown a few thousand at a time, and no more of them are in memory."""
    found = session.execute(
        _ordered(view, filters), view.parameters(), execution_options={"yield_per": _CHUNK}
    )
    for part in found.partitions():
        ids = [row.id for row in part]
        items = {item["id"]: item for item in _show(session, view, ids)}
        yield from (items[place] for place in ids if place in items)


def get_delegate(session: Session, view: View, place: UUID) -> dict[str, Any]:
    """One named place. Raises UnknownDelegate."""
    items = _show(session, view, [place])
    if not items:
        raise UnknownDelegate
    return items[0]


def list_substitutions(session: Session, place: UUID) -> list[dict[str, Any]]:
    """Who had the place before, the first one first."""
    former, substitute = people.alias("former"), people.alias("substitute")
    query = (
        select(
            substitutions.c.from_person.label("person"),
            former.c.name,
            substitutions.c.to_person.label("substitute"),
            substitute.c.name.label("substitute_name"),
            substitutions.c.at,
            substitutions.c.by,
            substitutions.c.reason,
        )
        .join(former, former.c.id == substitutions.c.from_person)
        .join(substitute, substitute.c.id == substitutions.c.to_person)
        .where(substitutions.c.place_id == place)
        .order_by(substitutions.c.id)
    )
    return [{str(name): value for name, value in row.items()} for row in session.execute(query).mappings()]


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


def _now() -> CTE:
    """The places asked for with their site and status; worked out once, before the names are joined."""
    query = (
        select(places, SITE_NOW.label("site_id"), STATUS.label("status"))
        .select_from(all_places())
        .where(places.c.id.in_(bindparam("ids", expanding=True)), places.c.person_id.is_not(None))
    )
    return query.cte("now").prefix_with("MATERIALIZED")


def _shown() -> Select[Any]:
    now = _now()
    group_now = (
        (plan_groups.c.plan_id == _PLAN)
        & (plan_groups.c.option == OPTION)
        & (plan_groups.c.group_id == now.c.group_id)
    )
    unit_now = (plan_units.c.plan_id == _PLAN) & (plan_units.c.unit_id == now.c.unit_id)
    site_now = (layout_sites.c.layout_id == LAYOUT) & (layout_sites.c.site_id == now.c.site_id)
    answered = (
        (answers.c.person_id == now.c.person_id)
        & (answers.c.site_id == now.c.site_id)
        & (answers.c.starts_at == _MOMENT)
    )
    came = (
        (check_ins.c.person_id == now.c.person_id)
        & (check_ins.c.site_id == now.c.site_id)
        & (check_ins.c.starts_at == _MOMENT)
        & ~check_ins.c.undone
    )
    joined = (
        now.join(people, people.c.id == now.c.person_id)
        .join(groups, groups.c.id == now.c.group_id)
        .join(units, units.c.id == now.c.unit_id)
        .outerjoin(sites, sites.c.id == now.c.site_id)
        .outerjoin(plan_groups, group_now)
        .outerjoin(plan_units, unit_now)
        .outerjoin(layout_sites, site_now)
        .outerjoin(answers, answered)
        .outerjoin(check_ins, came)
    )
    return select(
        now.c.id,
        now.c.person_id.label("person"),
        groups.c.key.label("group"),
        func.coalesce(plan_groups.c.name, groups.c.name).label("group_name"),
        units.c.key.label("unit"),
        func.coalesce(plan_units.c.name, units.c.name).label("unit_name"),
        now.c.ordinal,
        people.c.name,
        people.c.position,
        people.c.phone,
        people.c.email,
        sites.c.key.label("site"),
        layout_sites.c.name.label("site_name"),
        now.c.status,
        answers.c.answer,
        answers.c.note,
        check_ins.c.at.label("checked_in_at"),
        now.c.special,
    ).select_from(joined)


_SHOWN = _shown()


def _read_page(
    session: Session, view: View, query: Select[Any], limit: int
) -> tuple[list[dict[str, Any]], Position | None]:
    """First which places, from few tables; then what there is to show of them."""
    rows = session.execute(query.limit(limit + 1), view.parameters()).all()
    shown = rows[:limit]
    following = (shown[-1].sort_key, shown[-1].id) if len(rows) > limit else None
    items = {item["id"]: item for item in _show(session, view, [row.id for row in shown])}
    return [items[row.id] for row in shown if row.id in items], following


def _ordered(view: View, filters: Filters, after: Position | None = None, *, few: bool = True) -> Select[Any]:
    """Id and sort key of the places found, in the order of names; `few`: of a search, that it finds few."""
    found = candidates(view, filters).cte("found")
    if filters.about_placement or (filters.q and few):
        # Else few finds among many names would be looked for by walking through all names in their order.
        found = found.prefix_with("MATERIALIZED")
    query = select(found).order_by(found.c.sort_key, found.c.id)
    if after is not None:
        start = tuple_(literal(after[0], places.c.sort_key.type), literal(after[1], Uuid()))
        query = query.where(tuple_(found.c.sort_key, found.c.id) > start)
    return query


def _show(session: Session, view: View, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    rows = session.execute(_SHOWN, {**view.parameters(), "ids": ids}).mappings()
    items = [{str(name): value for name, value in row.items()} for row in rows]
    waiting = [item["person"] for item in items if item["answer"] == "waiting"]
    found = positions(session, view, waiting) if waiting else {}
    return [{**item, "waiting": found.get(item["person"], (None, 0))[0]} for item in items]

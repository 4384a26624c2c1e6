"""The read side of nominations: lists in the order of the annex, and how much of the quota is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, case, func, literal, select, tuple_

from services.awards.nominations.model import ACTIVE, LARGEST, STATES, UnknownNomination
from services.awards.nominations.tables import nominations, reviews
from services.awards.quotas.model import KINDS
from services.awards.quotas.queries import Plan, slots_of
from services.awards.quotas.tables import plan_units
from shared.names import search_key
from shared.storage.session import Session

_CHUNK = 2_000
Position = tuple[int, str, str, int, int]
"""Where a nomination stands in the order of the annex."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; "" for all."""

    unit: str = ""
    kind: str = ""
    state: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `after` leads on to the next one, None at the end."""

    items: list[dict[str, Any]]
    total: int
    after: Position | None


def list_nominations(
    session: Session, plan: Plan, filters: Filters, *, limit: int, after: Position | None = None
) -> Page:
    total = session.execute(
        select(func.count()).select_from(_narrowed(select(nominations.c.seq), plan, filters).subquery())
    ).scalar_one()
    items, following = _read_page(session, plan, filters, limit, after)
    return Page(items, total, following)


def stream_nominations(session: Session, plan: Plan, filters: Filters) -> Iterator[dict[str, Any]]:
    """All of them, page by page."""
    after: Position | None = None
    while True:
        items, after = _read_page(session, plan, filters, _CHUNK, after)
        yield from items
        if after is None:
            return


def get_nomination(session: Session, nomination: UUID) -> RowMapping:
    """Raises UnknownNomination."""
    row = session.execute(select(nominations).where(nominations.c.id == nomination)).mappings().one_or_none()
    if row is None:
        raise UnknownNomination
    return row


def reviews_of(session: Session, nomination: UUID) -> list[RowMapping]:
    """What reviewers said, the newest first."""
    query = select(reviews).where(reviews.c.nomination == nomination).order_by(reviews.c.version.desc())
    return list(session.execute(query).mappings())


def use_of_quota(session: Session, plan: Plan, unit: str | None = None) -> list[dict[str, Any]]:
    """Per unit and kind, in the order of the annex: the quota, what is proposed and approved, what is left.

    `beyond` counts the nominations that go beyond the quota with a recorded reason.
    """
    found = _counted(session, plan.conference, unit)
    quotas = {(slots.unit, slots.kind): slots.count for slots in slots_of(session, plan)}
    known = {*quotas, *((key[0], key[1]) for key in found)}
    units = [*plan.names, *sorted({one for one, _ in known} - plan.names.keys())]
    return [
        _usage(plan, key, kind, quotas.get((key, kind), 0), found)
        for key in units
        for kind in KINDS
        if (key, kind) in known and unit in (None, key)
    ]


def used_slots(
    session: Session, conference: str, unit: str, kind: str, *, leaving_out: UUID | None = None
) -> int:
    """How many active nominations use the unit's quota of that kind."""
    query = select(func.count()).where(
        nominations.c.conference == conference,
        nominations.c.unit == unit,
        nominations.c.kind == kind,
        nominations.c.state.in_(ACTIVE),
        nominations.c.override_reason.is_(None),
    )
    if leaving_out is not None:
        query = query.where(nominations.c.id != leaving_out)
    return int(session.execute(query).scalar_one())


def annex_order(plan: Plan) -> tuple[Any, ...]:
    """The province first, then units in plan order; collectives first; as wished, then as they came."""
    position = case((plan_units.c.key == plan.organiser, -1), else_=plan_units.c.position)
    return (
        func.coalesce(position, LARGEST),
        nominations.c.unit,
        nominations.c.kind,
        func.coalesce(nominations.c.rank, LARGEST),
        nominations.c.seq,
    )


def in_plan(plan: Plan) -> Any:
    """Nominations joined with their unit in the plan version."""
    of_unit = (
        (plan_units.c.conference == nominations.c.conference)
        & (plan_units.c.version == plan.version)
        & (plan_units.c.key == nominations.c.unit)
    )
    return nominations.outerjoin(plan_units, of_unit)


def shown(row: Any, plan: Plan) -> dict[str, Any]:
    """A nomination as lists show it."""
    names = ("id", "unit", "kind", "name", "representative", "position", "achievement", "override_reason")
    item = {name: row[name] for name in (*names, "state", "version", "created_at", "created_by")}
    return {**item, "unit_name": plan.name_of(row["unit"]), "order": row["rank"]}


def _read_page(
    session: Session, plan: Plan, filters: Filters, limit: int, after: Position | None
) -> tuple[list[dict[str, Any]], Position | None]:
    order = [column.label(f"order_{place}") for place, column in enumerate(annex_order(plan))]
    query = select(nominations, *order).select_from(in_plan(plan))
    query = _narrowed(query, plan, filters).order_by(*annex_order(plan)).limit(limit + 1)
    if after is not None:
        query = query.where(tuple_(*annex_order(plan)) > tuple_(*(literal(value) for value in after)))
    rows = session.execute(query).mappings().all()
    items = [shown(row, plan) for row in rows[:limit]]
    if len(rows) <= limit:
        return items, None
    last = rows[limit - 1]
    return items, tuple(last[f"order_{place}"] for place in range(5))


def _narrowed(query: Select[Any], plan: Plan, filters: Filters) -> Select[Any]:
    columns = nominations.c
    query = query.where(columns.conference == plan.conference)
    wanted = {columns.unit: filters.unit, columns.kind: filters.kind, columns.state: filters.state}
    for column, value in wanted.items():
        query = query.where(column == value) if value else query
    if filters.q:
        query = query.where(columns.search_key.contains(search_key(filters.q), autoescape=True))
    return query


def _counted(session: Session, conference: str, unit: str | None) -> Counter[tuple[str, str, str, bool]]:
    beyond = nominations.c.override_reason.is_not(None)
    columns = (nominations.c.unit, nominations.c.kind, nominations.c.state, beyond)
    query = select(*columns, func.count()).where(nominations.c.conference == conference).group_by(*columns)
    if unit is not None:
        query = query.where(nominations.c.unit == unit)
    return Counter({(row[0], row[1], row[2], bool(row[3])): row[4] for row in session.execute(query)})


def _usage(plan: Plan, unit: str, kind: str, quota: int, found: Counter[Any]) -> dict[str, Any]:
    states = {state: found[(unit, kind, state, False)] + found[(unit, kind, state, True)] for state in STATES}
    used = sum(found[(unit, kind, state, False)] for state in ACTIVE)
    beyond = sum(found[(unit, kind, state, True)] for state in ACTIVE)
    figures = {"quota": quota, "used": used, "left": max(0, quota - used), "beyond": beyond}
    return {"unit": unit, "unit_name": plan.name_of(unit), "kind": kind, **figures, **states}

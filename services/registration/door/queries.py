"""Who stands at the door, and who came so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, Subquery, bindparam, func, select

from services.registration.door.model import Guest, Item
from services.registration.door.statements import READ_GUESTS
from services.registration.door.tables import check_ins
from services.registration.people.placement import LAYOUT, SEATED, seated_at
from services.registration.people.tables import people, places
from services.registration.plan.model import KEY, UnknownConference, View
from services.registration.plan.tables import groups, layout_sites, sites, units
from shared.storage.session import Session
from shared.storage.upsert import dialect_of

_MOMENT = bindparam("moment", type_=String)


@dataclass(frozen=True, slots=True)
class Door:
    """The conference as a door sees it; `revision` None: nothing is decided. `taken_back`: items undone."""

    revision: int | None
    moment: str
    closed_at: datetime | None
    guests: list[Guest]
    taken_back: frozenset[UUID]


def read_door(session: Session, conference: str, items: Sequence[Item]) -> Door:
    """Those whom the items may mean. Raises UnknownConference."""
    if not KEY.fullmatch(conference):
        raise UnknownConference(conference)
    asked = {
        "key": conference,
        "places": [item.place for item in items if item.place is not None],
        "persons": [item.person for item in items if item.person is not None],
        "items": [item.id for item in items],
    }
    rows = session.execute(READ_GUESTS[dialect_of(session)], asked).all()
    if not rows:
        raise UnknownConference(conference)
    guests = {row.place: Guest(*row[4:-1]) for row in rows if row.place is not None}
    taken_back = frozenset(row.taken_back for row in rows if row.taken_back is not None)
    return Door(rows[0].revision, rows[0].moment or "", rows[0].closed_at, list(guests.values()), taken_back)


def checked_in(seated: Subquery) -> ColumnElement[bool]:
    """Joins `seated` with the check-ins of those who are where they are seated."""
    return (
        (check_ins.c.person_id == seated.c.person_id)
        & (check_ins.c.site_id == seated.c.site_id)
        & (check_ins.c.starts_at == _MOMENT)
        & ~check_ins.c.undone
    )


def count_present(session: Session, view: View, site: str | None, unit: str | None) -> dict[str, int]:
    """How many are named and how many came: at one site and of one unit, or altogether."""
    seated = SEATED if site is None else seated_at(_number_of(view, sites, site))
    query = select(func.count().label("named"), func.count(check_ins.c.person_id).label("checked_in"))
    query = query.select_from(seated.outerjoin(check_ins, checked_in(seated)))
    if unit is not None:
        query = query.where(seated.c.unit_id == _number_of(view, units, unit))
    row = session.execute(query, view.parameters()).one()
    return {"named": row.named, "checked_in": row.checked_in}


def list_latest(
    session: Session, view: View, site: str | None, unit: str | None, limit: int
) -> list[dict[str, Any]]:
    """Who was checked in last."""
    query = _LATEST
    if site is not None:
        query = query.where(check_ins.c.site_id == _number_of(view, sites, site))
    if unit is not None:
        query = query.where(places.c.unit_id == _number_of(view, units, unit))
    rows = session.execute(query.limit(limit), view.parameters()).mappings()
    return [{str(name): value for name, value in row.items()} for row in rows]


def _number_of(view: View, table: Any, key: str) -> Any:
    of_key = (table.c.conference_id == view.conference_id) & (table.c.key == key)
    return select(table.c.id).where(of_key).correlate(None).scalar_subquery()


def _latest() -> Select[Any]:
    joined = (
        check_ins.join(
            layout_sites,
            (layout_sites.c.layout_id == LAYOUT) & (layout_sites.c.site_id == check_ins.c.site_id),
        )
        .join(sites, sites.c.id == check_ins.c.site_id)
        .join(people, people.c.id == check_ins.c.person_id)
        .join(places, places.c.id == check_ins.c.place_id)
        .join(units, units.c.id == places.c.unit_id)
        .join(groups, groups.c.id == places.c.group_id)
    )
    return (
        select(
            check_ins.c.place_id.label("place"),
            check_ins.c.person_id.label("person"),
            people.c.name,
            people.c.position,
            groups.c.name.label("group_name"),
            units.c.name.label("unit_name"),
            sites.c.key.label("site"),
            layout_sites.c.name.label("site_name"),
            check_ins.c.at,
        )
        .select_from(joined)
        .where(check_ins.c.starts_at == _MOMENT, ~check_ins.c.undone)
        .order_by(check_ins.c.at.desc(), check_ins.c.person_id)
    )


_LATEST = _latest()

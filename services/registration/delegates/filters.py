"""Which places a list has: each filter starts from the table that it narrows most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Subquery, bindparam, exists, false, select

from services.registration.answers.tables import answers
from services.registration.door.queries import checked_in
from services.registration.people.placement import (
    CONFERENCE,
    COUNTS,
    HAS_ROUTE,
    SEATED,
    of_conference,
    seated_at,
)
from services.registration.people.tables import places
from services.registration.plan.model import View
from services.registration.plan.tables import groups, routes, sites, units
from shared.names import search_key

_MOMENT = bindparam("moment", type_=String)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; keys of site, group and unit, None for all."""

    q: str | None = None
    site: str | None = None
    group: str | None = None
    unit: str | None = None
    status: str | None = None
    answer: str | None = None
    checked_in: str | None = None

    @property
    def about_placement(self) -> bool:
        """Whether finding the places takes more than looking at the places."""
        return bool(self.site or self.status or self.answer or self.checked_in)


def candidates(view: View, filters: Filters) -> Select[Any]:
    """Id and sort key of the places found, bound to the view's parameters."""
    if filters.site or filters.answer or filters.checked_in or filters.status == "placed":
        seated = seated_at(_number_of(sites, filters.site)) if filters.site else SEATED
        return _narrowed(_seated(seated, filters), seated.c, filters)
    return _narrowed(_by_status(view, filters.status), places.c, filters)


def _seated(seated: Subquery, filters: Filters) -> Select[Any]:
    query = select(seated.c.id, seated.c.sort_key)
    if filters.status not in (None, "placed"):
        return query.where(false())
    came = exists().where(checked_in(seated))
    if filters.checked_in:
        query = query.where(came if filters.checked_in == "yes" else ~came)
    answered = (
        (answers.c.person_id == seated.c.person_id)
        & (answers.c.site_id == seated.c.site_id)
        & (answers.c.starts_at == _MOMENT)
    )
    if filters.answer == "unanswered":
        return query.where(~exists().where(answered))
    if filters.answer:
        return query.join(answers, answered).where(answers.c.answer == filters.answer)
    return query


def _by_status(view: View, status: str | None) -> Select[Any]:
    query = select(places.c.id, places.c.sort_key).where(of_conference(), places.c.person_id.is_not(None))
    decided = view.layout_id is not None
    if status is None or (status == "unplaced" and not decided):
        return query
    if status == "withdrawn" and decided:
        return query.where(~exists().where(HAS_ROUTE))
    if status == "elsewhere" and decided:
        return query.join(routes, HAS_ROUTE).where(places.c.special, ~COUNTS)
    return query.where(false())


def _narrowed(query: Select[Any], of: Any, filters: Filters) -> Select[Any]:
    if filters.group:
        query = query.where(of.group_id == _number_of(groups, filters.group))
    if filters.unit:
        query = query.where(of.unit_id == _number_of(units, filters.unit))
    if filters.q:
        query = query.where(of.search_key.contains(search_key(filters.q), autoescape=True))
    return query


def _number_of(table: Any, key: str) -> ColumnElement[int]:
    number = select(table.c.id).where(table.c.conference_id == CONFERENCE, table.c.key == key)
    return number.correlate(None).scalar_subquery()

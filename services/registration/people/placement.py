"""Where people sit: derived from places and one layout's routes, never stored.

Statements built from these parts are bound to `View.parameters()`: conference, layout, option.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
    union_all,
)

from services.registration.people.tables import overrides, places
from services.registration.plan.tables import layout_sites, routes

CONFERENCE = bindparam("conference", type_=Integer)
LAYOUT = bindparam("layout", type_=Integer)
OPTION = bindparam("option", type_=String)

_other = places.alias("other")
_other_route = routes.alias("other_route")
_open_sites = layout_sites.alias("open_sites")

HAS_ROUTE: ColumnElement[bool] = and_(
    routes.c.layout_id == LAYOUT,
    routes.c.unit_id == places.c.unit_id,
    routes.c.group_id == places.c.group_id,
    places.c.ordinal <= routes.c.seats,
)
"""The place exists in the layout; join `routes` on it."""

_BETTER: ColumnElement[bool] = exists().where(
    _other.c.special,
    _other.c.conference_id == places.c.conference_id,
    _other.c.person_id == places.c.person_id,
    _other_route.c.layout_id == LAYOUT,
    _other_route.c.unit_id == _other.c.unit_id,
    _other_route.c.group_id == _other.c.group_id,
    _other.c.ordinal <= _other_route.c.seats,
    tuple_(_other_route.c.precedence, _other.c.ordinal) < tuple_(routes.c.precedence, places.c.ordinal),
)

COUNTS: ColumnElement[bool] = and_(
    routes.c.layout_id.is_not(None), places.c.person_id.is_not(None), or_(~places.c.special, ~_BETTER)
)
"""The person counts here and not at another of their places."""

OVERRIDDEN: ColumnElement[bool] = and_(
    places.c.special,
    overrides.c.person_id == places.c.person_id,
    overrides.c.option == OPTION,
    exists().where(_open_sites.c.layout_id == LAYOUT, _open_sites.c.site_id == overrides.c.site_id),
)
"""The person was put elsewhere, and that site exists; outer-join `overrides` on it."""

SITE: ColumnElement[int] = func.coalesce(overrides.c.site_id, routes.c.site_id)

SITE_NOW: ColumnElement[int | None] = case((COUNTS, SITE))
"""The site at which the person of a place counts, if it is this place."""

STATUS: ColumnElement[str] = case(
    (LAYOUT == 0, "unplaced"),
    (routes.c.layout_id.is_(None), "withdrawn"),
    (COUNTS, "placed"),
    else_="elsewhere",
)


def all_places() -> FromClause:
    """Every place, with its route if the layout has one."""
    return places.outerjoin(routes, HAS_ROUTE).outerjoin(overrides, OVERRIDDEN)


_COLUMNS = (
    places.c.id,
    places.c.person_id,
    places.c.unit_id,
    places.c.group_id,
    places.c.search_key,
    places.c.sort_key,
)


def _many() -> Select[Any]:
    """Those of whom nothing is special, by plain joins.

    In one query with the conditions of the few, the many take seconds instead of milliseconds.
    """
    return (
        select(*_COLUMNS, routes.c.site_id)
        .select_from(routes.join(places, HAS_ROUTE))
        .where(of_conference(), places.c.person_id.is_not(None), ~places.c.special)
    )


def _few() -> Select[Any]:
    """The special ones, each at the place that counts."""
    return (
        select(*_COLUMNS, SITE.label("site_id"))
        .select_from(places.join(routes, HAS_ROUTE).outerjoin(overrides, OVERRIDDEN))
        .where(of_conference(), places.c.special, COUNTS)
    )


def seated_at(site: ColumnElement[int]) -> Subquery:
    """SEATED of one site. It costs what the site holds: the special ones are found from the site's routes
    and from those who were put there, not by looking at all of the conference."""
    routed = _few().where(routes.c.site_id == site, site == SITE)
    brought = _few().where(overrides.c.site_id == site, routes.c.site_id != site)
    return union_all(_many().where(routes.c.site_id == site), routed, brought).subquery("seated")


def of_conference() -> ColumnElement[Any]:
    return places.c.conference_id == CONFERENCE


SEATED = _many().union_all(_few()).subquery("seated")
"""Everyone whom the layout seats, exactly once, with their site."""

"""Who is affected by a switch, person by person: what the other services and the portal ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, select

from services.registration.people.placement import of_conference
from services.registration.people.tables import people, places
from services.registration.plan.tables import groups, routes, sites, units
from services.registration.switch.counting import NEW_LAYOUT, OLD_LAYOUT
from services.registration.switch.queries import Switch
from shared.storage.session import Session

CHANGES = ("added", "moved", "withdrawn")
_CHUNK = 2_000

_old = routes.alias("old")
_new = routes.alias("new")
_from_site = sites.alias("from_site")
_to_site = sites.alias("to_site")


def stream_placements(
    session: Session, switch: Switch, wanted: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Named places of the revision with former and present site; `wanted` may give group, unit, change.

    With change `withdrawn` those that the revision takes away, else only those that it has.
    """
    query = _PLACEMENTS.where(_condition(wanted.get("change")))
    if "group" in wanted:
        query = query.where(places.c.group_id == _number_of(switch, groups, wanted["group"]))
    if "unit" in wanted:
        query = query.where(places.c.unit_id == _number_of(switch, units, wanted["unit"]))
    rows = session.execute(query.execution_options(yield_per=_CHUNK), switch.parameters()).mappings()
    return ({str(name): value for name, value in row.items()} for row in rows)


def _condition(change: str | None) -> ColumnElement[bool]:
    is_old, is_new = _old.c.layout_id.is_not(None), _new.c.layout_id.is_not(None)
    conditions = {
        "added": and_(is_new, ~is_old),
        "withdrawn": and_(is_old, ~is_new),
        "moved": _new.c.site_id != _old.c.site_id,
    }
    return conditions[change] if change else is_new


def _has(route: Any, layout: Any) -> ColumnElement[bool]:
    return and_(
        route.c.layout_id == layout,
        route.c.unit_id == places.c.unit_id,
        route.c.group_id == places.c.group_id,
        places.c.ordinal <= route.c.seats,
    )


def _number_of(switch: Switch, table: Any, key: str) -> ColumnElement[int]:
    of_key = (table.c.conference_id == switch.view.conference_id) & (table.c.key == key)
    return select(table.c.id).where(of_key).correlate(None).scalar_subquery()


def _placements() -> Select[Any]:
    change = case(
        (_old.c.layout_id.is_(None), "added"),
        (_new.c.layout_id.is_(None), "withdrawn"),
        (_old.c.site_id != _new.c.site_id, "moved"),
        else_="kept",
    )
    joined = (
        places.join(people, people.c.id == places.c.person_id)
        .join(groups, groups.c.id == places.c.group_id)
        .join(units, units.c.id == places.c.unit_id)
        .outerjoin(_old, _has(_old, OLD_LAYOUT))
        .outerjoin(_new, _has(_new, NEW_LAYOUT))
        .outerjoin(_from_site, _from_site.c.id == _old.c.site_id)
        .outerjoin(_to_site, _to_site.c.id == _new.c.site_id)
    )
    return (
        select(
            places.c.id,
            places.c.person_id.label("person"),
            groups.c.key.label("group"),
            units.c.key.label("unit"),
            places.c.ordinal,
            people.c.name,
            people.c.position,
            _from_site.c.key.label("from_site"),
            _to_site.c.key.label("site"),
            change.label("change"),
        )
        .select_from(joined)
        .where(of_conference())
        .order_by(places.c.unit_id, places.c.group_id, places.c.ordinal)
    )


_PLACEMENTS = _placements()

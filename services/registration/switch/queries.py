"""A switch beforehand and afterwards: counts, and changes by group and site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, func, select

from services.registration.people.placement import OPTION
from services.registration.people.tables import places
from services.registration.plan.model import View
from services.registration.plan.tables import groups, layout_sites, plan_groups, sites
from services.registration.switch.counting import (
    BOTH,
    CHANGED,
    NAMED,
    NAMED_IN_ROW,
    PLACES,
)
from shared.revisions.following import Counts, get_revision
from shared.storage.session import Session

MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class Switch:
    """A revision and what it is measured from."""

    view: View
    base: int | None
    base_layout_id: int | None

    def parameters(self) -> dict[str, object]:
        layouts = {"old_layout": self.base_layout_id or 0, "new_layout": self.view.layout_id or 0}
        return {**self.view.parameters(), **layouts}


def get_switch(session: Session, view: View) -> Switch:
    """What the view's revision changes, or changed, from its base."""
    if view.revision is None:
        return Switch(view, None, None)
    revision = get_revision(session, view.conference, view.revision)
    return Switch(view, revision.base, revision.base_layout_id)


def count_changes(session: Session, switch: Switch) -> Counts:
    """The figures of a preview, relative to the base."""
    found: Counts = {}
    for statement in (_PLACE_COUNTS, _NAMED_COUNTS):
        row = session.execute(statement, switch.parameters()).mappings().one()
        found |= {name: int(value or 0) for name, value in row.items()}
    return found


def list_changes(session: Session, switch: Switch) -> list[dict[str, Any]]:
    """Lines by group, former and new site, in plan order; at most MOST_LINES of them. Persons are counted
    by line only where all lines are shown."""
    found = session.execute(_PLACE_LINES, switch.parameters()).mappings().all()
    counted = session.execute(_NAMED_LINES, switch.parameters()) if len(found) < MOST_LINES else ()
    named = {tuple(row)[:3]: row for row in counted}
    unknown = 0 if len(found) < MOST_LINES else None
    lines = []
    for row in found:
        line = dict(row)
        key = (line.pop("group_id"), line.pop("old_site"), line.pop("new_site"))
        lines.append(line | {name: getattr(named.get(key), name, unknown) for name in _NAMED_CHANGES})
    return lines


def list_groups(session: Session, switch: Switch) -> list[dict[str, Any]]:
    """All changes summed up by group, and by whether its places come, move or go; in plan order."""
    counted = session.execute(_NAMED_GROUPS, switch.parameters())
    named = {(row.group_id, bool(row.comes), bool(row.goes)): row for row in counted}
    found = []
    for row in session.execute(_PLACE_GROUPS, switch.parameters()).mappings():
        line = dict(row)
        key = (line.pop("group_id"), bool(line.pop("comes")), bool(line.pop("goes")))
        found.append(line | {name: getattr(named.get(key), name, 0) for name in _NAMED_CHANGES})
    return found


_NAMED_CHANGES = tuple(name for name in NAMED if name != "named")
_PLACE_COUNTS = select(*(func.sum(figure).label(name) for name, figure in PLACES.items())).select_from(BOTH)

_NAMED_COUNTS = select(
    *(func.count().filter(place).label(name) for name, place in NAMED.items())
).select_from(BOTH.join(places, NAMED_IN_ROW))

_LINE = (BOTH.c.group_id, BOTH.c.old_site, BOTH.c.new_site)
_SLOT = (BOTH.c.group_id, BOTH.c.old_site.is_(None).label("comes"), BOTH.c.new_site.is_(None).label("goes"))


def _named_by(columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    figures = (func.count().filter(NAMED[name]).label(name) for name in _NAMED_CHANGES)
    query = select(*columns, *figures).select_from(BOTH.join(places, NAMED_IN_ROW))
    return query.where(CHANGED).group_by(*columns)


_NAMED_LINES = _named_by(_LINE)
_NAMED_GROUPS = _named_by(_SLOT)


def _places_by(columns: Sequence[ColumnElement[Any]], *sites_of: ColumnElement[Any]) -> Subquery:
    figures = (func.sum(figure).label(name) for name, figure in PLACES.items() if name != "places")
    query = select(*columns, *sites_of, func.count().label("units"), *figures)
    return query.where(CHANGED).group_by(*columns).subquery("lines")


def _in_plan_order(lines: Subquery, *columns: ColumnElement[Any]) -> Select[Any]:
    """Lines with the names of their group and of the sites `old_site` and `new_site`."""
    from_now, to_now = layout_sites.alias("from_now"), layout_sites.alias("to_now")
    group_now = (
        (plan_groups.c.plan_id == bindparam("plan"))
        & (plan_groups.c.option == OPTION)
        & (plan_groups.c.group_id == lines.c.group_id)
    )
    old = (from_now.c.layout_id == bindparam("old_layout")) & (from_now.c.site_id == lines.c.old_site)
    new = (to_now.c.layout_id == bindparam("new_layout")) & (to_now.c.site_id == lines.c.new_site)
    from_site, to_site = sites.alias("from_site"), sites.alias("to_site")
    joined = (
        lines.join(groups, groups.c.id == lines.c.group_id)
        .outerjoin(plan_groups, group_now)
        .outerjoin(from_site, from_site.c.id == lines.c.old_site)
        .outerjoin(to_site, to_site.c.id == lines.c.new_site)
        .outerjoin(from_now, old)
        .outerjoin(to_now, new)
    )
    order = (
        func.coalesce(plan_groups.c.position, 1_000_000),
        groups.c.id,
        from_now.c.position,
        to_now.c.position,
    )
    return (
        select(
            *columns,
            groups.c.key.label("group"),
            func.coalesce(plan_groups.c.name, groups.c.name).label("group_name"),
            from_site.c.key.label("from_site"),
            from_now.c.name.label("from_site_name"),
            to_site.c.key.label("site"),
            to_now.c.name.label("site_name"),
        )
        .select_from(joined)
        .order_by(*order)
        .limit(MOST_LINES)
    )


def _place_lines() -> Select[Any]:
    lines = _places_by(_LINE)
    return _in_plan_order(lines, *lines.c)


def _place_groups() -> Select[Any]:
    """The sites are the first ones by number, beside how many there are."""
    lines = _places_by(
        _SLOT,
        func.min(BOTH.c.old_site).label("old_site"),
        func.count(BOTH.c.old_site.distinct()).label("from_sites"),
        func.min(BOTH.c.new_site).label("new_site"),
        func.count(BOTH.c.new_site.distinct()).label("sites"),
    )
    return _in_plan_order(lines, *(c for c in lines.c if c.name not in ("old_site", "new_site")))


_PLACE_LINES = _place_lines()
_PLACE_GROUPS = _place_groups()

"""A switch beforehand and afterwards: counts, and changes by group and site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

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

MOST_LINES = 5_000


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
    """Lines by group, former and new site, in plan order; at most MOST_LINES of them."""
    named = {tuple(row)[:3]: row for row in session.execute(_NAMED_LINES, switch.parameters())}
    lines = []
    for row in session.execute(_PLACE_LINES, switch.parameters()).mappings():
        line = dict(row)
        key = (line.pop("group_id"), line.pop("old_site"), line.pop("new_site"))
        persons = named.get(key)
        figures = {name: getattr(persons, name, 0) or 0 for name in NAMED if name != "named"}
        lines.append(line | figures)
    return lines


_PLACE_COUNTS = select(*(func.sum(figure).label(name) for name, figure in PLACES.items())).select_from(BOTH)

_NAMED_COUNTS = select(
    *(func.count().filter(place).label(name) for name, place in NAMED.items())
).select_from(BOTH.join(places, NAMED_IN_ROW))

_NAMED_LINES = (
    select(
        BOTH.c.group_id,
        BOTH.c.old_site,
        BOTH.c.new_site,
        *(func.count().filter(place).label(name) for name, place in NAMED.items() if name != "named"),
    )
    .select_from(BOTH.join(places, NAMED_IN_ROW))
    .where(CHANGED)
    .group_by(BOTH.c.group_id, BOTH.c.old_site, BOTH.c.new_site)
)


def _place_lines() -> Select[Any]:
    lines = (
        select(
            BOTH.c.group_id,
            BOTH.c.old_site,
            BOTH.c.new_site,
            func.count().label("units"),
            *(func.sum(figure).label(name) for name, figure in PLACES.items() if name != "places"),
        )
        .where(CHANGED)
        .group_by(BOTH.c.group_id, BOTH.c.old_site, BOTH.c.new_site)
        .subquery("lines")
    )
    from_site, to_site = sites.alias("from_site"), sites.alias("to_site")
    from_now = layout_sites.alias("from_now")
    to_now = layout_sites.alias("to_now")
    group_now = (
        (plan_groups.c.plan_id == bindparam("plan"))
        & (plan_groups.c.option == OPTION)
        & (plan_groups.c.group_id == lines.c.group_id)
    )
    old = (from_now.c.layout_id == bindparam("old_layout")) & (from_now.c.site_id == lines.c.old_site)
    new = (to_now.c.layout_id == bindparam("new_layout")) & (to_now.c.site_id == lines.c.new_site)
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
            lines,
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


_PLACE_LINES = _place_lines()

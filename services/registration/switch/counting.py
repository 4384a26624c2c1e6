"""What a switch changes, counted by the database in one pass over routes and one over places.

Per (group, unit), with n old and m new seats: added max(0, m - n), withdrawn max(0, n - m), and
min(n, m) moved when the site differs. The same over named places, where the ordinal tells.
"""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Integer,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from services.registration.people.placement import CONFERENCE
from services.registration.people.tables import places
from services.registration.plan.tables import routes

OLD_LAYOUT = bindparam("old_layout", type_=Integer)
NEW_LAYOUT = bindparam("new_layout", type_=Integer)


def _both_layouts() -> Subquery:
    """One row per (unit, group) of either layout; no site and no seats where it has no route.

    Two outer joins, because SQLite looks through all of one side for each row of the other in a full join.
    """
    old, new = routes.alias("old"), routes.alias("new")
    same_row = and_(old.c.unit_id == new.c.unit_id, old.c.group_id == new.c.group_id)
    of_new = (
        select(
            new.c.unit_id,
            new.c.group_id,
            old.c.site_id.label("old_site"),
            new.c.site_id.label("new_site"),
            func.coalesce(old.c.seats, 0).label("old_seats"),
            new.c.seats.label("new_seats"),
        )
        .select_from(new.outerjoin(old, and_(same_row, old.c.layout_id == OLD_LAYOUT)))
        .where(new.c.layout_id == NEW_LAYOUT)
    )
    only_old = (
        select(old.c.unit_id, old.c.group_id, old.c.site_id, new.c.site_id, old.c.seats, literal(0))
        .select_from(old.outerjoin(new, and_(same_row, new.c.layout_id == NEW_LAYOUT)))
        .where(old.c.layout_id == OLD_LAYOUT, new.c.layout_id.is_(None))
    )
    return union_all(of_new, only_old).subquery("both")


BOTH = _both_layouts()
"""Old and new layout side by side; the statement is bound to `old_layout` and `new_layout` (0: none)."""

MOVED_SITE: ColumnElement[bool] = BOTH.c.old_site != BOTH.c.new_site
CHANGED: ColumnElement[bool] = or_(
    BOTH.c.old_seats != BOTH.c.new_seats, and_(MOVED_SITE, BOTH.c.old_seats > 0, BOTH.c.new_seats > 0)
)

_MORE = case((BOTH.c.new_seats > BOTH.c.old_seats, BOTH.c.new_seats - BOTH.c.old_seats), else_=0)
_LESS = case((BOTH.c.old_seats > BOTH.c.new_seats, BOTH.c.old_seats - BOTH.c.new_seats), else_=0)
_KEPT = case((BOTH.c.old_seats < BOTH.c.new_seats, BOTH.c.old_seats), else_=BOTH.c.new_seats)

PLACES = {
    "places": BOTH.c.new_seats,
    "places_added": _MORE,
    "places_moved": case((MOVED_SITE, _KEPT), else_=0),
    "places_withdrawn": _LESS,
}
"""Figures of one row of BOTH."""

IN_OLD: ColumnElement[bool] = places.c.ordinal <= BOTH.c.old_seats
IN_NEW: ColumnElement[bool] = places.c.ordinal <= BOTH.c.new_seats

NAMED = {
    "named": IN_NEW,
    "named_added": and_(IN_NEW, ~IN_OLD),
    "named_moved": and_(IN_NEW, IN_OLD, MOVED_SITE),
    "named_withdrawn": and_(IN_OLD, ~IN_NEW),
}
"""What each named place counts for."""


NAMED_IN_ROW: ColumnElement[bool] = and_(
    places.c.conference_id == CONFERENCE,
    places.c.unit_id == BOTH.c.unit_id,
    places.c.group_id == BOTH.c.group_id,
    places.c.person_id.is_not(None),
)
"""Joins BOTH with its named places."""

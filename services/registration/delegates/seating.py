"""Which places can be named: those of any option, whichever is current."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from services.registration.delegates.model import (
    AMBIGUOUS,
    BEYOND_SEATS,
    NO_ROUTE,
    ORGANISER_ONLY,
    UNCERTAIN_ROUTE,
    UNKNOWN_GROUP,
    UNKNOWN_UNIT,
    PlaceRefused,
    Seat,
)
from services.registration.plan.model import View
from services.registration.plan.tables import groups, plan_groups, plan_units, plans, routes, units
from shared.contact import MISSING
from shared.flaws import Flaw
from shared.names import search_key
from shared.revisions.tables import revisions
from shared.storage.session import Session

SINGLE_PLACES = frozenset({"hub", "hall"})
"""`at` values of which an option has one: a group there without `per` is the organiser's alone."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group over all options: the most seats that any of them gives it."""

    key: str
    id: int
    seats: int
    organiser_only: bool


@dataclass(frozen=True, slots=True)
class Seating:
    """The places that options have. `names` lead to keys; `invited` are pairs (unit, group) of all known
    layouts, `is_complete` when every option's layout is known."""

    organiser: str
    groups: dict[str, Group]
    units: dict[str, int]
    group_names: dict[str, set[str]]
    unit_names: dict[str, set[str]]
    invited: frozenset[tuple[int, int]]
    is_complete: bool

    def find_seat(self, group: str | None, unit: str | None, ordinal: int | None) -> Seat:
        """The seat by keys or names; without a unit the organiser's. Raises PlaceRefused."""
        found = self._find_group(group)
        key = self._find_unit(unit, found)
        if found.organiser_only and key != self.organiser:
            raise PlaceRefused("unit", ORGANISER_ONLY)
        if ordinal is not None and ordinal > found.seats:
            raise PlaceRefused("ordinal", BEYOND_SEATS)
        seat = Seat(found.key, found.id, key, self.units[key], ordinal, found.seats)
        if self.is_complete and seat.row not in self.invited:
            raise PlaceRefused("unit", NO_ROUTE)
        return seat

    def doubt(self, seat: Seat) -> Flaw | None:
        """A warning while not every option's layout is known."""
        return UNCERTAIN_ROUTE if self.invited and seat.row not in self.invited else None

    def _find_group(self, text: str | None) -> Group:
        if not text:
            raise PlaceRefused("group", MISSING)
        return self.groups[_one_of(text, self.groups, self.group_names, "group", UNKNOWN_GROUP)]

    def _find_unit(self, text: str | None, group: Group) -> str:
        if text:
            return _one_of(text, self.units, self.unit_names, "unit", UNKNOWN_UNIT)
        if not group.organiser_only:
            raise PlaceRefused("unit", MISSING)
        return self.organiser


def _one_of(text: str, keys: Collection[str], names: dict[str, set[str]], field: str, unknown: Flaw) -> str:
    if text in keys:
        return text
    found = names.get(search_key(text), set())
    if len(found) == 1:
        return next(iter(found))
    raise PlaceRefused(field, AMBIGUOUS if found else unknown)


def load_seating(session: Session, view: View, unit: str | None = None) -> Seating:
    """The places of the newest plan and of the current revision's; `unit`: only what this key needs."""
    newest = session.execute(_newest_plan(view)).one()
    plan_ids = {newest.id, view.plan_id}
    found, group_names, options = _groups(session, newest.id, plan_ids)
    unit_ids, unit_names = _units(session, plan_ids, None if unit is None else {unit, newest.organiser})
    layouts = _layouts(session, view.conference, newest.version)
    ids = {*layouts.values(), *((view.layout_id,) if view.layout_id else ())}
    invited = select(routes.c.unit_id, routes.c.group_id).where(routes.c.layout_id.in_(ids))
    if unit is not None:
        invited = invited.where(routes.c.unit_id.in_(unit_ids.values()))
    return Seating(
        newest.organiser,
        found,
        unit_ids,
        group_names,
        unit_names,
        frozenset((row.unit_id, row.group_id) for row in session.execute(invited)),
        options <= layouts.keys(),
    )


def _newest_plan(view: View) -> Select[tuple[int, int, str]]:
    of_conference = plans.c.conference_id == view.conference_id
    newest = select(func.max(plans.c.version)).where(of_conference).scalar_subquery()
    return select(plans.c.id, plans.c.version, plans.c.organiser).where(
        of_conference, plans.c.version == newest
    )


def _groups(
    session: Session, newest: int, plan_ids: Collection[int]
) -> tuple[dict[str, Group], dict[str, set[str]], set[str]]:
    query = (
        select(plan_groups, groups.c.key)
        .join(groups, groups.c.id == plan_groups.c.group_id)
        .where(plan_groups.c.plan_id.in_(plan_ids))
    )
    found: dict[str, Group] = {}
    names: dict[str, set[str]] = defaultdict(set)
    options: set[str] = set()
    for row in session.execute(query):
        single = row.per is None and row.at in SINGLE_PLACES
        known = found.get(row.key)
        seats = max(row.seats, known.seats if known else 0)
        found[row.key] = Group(
            row.key, row.group_id, seats, single and (known is None or known.organiser_only)
        )
        names[search_key(row.name)].add(row.key)
        options |= {row.option} if row.plan_id == newest else set()
    return found, names, options


def _units(
    session: Session, plan_ids: Collection[int], only: set[str] | None
) -> tuple[dict[str, int], dict[str, set[str]]]:
    query = (
        select(units.c.key, units.c.id, plan_units.c.name)
        .join(plan_units, plan_units.c.unit_id == units.c.id)
        .where(plan_units.c.plan_id.in_(plan_ids))
    )
    if only is not None:
        query = query.where(units.c.key.in_(only))
    ids: dict[str, int] = {}
    names: dict[str, set[str]] = defaultdict(set)
    for row in session.execute(query):
        ids[row.key] = row.id
        names[search_key(row.name)].add(row.key)
    return ids, names


def _layouts(session: Session, conference: str, plan_version: int) -> dict[str, int]:
    """A layout of each option of the plan version, as far as they are known."""
    query = (
        select(revisions.c.option, func.max(revisions.c.layout_id).label("layout"))
        .where(
            revisions.c.conference == conference,
            revisions.c.plan_version == plan_version,
            revisions.c.layout_id.is_not(None),
            revisions.c.option.is_not(None),
        )
        .group_by(revisions.c.option)
    )
    return {row.option: row.layout for row in session.execute(query)}

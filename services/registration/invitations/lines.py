"""How each invitation stands: derived from the layout's routes and the invitations still live.

Statements built from these parts are bound to `View.parameters()`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
)

from services.registration.invitations.model import Selection
from services.registration.invitations.tables import invitations
from services.registration.people.placement import CONFERENCE, LAYOUT, OPTION
from services.registration.plan.tables import groups, plan_groups, routes, sites, units

MOMENT = bindparam("moment", type_=String)
PLAN = bindparam("plan", type_=Integer)


def live(invitation: Any) -> ColumnElement[bool]:
    return and_(invitation.c.conference_id == CONFERENCE, invitation.c.ended.is_(None))


def _same_route(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(one.c.unit_id == other.c.unit_id, one.c.group_id == other.c.group_id)


def _in_force() -> Select[Any]:
    """The routes of the layout, with the invitation that their units have."""
    is_same = and_(
        invitations.c.site_id == routes.c.site_id,
        invitations.c.seats == routes.c.seats,
        invitations.c.starts_at == MOMENT,
    )
    state = case((invitations.c.id.is_(None), "to_issue"), (is_same, "issued"), else_="to_replace")
    group_now = and_(
        plan_groups.c.plan_id == PLAN,
        plan_groups.c.option == OPTION,
        plan_groups.c.group_id == routes.c.group_id,
    )
    joined = routes.outerjoin(invitations, and_(live(invitations), _same_route(invitations, routes)))
    return (
        select(
            routes.c.unit_id,
            routes.c.group_id,
            routes.c.site_id,
            routes.c.seats,
            routes.c.precedence,
            state.label("state"),
            func.coalesce(plan_groups.c.invited_by, invitations.c.issuer, "organiser").label("issuer"),
            *_of_live(),
        )
        .select_from(joined.outerjoin(plan_groups, group_now))
        .where(routes.c.layout_id == LAYOUT)
    )


def _out_of_force() -> Select[Any]:
    """Live invitations whose route the layout does not have."""
    still = exists().where(routes.c.layout_id == LAYOUT, _same_route(routes, invitations))
    return select(
        invitations.c.unit_id,
        invitations.c.group_id,
        null().label("site_id"),
        invitations.c.seats,
        literal(1_000_000).label("precedence"),
        literal("to_withdraw").label("state"),
        invitations.c.issuer,
        *_of_live(),
    ).where(live(invitations), ~still)


def _of_live() -> tuple[ColumnElement[Any], ...]:
    return (
        invitations.c.id.label("invitation_id"),
        invitations.c.sequence,
        invitations.c.site_id.label("live_site_id"),
        invitations.c.seats.label("live_seats"),
        invitations.c.starts_at.label("live_starts_at"),
        invitations.c.revision.label("live_revision"),
        invitations.c.issued_at,
        invitations.c.issued_by,
    )


def _lines() -> Subquery:
    return _in_force().union_all(_out_of_force()).subquery("lines")


LINES = _lines()
"""One row per invitation: what it should be (`site_id`, `seats`), what the live one says, its state."""


def chosen(selection: Selection, of: Any = LINES) -> ColumnElement[bool]:
    """Whether a line is in the selection."""
    conditions: list[ColumnElement[bool]] = [of.c.state.in_(selection.states)]
    if selection.group is not None:
        conditions.append(of.c.group_id == number_of(groups, selection.group))
    if selection.unit is not None:
        conditions.append(of.c.unit_id == number_of(units, selection.unit))
    if selection.site is not None:
        site = number_of(sites, selection.site)
        conditions.append(or_(of.c.site_id == site, of.c.live_site_id == site))
    if selection.issuer is not None:
        conditions.append(of.c.issuer == selection.issuer)
    if selection.found is not None:
        conditions.append(_is_found(selection, of))
    return and_(*conditions)


def number_of(table: Any, key: str) -> ColumnElement[int]:
    number = select(table.c.id).where(table.c.conference_id == CONFERENCE, table.c.key == key)
    return number.correlate(None).scalar_subquery()


def _is_found(selection: Selection, of: Any) -> ColumnElement[bool]:
    assert selection.found is not None
    parts = [
        column.in_(numbers)
        for column, numbers in (
            (of.c.unit_id, selection.found.units),
            (of.c.group_id, selection.found.groups),
        )
        if numbers
    ]
    return or_(*parts) if parts else false()

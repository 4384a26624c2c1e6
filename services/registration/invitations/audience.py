"""Whom invitations reach: who is to be written to, and who was written to and is invited no more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, case, exists, func, or_, select

from services.registration.invitations.lines import LINES, chosen, live, number_of
from services.registration.invitations.model import Selection
from services.registration.invitations.tables import invitations
from services.registration.messages.model import INVITING, STOPPED
from services.registration.messages.tables import messages
from services.registration.people.placement import CONFERENCE, SEATED
from services.registration.people.tables import people, places
from services.registration.plan.tables import groups, units

_told = messages.alias("told")
told_message = _told.c.id
"""The message by which a person of `uninvited` was told; the order to go through them in."""

_told_of = invitations.alias("told_of")
_later = messages.alias("later")
_later_of = invitations.alias("later_of")
_withdrawal = messages.alias("withdrawal")
_holding = invitations.alias("holding")


def count_audience(selection: Selection) -> Select[int, int, int]:
    """Totals over the chosen lines: `named`, `by_hand` (no address), `to_send` (not written to yet)."""
    written = and_(
        messages.c.invitation_id == LINES.c.invitation_id,
        messages.c.person_id == SEATED.c.person_id,
        messages.c.kind.in_(INVITING),
        messages.c.state != "cancelled",
        LINES.c.state == "issued",
    )
    has_address = people.c.email.is_not(None)
    joined = (
        SEATED.join(LINES, and_(LINES.c.unit_id == SEATED.c.unit_id, LINES.c.group_id == SEATED.c.group_id))
        .join(people, people.c.id == SEATED.c.person_id)
        .outerjoin(messages, written)
    )
    is_open = and_(has_address, messages.c.id.is_(None))
    return (
        select(
            func.count().label("named"),
            func.count(case((~has_address, 1))).label("by_hand"),
            func.count(case((is_open, 1))).label("to_send"),
        )
        .select_from(joined)
        .where(chosen(selection))
    )


def unwritten(ids: Collection[UUID], unit_ids: Collection[int], group_ids: Collection[int]) -> Select[Any]:
    """Persons with an address who sit on a place of these live invitations and were not written to.

    `again`: they were told of an earlier invitation of the same route. Units and groups are those of the
    invitations: said once more, they keep the database from working out where everybody sits.
    """
    written = and_(
        messages.c.invitation_id == invitations.c.id,
        messages.c.person_id == SEATED.c.person_id,
        messages.c.kind.in_(INVITING),
        messages.c.state != "cancelled",
    )
    told_before = exists().where(
        _told.c.person_id == SEATED.c.person_id,
        _told.c.state == "sent",
        _told.c.kind.in_(INVITING),
        _told_of.c.id == _told.c.invitation_id,
        _told_of.c.conference_id == invitations.c.conference_id,
        _told_of.c.unit_id == invitations.c.unit_id,
        _told_of.c.group_id == invitations.c.group_id,
        _told_of.c.sequence < invitations.c.sequence,
    )
    of_route = and_(SEATED.c.unit_id == invitations.c.unit_id, SEATED.c.group_id == invitations.c.group_id)
    return (
        select(
            invitations.c.id.label("invitation"),
            invitations.c.unit_id,
            invitations.c.group_id,
            SEATED.c.person_id.label("person"),
            told_before.label("again"),
        )
        .select_from(
            invitations.join(SEATED, of_route)
            .join(people, people.c.id == SEATED.c.person_id)
            .outerjoin(messages, written)
        )
        .where(SEATED.c.unit_id.in_(unit_ids), SEATED.c.group_id.in_(group_ids))
        .where(invitations.c.id.in_(ids), people.c.email.is_not(None), messages.c.id.is_(None))
        .order_by(invitations.c.unit_id, invitations.c.group_id, SEATED.c.sort_key)
    )


def uninvited(selection: Selection, order: CTE | None = None, *, issuing: bool = False) -> Select[Any]:
    """(invitation, person) who were told that they are invited, are not any more, and were not told that.

    `order` are the lines that are about to be issued (`issuing`) or withdrawn: as if it were done.
    """
    ended: ColumnElement[bool] = _told_of.c.ended.is_not(None)
    if order is not None:
        ended = or_(ended, _told_of.c.id.in_(select(order.c.invitation_id)))
    told_since = exists().where(
        _later.c.person_id == _told.c.person_id,
        _later.c.state == "sent",
        _later.c.kind.in_(INVITING),
        _later_of.c.id == _later.c.invitation_id,
        _later_of.c.conference_id == _told_of.c.conference_id,
        _later_of.c.unit_id == _told_of.c.unit_id,
        _later_of.c.group_id == _told_of.c.group_id,
        _later_of.c.sequence > _told_of.c.sequence,
    )
    told_off = exists().where(
        _withdrawal.c.invitation_id == _told_of.c.id,
        _withdrawal.c.person_id == _told.c.person_id,
        _withdrawal.c.kind == "withdrawal",
        or_(_withdrawal.c.state != "cancelled", _withdrawal.c.problem == STOPPED.code),
    )
    return (
        select(
            told_message.label("told"),
            _told_of.c.id.label("invitation"),
            _told_of.c.unit_id,
            _told_of.c.group_id,
            _told.c.person_id.label("person"),
        )
        .join_from(_told, _told_of, _told_of.c.id == _told.c.invitation_id)
        .where(
            _told_of.c.conference_id == CONFERENCE,
            _told.c.state == "sent",
            _told.c.kind.in_(INVITING),
            ended,
            *_within(selection),
            ~told_since,
            ~told_off,
            ~invited(_told.c.person_id, order, issuing=issuing),
        )
    )


def invited(
    person: ColumnElement[Any], order: CTE | None = None, *, issuing: bool = False
) -> ColumnElement[bool]:
    """Whether the person holds a place that a live invitation covers."""
    held = and_(
        live(_holding),
        places.c.conference_id == CONFERENCE,
        places.c.person_id == person,
        places.c.unit_id == _holding.c.unit_id,
        places.c.group_id == _holding.c.group_id,
        places.c.ordinal <= _holding.c.seats,
    )
    if order is None:
        return exists().where(held)
    leaving = select(order.c.invitation_id).where(order.c.invitation_id.is_not(None))
    now = exists().where(held, _holding.c.id.not_in(leaving))
    if not issuing:
        return now
    coming = exists().where(
        places.c.conference_id == CONFERENCE,
        places.c.person_id == person,
        places.c.unit_id == order.c.unit_id,
        places.c.group_id == order.c.group_id,
        places.c.ordinal <= order.c.seats,
    )
    return or_(now, coming)


def _within(selection: Selection) -> list[ColumnElement[bool]]:
    """Whoever ends an invitation tells its persons, whoever issued it: no word of the issuer here."""
    conditions: list[ColumnElement[bool]] = []
    if selection.group is not None:
        conditions.append(_told_of.c.group_id == number_of(groups, selection.group))
    if selection.unit is not None:
        conditions.append(_told_of.c.unit_id == number_of(units, selection.unit))
    return conditions

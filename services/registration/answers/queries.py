"""Invitations as their links show them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.registration.answers.model import Invitation, Link, LinkExpired, LinkUnknown
from services.registration.answers.statements import READ_INVITATION, READ_INVITATION_LOCKED
from services.registration.answers.tables import answers
from services.registration.people.tables import places
from services.registration.plan.tables import units
from services.registration.storage import is_postgresql, person_lock
from shared.storage.session import Session


def get_invitation(session: Session, link: Link) -> Invitation:
    """Raises LinkUnknown, LinkExpired."""
    return _opened(session.execute(READ_INVITATION, {"place": link.place}).one_or_none(), link)


def lock_invitation(session: Session, link: Link) -> Invitation:
    """The same for an answer: until the transaction ends, no other answer of this person and no switch.

    Raises LinkUnknown, LinkExpired.
    """
    if not is_postgresql(session):
        return get_invitation(session, link)
    parameters = {"place": link.place, "person_lock": person_lock(link.person)}
    return _opened(session.execute(READ_INVITATION_LOCKED, parameters).one_or_none(), link)


def get_place_invitation(session: Session, place: UUID) -> Invitation | None:
    """The place's invitation without a link; None for an unknown or vacant place."""
    row = session.execute(READ_INVITATION, {"place": place}).one_or_none()
    return _invitation(row) if row is not None and row.person is not None else None


def has_answered_elsewhere(session: Session, invitation: Invitation) -> bool:
    """Whether the person answered for another place or time: a switch asks them again."""
    query = select(answers.c.answer).where(answers.c.person_id == invitation.person).limit(1)
    return invitation.answer is None and session.execute(query).first() is not None


def unit_key_of(session: Session, place: UUID) -> str | None:
    """The unit whose place it is; None for an unknown place."""
    query = select(units.c.key).join(places, places.c.unit_id == units.c.id).where(places.c.id == place)
    key: str | None = session.execute(query).scalar_one_or_none()
    return key


def _opened(row: Row[Any] | None, link: Link) -> Invitation:
    if row is None:
        raise LinkUnknown
    if row.person != link.person or row.link_version != link.version:
        raise LinkExpired
    return _invitation(row)


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(*tuple(row))

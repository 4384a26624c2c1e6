"""Accept or decline; make and revoke the link to do it with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from services.registration.answers.model import (
    LINK,
    Answer,
    Answered,
    Invitation,
    Link,
    Standing,
    SwitchInProgress,
    stands_for,
)
from services.registration.answers.queries import get_place_invitation, lock_invitation
from services.registration.answers.statements import (
    RECORD,
    SQLITE_COUNTED,
    SQLITE_SAVE,
    SQLITE_SEAT,
    SQLITE_TAKE,
)
from services.registration.answers.waiting import give_seats
from services.registration.people.model import UnknownDelegate
from services.registration.people.tables import places
from services.registration.plan.queries import get_view
from services.registration.storage import is_postgresql
from shared.bus.outbox import emit_each, emitting
from shared.contracts.registration import DelegateRespondedV1
from shared.storage.session import Session

_TRIES = 3


def answer_invitation(session: Session, link: Link, answer: Answer, note: str, now: datetime) -> Answered:
    """Write the answer down and take or free the seat; the same answer again changes nothing.

    Who accepts where no seat is free waits for one; a seat given back lets the first who waits in.
    Raises LinkUnknown, LinkExpired, NotDecided, PlaceClosed, StartNotFixed, ConferenceClosed.
    """
    for _ in range(_TRIES):
        invitation = lock_invitation(session, link)
        site = invitation.require_open()
        if invitation.answered_at is not None and invitation.came_of(answer, note):
            return Answered(invitation, invitation.answer or answer, invitation.answered_at)
        recorded = _record(session, invitation, _values(invitation, site, answer, note, now))
        # Without one the first statement waited for a switch, and then saw what was before it.
        if recorded is not None:
            if not recorded.is_told:
                _tell(session, invitation, site, recorded)
            return Answered(invitation, recorded.answer, now)
    raise SwitchInProgress


def make_link(session: Session, place: UUID) -> Link:
    """Raises UnknownDelegate, NotDecided, PlaceClosed, StartNotFixed."""
    invitation = get_place_invitation(session, place)
    if invitation is None:
        raise UnknownDelegate
    invitation.require_open()
    return Link(invitation.place, invitation.person, invitation.link_version)


def revoke_links(session: Session, place: UUID) -> None:
    """All links made for the place so far stop working."""
    statement = update(places).where(places.c.id == place).values(link_version=places.c.link_version + 1)
    session.execute(statement)


def _values(invitation: Invitation, site: int, answer: Answer, note: str, now: datetime) -> dict[str, Any]:
    return {
        "place": invitation.place,
        "person": invitation.person,
        "conference_id": invitation.conference_id,
        "revision": invitation.revision,
        "site": site,
        "moment": invitation.moment,
        "answer": answer,
        "note": note,
        "answered_at": now,
        "via": LINK,
    }


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What an answer came to; whether it frees a seat that others may want; whether its event is stored."""

    answer: Standing
    frees: bool
    is_told: bool


def _record(session: Session, invitation: Invitation, values: dict[str, Any]) -> _Recorded | None:
    """None: the place is not where it was read to be."""
    if not is_postgresql(session):
        return _record_alone(session, values)
    told = {str(invitation.place): _responded(invitation, values["answer"])}
    bound = {name: value for name, value in values.items() if name != "conference_id"}
    row = session.execute(RECORD, bound | emitting(session, DelegateRespondedV1, told)).one_or_none()
    return None if row is None else _Recorded(*row)


def _record_alone(session: Session, values: dict[str, Any]) -> _Recorded:
    """The same in steps, for a database with a single writer."""
    seat = session.execute(SQLITE_SEAT, values).one()
    answer = stands_for(values["answer"], seat.answer, seat.taken, seat.capacity)
    seats = int(answer == "accepted") - int(seat.answer == "accepted")
    turn = (seat.turn or seat.turns + 1) if answer == "waiting" else None
    _take(session, values, values["revision"], seats, turns=int(turn is not None and turn > seat.turns))
    for row in session.execute(SQLITE_COUNTED, values):
        if not row.is_current and row.site_id == values["site"]:
            _take(session, values, row.number, seats, turns=0)
    session.execute(SQLITE_SAVE, values | {"answer": answer, "turn": turn})
    return _Recorded(answer, frees=seats < 0 and seat.turns > 0, is_told=False)


def _tell(session: Session, invitation: Invitation, site: int, recorded: _Recorded) -> None:
    """Of this answer, and of those who come in by the seat that it frees."""
    told = {str(invitation.place): _responded(invitation, recorded.answer)}
    if recorded.frees:
        told |= give_seats(session, get_view(session, invitation.conference), [site])
    emit_each(session, DelegateRespondedV1, told)


def _take(session: Session, values: dict[str, Any], revision: int, seats: int, *, turns: int) -> None:
    parameters = {"conference_id": values["conference_id"], "site": values["site"]}
    session.execute(SQLITE_TAKE, parameters | {"revision": revision, "seats": seats, "turns": turns})


def _responded(invitation: Invitation, answer: Standing) -> dict[str, Any]:
    return {
        "conference": invitation.conference,
        "place": invitation.place,
        "person": invitation.person,
        "group": invitation.group,
        "unit": invitation.unit,
        "ordinal": invitation.ordinal,
        "answer": answer,
        "site": invitation.site,
        "via": LINK,
    }

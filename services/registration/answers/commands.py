"""Accept or decline; make and revoke the link to do it with."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.registration.answers.model import (
    Answer,
    Invitation,
    Link,
    SiteFull,
    SwitchInProgress,
)
from services.registration.answers.queries import get_place_invitation, lock_invitation
from services.registration.answers.statements import RECORD, SQLITE_COUNTED, SQLITE_SAVE, SQLITE_TAKE
from services.registration.answers.tables import answers
from services.registration.people.model import UnknownDelegate
from services.registration.people.tables import places
from services.registration.storage import is_postgresql
from shared.bus.outbox import emit
from shared.contracts.registration import DelegateRespondedV1

_TRIES = 3


def answer_invitation(
    session: Session, link: Link, answer: Answer, note: str, now: datetime
) -> tuple[Invitation, datetime]:
    """Write the answer down and take or free the seat; the same answer again changes nothing.

    Returns what was answered and when. Raises LinkUnknown, LinkExpired, NotDecided, PlaceClosed,
    StartNotFixed, SiteFull.
    """
    for _ in range(_TRIES):
        invitation = lock_invitation(session, link)
        site = invitation.require_open()
        if invitation.answered_at is not None and (invitation.answer, invitation.note) == (answer, note):
            return invitation, invitation.answered_at
        values = _values(invitation, site, answer, note, now)
        found, saved = _record(session, values)
        if found and not saved:
            raise SiteFull(invitation.site_name or "", invitation.capacity or 0)
        if saved:
            _tell(session, invitation, answer)
            return invitation, now
        # The first statement may have waited for a switch and then seen what was before it.
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
        "via": "link",
    }


def _record(session: Session, values: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the place was still as read, and whether there was a seat so that the answer is saved."""
    if is_postgresql(session):
        bound = {name: value for name, value in values.items() if name != "conference_id"}
        row = session.execute(RECORD, bound).one()
        return bool(row.found), bool(row.saved)
    return True, _record_alone(session, values)


def _record_alone(session: Session, values: dict[str, Any]) -> bool:
    """The same in steps, for a database with a single writer."""
    seats = _seats_to_take(session, values)
    if seats and not _take(session, values, values["revision"], seats, limited=True):
        return False
    if seats:
        for row in session.execute(SQLITE_COUNTED, {name: values[name] for name in ("place", "person")}):
            if not row.is_current and (row.site_id, row.moment) == (values["site"], values["moment"]):
                _take(session, values, row.number, seats, limited=False)
    saved = ("person", "site", "moment", "answer", "note", "answered_at", "via")
    session.execute(SQLITE_SAVE, {name: values[name] for name in saved})
    return True


def _seats_to_take(session: Session, values: dict[str, Any]) -> int:
    key = (answers.c.person_id == values["person"], answers.c.site_id == values["site"])
    query = select(answers.c.answer).where(*key, answers.c.starts_at == values["moment"])
    before = session.execute(query).scalar_one_or_none()
    return int(values["answer"] == "accepted") - int(before == "accepted")


def _take(session: Session, values: dict[str, Any], revision: int, seats: int, *, limited: bool) -> bool:
    parameters = {"seats": seats, "revision": revision, "limited": limited}
    parameters |= {"conference_id": values["conference_id"], "site": values["site"]}
    return session.execute(SQLITE_TAKE, parameters).first() is not None


def _tell(session: Session, invitation: Invitation, answer: Answer) -> None:
    data = {
        "conference": invitation.conference,
        "place": invitation.place,
        "person": invitation.person,
        "group": invitation.group,
        "unit": invitation.unit,
        "ordinal": invitation.ordinal,
        "answer": answer,
        "site": invitation.site,
    }
    emit(session, DelegateRespondedV1, data, key=str(invitation.place))

"""Check people in, many at once and as often as a device likes to send them; take one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert, select, update
from uuid_utils.compat import uuid7

from services.registration.answers.model import NotDecided
from services.registration.door.model import (
    Guest,
    Guests,
    Item,
    NotCheckedIn,
    Result,
    first_of_each,
    judge,
)
from services.registration.door.queries import Door, read_door
from services.registration.door.statements import INSERT, SQLITE_INSERT
from services.registration.door.tables import check_in_undos, check_ins
from services.registration.people.model import UnknownDelegate
from services.registration.plan.model import ConferenceClosed, StartNotFixed
from services.registration.storage import is_postgresql
from shared.bus.outbox import emit_each, emitting
from shared.contracts.registration import DelegateCheckedInV1
from shared.storage.session import Session


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who stands at the door; `unit` limits them to that unit's guests."""

    subject: str
    unit: str | None


def check_in(session: Session, conference: str, items: Sequence[Item], clerk: Clerk) -> list[Result]:
    """One result per item, in their order. The same item again, whenever, has the same result.

    No lock is taken: a switch that comes at the same time finds the check-in of before it, at its site.
    Raises UnknownConference, NotDecided, StartNotFixed.
    """
    door = read_door(session, conference, items)
    if door.revision is None:
        raise NotDecided
    if not door.moment:
        raise StartNotFixed
    guests = Guests(guest for guest in door.guests if clerk.unit in (None, guest.unit))
    results: dict[UUID, Result] = {}
    waiting: dict[UUID, tuple[Item, Guest]] = {}
    for item in items:
        guest = guests.find(item)
        clear = judge(item, guest, door.taken_back, door.closed_at)
        if clear is not None:
            results[item.id] = clear
        elif guest is not None:
            waiting[item.id] = (item, guest)
    results |= _write(session, conference, door, waiting, clerk)
    return [results[item.id] for item in items]


def undo_check_in(
    session: Session, conference: str, place: UUID, reason: str, clerk: Clerk, now: datetime
) -> Guest:
    """Raises UnknownConference, UnknownDelegate, ConferenceClosed, NotCheckedIn."""
    door = read_door(session, conference, [Item(place, now, place=place)])
    if not door.guests or clerk.unit not in (None, door.guests[0].unit):
        raise UnknownDelegate
    if door.closed_at is not None:
        raise ConferenceClosed
    guest = door.guests[0]
    mine = (
        (check_ins.c.person_id == guest.person)
        & (check_ins.c.site_id == guest.site_id)
        & (check_ins.c.starts_at == door.moment)
        & ~check_ins.c.undone
    )
    taken_back = update(check_ins).where(mine).values(undone=True).returning(*check_ins.c)
    row = session.execute(taken_back).mappings().one_or_none()
    if row is None:
        raise NotCheckedIn
    kept = {name: row[name] for name in ("person_id", "site_id", "starts_at", "item")}
    kept |= {"checked_in_at": row["at"], "checked_in_by": row["by"]}
    session.execute(
        insert(check_in_undos).values(**kept, id=uuid7(), at=now, by=clerk.subject, reason=reason)
    )
    return guest


def _write(
    session: Session, conference: str, door: Door, waiting: Mapping[UUID, tuple[Item, Guest]], clerk: Clerk
) -> dict[UUID, Result]:
    if not waiting:
        return {}
    first = first_of_each(waiting)
    made = _insert(session, conference, door, list(first.values()), clerk)
    earlier = _earlier(session, door, [guest for item, guest in first.values() if item.id not in made])
    results: dict[UUID, Result] = {}
    for item, guest in waiting.values():
        winner = first[guest.person][0]
        if winner.id in made:
            results[item.id] = Result(
                item.id, "checked_in" if winner is item else "duplicate", guest, winner.at
            )
        else:
            results[item.id] = Result(item.id, "duplicate", guest, earlier.get(guest.person))
    return results


def _insert(
    session: Session, conference: str, door: Door, pairs: Sequence[tuple[Item, Guest]], clerk: Clerk
) -> set[UUID]:
    """The items that made a check-in, and the events of those; others came second to another door."""
    if not is_postgresql(session):
        return _insert_alone(session, conference, door, pairs, clerk)
    rows = [
        {
            "person": guest.person,
            "site": guest.site_id,
            "place": guest.place,
            "item": item.id,
            "at": item.at.astimezone(UTC),  # an offset of seconds would be rounded
        }
        for item, guest in pairs
    ]
    bound = {"check_ins": orjson.dumps(rows).decode(), "moment": door.moment, "by": clerk.subject}
    bound |= emitting(session, DelegateCheckedInV1, _told(conference, pairs))
    return set(session.execute(INSERT, bound).scalars())


def _insert_alone(
    session: Session, conference: str, door: Door, pairs: Sequence[tuple[Item, Guest]], clerk: Clerk
) -> set[UUID]:
    rows: list[dict[str, Any]] = [
        {
            "person_id": guest.person,
            "site_id": guest.site_id,
            "starts_at": door.moment,
            "place_id": guest.place,
            "item": item.id,
            "at": item.at,
            "by": clerk.subject,
            "undone": False,
        }
        for item, guest in pairs
    ]
    made = set(session.execute(SQLITE_INSERT, rows).scalars())
    told = _told(conference, [pair for pair in pairs if pair[0].id in made])
    emit_each(session, DelegateCheckedInV1, told)
    return made


def _earlier(session: Session, door: Door, guests: Sequence[Guest]) -> dict[UUID, datetime]:
    """When those were checked in that another door was faster with."""
    if not guests:
        return {}
    query = select(check_ins.c.person_id, check_ins.c.at).where(
        check_ins.c.person_id.in_([guest.person for guest in guests]),
        check_ins.c.site_id.in_({guest.site_id for guest in guests}),
        check_ins.c.starts_at == door.moment,
    )
    return {row.person_id: row.at for row in session.execute(query)}


def _told(conference: str, made: Sequence[tuple[Item, Guest]]) -> dict[str, dict[str, Any]]:
    """The events of check-ins, by place."""
    return {
        str(guest.place): {
            "conference": conference,
            "place": guest.place,
            "person": guest.person,
            "site": guest.site,
            "at": item.at,
        }
        for item, guest in made
    }

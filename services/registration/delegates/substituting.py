"""Somebody comes in another's stead: the place keeps its unit, group, ordinal and rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, select, update
from uuid_utils.compat import uuid7

from services.registration.answers.model import SUBSTITUTE, Invitation, Link, LinkExpired, Standing
from services.registration.answers.queries import get_place_invitation
from services.registration.answers.seats import sites_of
from services.registration.answers.tables import answers
from services.registration.answers.waiting import reseat_sites
from services.registration.delegates.commands import (
    hold_naming,
    load_people,
    load_places,
    mark_special,
    write_changes,
)
from services.registration.delegates.matching import identity
from services.registration.delegates.model import (
    DUPLICATE_PERSON,
    Changes,
    Held,
    PlaceRefused,
    SamePerson,
    Seat,
    Seated,
    SubstituteInvited,
)
from services.registration.delegates.queries import conference_of
from services.registration.delegates.tables import substitutions
from services.registration.delegates.telling import tell_namings
from services.registration.people.model import Facts, UnknownDelegate
from services.registration.people.tables import overrides, people, places
from services.registration.plan.model import View
from services.registration.plan.queries import get_view
from services.registration.plan.tables import groups, units
from services.registration.storage import upsert
from shared.bus.outbox import emit
from shared.contracts.registration import DelegateRespondedV1, DelegateSubstitutedV1
from shared.storage.session import Session

LINK = "link"
"""`by` of a substitution that the delegate made by their own link."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Who sends somebody, when and why; `by` is LINK or the actor."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    """The place and who has it."""

    seat: Seat
    id: UUID
    ordinal: int
    person: UUID
    link_version: int


def substitute_by_link(session: Session, link: Link, facts: Facts, note: str, now: datetime) -> Link:
    """The delegate sends somebody: their own link ends, the returned one is the substitute's.

    Raises LinkExpired, NotDecided, PlaceClosed, StartNotFixed, ConferenceClosed, SamePerson,
    SubstituteInvited, PlaceRefused.
    """
    view, place = _hold(session, link.place)
    if (place.person, place.link_version) != (link.person, link.version):
        raise LinkExpired
    invitation = _invitation(session, place)
    invitation.require_open()
    substitute = _replace(session, view, place, facts, Sending(LINK, note, now), invitation)
    return Link(place.id, substitute, place.link_version)


def substitute_delegate(session: Session, place_id: UUID, facts: Facts, sending: Sending) -> UUID:
    """The organiser or the unit sends somebody; returns who has the place now.

    Raises UnknownDelegate, ConferenceClosed, SamePerson, PlaceRefused.
    """
    view, place = _hold(session, place_id)
    return _replace(session, view, place, facts, sending, _invitation(session, place))


def holds_several(session: Session, person: UUID) -> bool:
    """Whether the person has another place as well."""
    return len(session.execute(select(places.c.id).where(places.c.person_id == person)).all()) > 1


def _hold(session: Session, place_id: UUID) -> tuple[View, _Place]:
    view = get_view(session, conference_of(session, place_id))
    hold_naming(session, view)
    query = (
        select(places, groups.c.key.label("group"), units.c.key.label("unit"))
        .join(groups, groups.c.id == places.c.group_id)
        .join(units, units.c.id == places.c.unit_id)
        .where(places.c.id == place_id, places.c.person_id.is_not(None))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise UnknownDelegate
    seat = Seat(row.group, row.group_id, row.unit, row.unit_id, row.ordinal, row.ordinal)
    return view, _Place(seat, row.id, row.ordinal, row.person_id, row.link_version)


def _invitation(session: Session, place: _Place) -> Invitation:
    invitation = get_place_invitation(session, place.id)
    assert invitation is not None, "the place has a person and is held"
    return invitation


def _replace(
    session: Session, view: View, place: _Place, facts: Facts, sending: Sending, invitation: Invitation
) -> UUID:
    row = load_places(session, view.conference_id, [place.seat.unit_id])[place.seat.row]
    _check(row, place, facts)
    known = _known(session, view, place, facts)
    if known is not None and sending.by == LINK and _has_place(session, known[0]):
        raise SubstituteInvited
    changes, person = _changes(place, facts, known, keep_facts=sending.by == LINK)
    write_changes(session, view, changes)
    tell_namings(session, view, changes)
    _hand_over_site(session, place.person, person)
    _hand_over_answer(session, view, place, person, invitation, sending)
    touched = {*sites_of(session, view.conference, [place.person, person]), invitation.site_id}
    reseat_sites(session, view.conference, [site for site in touched if site is not None])
    _record(session, view, place, person, sending)
    return person


def _check(row: Mapping[int, Held], place: _Place, facts: Facts) -> None:
    """Raises SamePerson, PlaceRefused."""
    former = row[place.ordinal].facts
    if former is not None and former.is_same_person(facts):
        raise SamePerson
    who = identity(facts)
    if who is not None and any(held.facts and identity(held.facts) == who for held in row.values()):
        raise PlaceRefused("name", DUPLICATE_PERSON)


def _known(session: Session, view: View, place: _Place, facts: Facts) -> tuple[UUID, Facts] | None:
    """Who had the place before and comes back, or a known person of this name and phone."""
    query = (
        select(people)
        .join(substitutions, substitutions.c.from_person == people.c.id)
        .where(substitutions.c.place_id == place.id)
        .order_by(substitutions.c.id.desc())
    )
    for row in session.execute(query):
        before = Facts(row.name, row.position, row.phone, row.email)
        if before.is_same_person(facts):
            return row.id, before
    who = identity(facts)
    return load_people(session, view.conference_id, [facts]).get(who) if who is not None else None


def _has_place(session: Session, person: UUID) -> bool:
    return session.execute(select(places.c.id).where(places.c.person_id == person)).first() is not None


def _changes(
    place: _Place, facts: Facts, known: tuple[UUID, Facts] | None, *, keep_facts: bool
) -> tuple[Changes, UUID]:
    """What to write; by link (`keep_facts`) nobody changes what is known about somebody else."""
    changes = Changes(leaving={place.person})
    if known is None:
        person = uuid7()
        changes.new_people[person] = facts
    else:
        person, before = known
        given = {
            name: value
            for name in ("name", "position", "phone", "email")
            if (value := getattr(facts, name)) is not None
        }
        facts = before if keep_facts else replace(before, **given)
        if facts != before:
            changes.changed_people[person] = facts
    changes.seated.append(Seated(place.id, place.seat, place.ordinal, person, facts, is_new=False))
    return changes, person


def _hand_over_site(session: Session, former: UUID, person: UUID) -> None:
    """Who sat elsewhere than the place says is replaced there, unless they have another place to sit for."""
    if _has_place(session, former):
        return
    taken = overrides.alias("taken")
    own = exists().where(taken.c.person_id == person, taken.c.option == overrides.c.option)
    passed = update(overrides).where(overrides.c.person_id == former, ~own).values(person_id=person)
    if session.execute(passed.returning(overrides.c.option)).all():
        mark_special(session, [person])


def _hand_over_answer(
    session: Session, view: View, place: _Place, person: UUID, before: Invitation, sending: Sending
) -> None:
    """Sending somebody is an answer: no. The seat, or the turn on the waiting list, goes with the place.

    Who still sits at that site for another place keeps their own answer; so does a substitute who has a seat.
    """
    sent = (answers.c.person_id == person) & (answers.c.via == SUBSTITUTE) & (answers.c.answer == "declined")
    session.execute(delete(answers).where(sent))
    if before.site_id is None or _sits_at(session, place.person) == before.site_id:
        return
    turns = _turns(session, before, [place.person, person])
    _write_answer(session, view, place, before, sending, (place.person, "declined", None))
    now = get_place_invitation(session, place.id)
    assert now is not None, "the place has a person and is held"
    passed = None if before.answer == "declined" or now.answer == "accepted" else before.answer
    if passed is not None and now.site_id == before.site_id:
        turn = min(turns, default=None) if passed == "waiting" else None
        _write_answer(session, view, place, before, sending, (person, passed, turn))


def _turns(session: Session, invitation: Invitation, persons: list[UUID]) -> list[int]:
    """On the waiting list of that site and time."""
    query = select(answers.c.turn).where(
        answers.c.person_id.in_(persons),
        answers.c.site_id == invitation.site_id,
        answers.c.starts_at == invitation.moment,
        answers.c.answer == "waiting",
    )
    return [turn for turn in session.execute(query).scalars() if turn is not None]


def _write_answer(
    session: Session,
    view: View,
    place: _Place,
    before: Invitation,
    sending: Sending,
    what: tuple[UUID, Standing, int | None],
) -> None:
    """`what`: person, answer and turn."""
    person, answer, turn = what
    values: dict[str, Any] = {
        "person_id": person,
        "site_id": before.site_id,
        "starts_at": before.moment,
        "answer": answer,
        "note": sending.reason if answer == "declined" else "",
        "answered_at": sending.at,
        "via": SUBSTITUTE,
        "turn": turn,
    }
    keys = ["person_id", "site_id", "starts_at"]
    fresh = {name: values[name] for name in values if name not in keys}
    statement = upsert(session, answers).values(values)
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh))
    data = {**_where(view, place), "person": person, "answer": answer, "site": before.site, "via": SUBSTITUTE}
    emit(session, DelegateRespondedV1, data, key=str(place.id))


def _sits_at(session: Session, person: UUID) -> int | None:
    """The site of the person's other places."""
    for other in session.execute(select(places.c.id).where(places.c.person_id == person)).scalars():
        invitation = get_place_invitation(session, other)
        if invitation is not None and invitation.site_id is not None:
            return invitation.site_id
    return None


def _record(session: Session, view: View, place: _Place, person: UUID, sending: Sending) -> None:
    values: dict[str, Any] = {
        "id": uuid7(),
        "place_id": place.id,
        "from_person": place.person,
        "to_person": person,
    }
    values |= {"at": sending.at, "by": sending.by, "reason": sending.reason}
    session.execute(insert(substitutions).values(values))
    data = {**_where(view, place), "person": place.person, "substitute": person}
    emit(session, DelegateSubstitutedV1, data, key=str(place.id))


def _where(view: View, place: _Place) -> dict[str, Any]:
    facts = {"conference": view.conference, "place": place.id, "ordinal": place.ordinal}
    return facts | {"group": place.seat.group, "unit": place.seat.unit}

"""Keep the places of awardees as the award decision has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, update

from services.registration.delegates.commands import apply_changes, hold_naming, load_places
from services.registration.delegates.tables import substitutions
from services.registration.honours.filling import Filling, Former, Move
from services.registration.honours.model import Line, Recipient, Rule, Unit, lines_of
from services.registration.honours.tables import award_fills, awardees
from services.registration.people.model import Facts
from services.registration.people.tables import people, places
from services.registration.plan.model import View
from services.registration.plan.queries import get_view, newest_plan
from services.registration.plan.tables import groups, plan_groups, plan_units, units
from services.registration.storage import upsert
from shared.bus.outbox import emit
from shared.contracts.registration import DelegateChangedV1
from shared.jobs.queue import enqueue
from shared.storage.session import Session

_CHUNK = 500


def note_award_decided(session: Session, conference: str, decision: UUID) -> None:
    """Have the places filled. The plan may not be known yet: then they are once it is."""
    statement = upsert(session, award_fills).values(conference=conference, decision=str(decision))
    fresh = {"decision": str(decision)}
    session.execute(statement.on_conflict_do_update(index_elements=["conference"], set_=fresh))
    refill_awardees(session, conference)


def refill_awardees(session: Session, conference: str) -> None:
    """A new plan may have other groups of awardees, or more seats for them."""
    decided = select(award_fills.c.decision).where(award_fills.c.conference == conference)
    if session.execute(decided).first() is not None:
        enqueue(session, "fill_awardees", {}, conference=conference, once=conference)


def fill_awardees(session: Session, conference: str, annex: Sequence[Recipient]) -> dict[str, Any]:
    """Name the recipients in the order of the annex; whoever else was there gives way, and is told of.

    Repeating it changes nothing. Raises UnknownConference, ConferenceClosed.
    """
    view = get_view(session, conference)
    hold_naming(session, view)
    lines = _lines(session, view, annex)
    existing = load_places(session, view.conference_id, sorted({line.unit.id for line in lines}))
    filling = Filling(_known(session, annex), _formers(session, view))
    for line in lines:
        filling.fill(line, existing.get(line.row, {}))
    _move_places(session, filling.moves)
    apply_changes(session, view, filling.changes)
    _remember(session, filling)
    _tell_moved(session, view, filling)
    return _report(lines, filling)


def _lines(session: Session, view: View, annex: Sequence[Recipient]) -> list[Line]:
    """Of the newest plan and, as long as that is not adopted, of the one in force."""
    newest, organiser = newest_plan(session, view.conference_id)
    known = (newest, view.plan_id)
    levels = (
        select(units.c.key, units.c.id, plan_units.c.level)
        .join(units, units.c.id == plan_units.c.unit_id)
        .where(plan_units.c.plan_id.in_(known))
        .order_by(plan_units.c.plan_id != newest, plan_units.c.position)
    )
    taken = (
        select(plan_groups, groups.c.key)
        .join(groups, groups.c.id == plan_groups.c.group_id)
        .where(plan_groups.c.plan_id.in_(known), plan_groups.c.sources.is_not(None))
        .order_by(plan_groups.c.plan_id != newest, plan_groups.c.position)
    )
    rules = [
        Rule(
            row.key,
            row.group_id,
            row.at,
            row.per,
            row.seats,
            tuple(row.sources.split()),
            tuple((row.kinds or "").split()),
        )
        for row in session.execute(taken)
    ]
    found: dict[int, Unit] = {}
    for row in session.execute(levels):
        found.setdefault(row.id, Unit(*row))
    return lines_of(organiser, list(found.values()), rules, annex)


def _known(session: Session, annex: Sequence[Recipient]) -> dict[UUID, tuple[UUID, Facts]]:
    """Who is which recipient since an earlier filling."""
    found: dict[UUID, tuple[UUID, Facts]] = {}
    ids = [recipient.id for recipient in annex]
    query = select(awardees.c.recipient, people).join(people, people.c.id == awardees.c.person_id)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        for row in session.execute(query.where(awardees.c.recipient.in_(chunk))):
            found[row.recipient] = (row.id, Facts(row.name, row.position, row.phone, row.email))
    return found


def _formers(session: Session, view: View) -> dict[UUID, list[Former]]:
    """By place, the persons who sent somebody there, the latest first."""
    query = (
        select(substitutions.c.place_id, substitutions.c.to_person, people.c.id, people.c.name)
        .join(people, people.c.id == substitutions.c.from_person)
        .where(people.c.conference_id == view.conference_id)
        .order_by(substitutions.c.id.desc())
    )
    found: dict[UUID, list[Former]] = defaultdict(list)
    for row in session.execute(query):
        found[row.place_id].append(Former(row.id, row.name, row.to_person))
    return found


def _move_places(session: Session, moves: Sequence[Move]) -> None:
    """A place keeps its id, hence its links and its chain; in two steps, for ordinals are unique."""
    if not moves:
        return
    statement = update(places).where(places.c.id == bindparam("place", type_=Uuid))
    statement = statement.values(ordinal=bindparam("new"))
    for sign in (-1, 1):
        session.execute(statement, [{"place": move.place, "new": sign * move.ordinal} for move in moves])


def _remember(session: Session, filling: Filling) -> None:
    rows = [
        {"recipient": recipient, "person_id": person}
        for recipient, (person, _facts) in filling.persons.items()
    ]
    if not rows:
        return
    statement = upsert(session, awardees)
    person = statement.excluded.person_id
    renewed = statement.on_conflict_do_update(
        index_elements=["recipient"], set_={"person_id": person}, where=awardees.c.person_id != person
    )
    session.execute(renewed, rows)


def _tell_moved(session: Session, view: View, filling: Filling) -> None:
    told = {seated.place for seated in filling.changes.seated} | {*filling.changes.vacated}
    moved = [move.place for move in filling.moves if move.place not in told]
    query = (
        select(places.c.id, places.c.person_id, groups.c.key, units.c.key.label("unit"), places.c.ordinal)
        .join(groups, groups.c.id == places.c.group_id)
        .join(units, units.c.id == places.c.unit_id)
        .order_by(places.c.id)
    )
    for start in range(0, len(moved), _CHUNK):
        for row in session.execute(query.where(places.c.id.in_(moved[start : start + _CHUNK]))):
            data = {"conference": view.conference, "place": row.id, "person": row.person_id}
            data |= {"group": row.key, "unit": row.unit, "ordinal": row.ordinal}
            emit(session, DelegateChangedV1, data, key=str(row.id))


def _report(lines: Sequence[Line], filling: Filling) -> dict[str, Any]:
    """Figures and ids, no names: a job's result is read by many."""
    gave_way: list[Mapping[str, str]] = [
        {"person": str(person), "unit": line.unit.key, "group": line.group}
        for line, person in filling.gave_way
    ]
    return {
        "places": sum(len(line.seated) for line in lines),
        "kept": filling.kept,
        "seated": len(filling.changes.seated),
        "moved": len(filling.moves),
        "without_place": sum(len(line.recipients) - len(line.seated) for line in lines),
        "gave_way": gave_way,
    }

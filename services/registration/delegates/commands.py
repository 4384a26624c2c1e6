"""Name persons on places, change what is written about them, give places free again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, exists, func, or_, select, update

from services.registration.answers.waiting import reseat_persons
from services.registration.delegates.matching import Identity, Matching, identity
from services.registration.delegates.model import (
    DUPLICATE_PERSON,
    Changes,
    Draft,
    Held,
    NoFreePlace,
    PlaceRefused,
    PlaceTaken,
    Seat,
    Seated,
    UnknownSite,
)
from services.registration.delegates.telling import tell_namings
from services.registration.people.model import Facts, UnknownDelegate
from services.registration.people.tables import overrides, people, places
from services.registration.plan.model import View
from services.registration.plan.queries import require_not_closed
from services.registration.plan.tables import conferences, sites
from services.registration.storage import hold_answers, upsert
from shared.storage.bulk import analyze, load_rows
from shared.storage.session import Session

_CHUNK = 500
_MANY = 1_000

Item = TypeVar("Item")


def hold_naming(session: Session, view: View) -> None:
    """From here to the end of the transaction this is the only one that names, answers or switches.

    Raises ConferenceClosed.
    """
    hold_answers(session, view.conference_id)
    require_not_closed(session, view.conference_id)


def name_delegate(session: Session, view: View, seat: Seat, facts: Facts) -> UUID:
    """Put a person on a free place and return the place. Raises PlaceTaken, NoFreePlace, PlaceRefused."""
    hold_naming(session, view)
    existing = load_places(session, view.conference_id, [seat.unit_id])
    held = existing.get(seat.row, {})
    who = identity(facts)
    if who is not None and any(other.facts and identity(other.facts) == who for other in held.values()):
        raise PlaceRefused("name", DUPLICATE_PERSON)
    ordinal = seat.ordinal or _next_free(held, seat.most)
    if ordinal is None:
        raise NoFreePlace
    if ordinal in held and held[ordinal].person is not None:
        raise PlaceTaken
    taken = Seat(seat.group, seat.group_id, seat.unit, seat.unit_id, ordinal, seat.most)
    matching = Matching(existing, load_people(session, view.conference_id, [facts]))
    matching.match([Draft(0, taken, facts, _given(facts))])
    apply_changes(session, view, matching.changes)
    return matching.changes.seated[0].place


def change_delegate(session: Session, view: View, person: UUID, facts: Facts) -> None:
    """Write other facts about a person, at all their places."""
    hold_naming(session, view)
    apply_changes(session, view, Changes(changed_people={person: facts}))


def vacate_place(session: Session, view: View, place: UUID) -> None:
    """The place becomes vacant; what the person answered stays theirs. Raises UnknownDelegate."""
    hold_naming(session, view)
    named = select(places.c.person_id).where(places.c.id == place, places.c.person_id.is_not(None))
    person = session.execute(named).scalar_one_or_none()
    if person is None:
        raise UnknownDelegate
    apply_changes(session, view, Changes(vacated=[place], leaving={person}))


def put_elsewhere(session: Session, view: View, person: UUID, option: str, site: str | None) -> None:
    """Under `option` the person sits at `site` whatever their place says; None takes that back.

    Raises UnknownSite.
    """
    hold_naming(session, view)
    if site is None:
        mine = (overrides.c.person_id == person) & (overrides.c.option == option)
        session.execute(delete(overrides).where(mine))
    else:
        _override(session, view, person, option, site)
    mark_special(session, [person])
    _bump_facts(session, view)
    reseat_persons(session, view.conference, [person])


def apply_changes(session: Session, view: View, changes: Changes) -> None:
    """Write what naming worked out, tell of it, and set right what depends on it.

    The caller holds the naming (`hold_naming`).
    """
    if changes.is_empty:
        return
    reseat_persons(session, view.conference, write_changes(session, view, changes))
    tell_namings(session, view, changes)


def write_changes(session: Session, view: View, changes: Changes) -> list[UUID]:
    """Only write, for who sets the rest right themselves; returns whose seats are to be counted again."""
    _insert_people(session, view, changes.new_people)
    _update_people(session, changes.changed_people)
    _free_places(session, changes.vacated)
    _insert_places(session, view, [seated for seated in changes.seated if seated.is_new])
    _reuse_places(session, [seated for seated in changes.seated if not seated.is_new])
    if len(changes.seated) >= _MANY:  # the next portion of a large list comes before autovacuum does
        analyze(session, people, places)
    concerned = _known_before(changes)
    mark_special(session, concerned)
    _bump_facts(session, view)
    return concerned


def load_places(
    session: Session, conference_id: int, unit_ids: Sequence[int]
) -> dict[tuple[int, int], dict[int, Held]]:
    """All places with a row of these units; of the whole conference when they are many."""
    query = (
        select(places, people.c.name, people.c.position, people.c.phone, people.c.email)
        .select_from(places.outerjoin(people, people.c.id == places.c.person_id))
        .where(places.c.conference_id == conference_id)
    )
    if len(unit_ids) <= _CHUNK:
        query = query.where(places.c.unit_id.in_(unit_ids))
    found: dict[tuple[int, int], dict[int, Held]] = {}
    for row in session.execute(query):
        facts = Facts(row.name, row.position, row.phone, row.email) if row.name is not None else None
        held = Held(row.id, row.ordinal, row.person_id, facts)
        found.setdefault((row.unit_id, row.group_id), {})[row.ordinal] = held
    return found


def load_people(
    session: Session, conference_id: int, wanted: Sequence[Facts]
) -> dict[Identity, tuple[UUID, Facts]]:
    """The known persons with the phones of `wanted`, also those without a place at present."""
    phones = sorted({facts.phone for facts in wanted if facts.phone})
    found: dict[Identity, tuple[UUID, Facts]] = {}
    for chunk in _chunks(phones):
        mine = (people.c.conference_id == conference_id) & people.c.phone.in_(chunk)
        for row in session.execute(select(people).where(mine).order_by(people.c.id)):
            facts = Facts(row.name, row.position, row.phone, row.email)
            who = identity(facts)
            if who is not None:
                found.setdefault(who, (row.id, facts))
    return found


def _given(facts: Facts) -> frozenset[str]:
    """A single naming says nothing about facts that it leaves out."""
    return frozenset(
        name for name in ("name", "position", "phone", "email") if getattr(facts, name) is not None
    )


def _next_free(held: Mapping[int, Held], most: int) -> int | None:
    free = (n for n in range(1, most + 1) if n not in held or held[n].person is None)
    return next(free, None)


def _insert_people(session: Session, view: View, new: Mapping[UUID, Facts]) -> None:
    columns = ("id", "conference_id", "name", "position", "phone", "email")
    rows = [
        (person, view.conference_id, facts.name, facts.position, facts.phone, facts.email)
        for person, facts in new.items()
    ]
    load_rows(session, people, columns, rows)


def _update_people(session: Session, changed: Mapping[UUID, Facts]) -> None:
    if not changed:
        return
    person = bindparam("person", type_=Uuid)
    facts_of = ("name", "position", "phone", "email")
    written: dict[str, Any] = {name: bindparam(f"new_{name}") for name in facts_of}
    statement = update(people).where(people.c.id == person).values(written)
    rows = [
        {"person": person_id, **{f"new_{name}": getattr(facts, name) for name in facts_of}}
        for person_id, facts in changed.items()
    ]
    session.execute(statement.values(version=people.c.version + 1), rows)
    keys = update(places).where(places.c.person_id == person)
    keys = keys.values(search_key=bindparam("searched"), sort_key=bindparam("sorted"))
    key_rows = [
        {"person": person_id, "searched": facts.search_key, "sorted": facts.sort_key}
        for person_id, facts in changed.items()
    ]
    session.execute(keys, key_rows)


def _free_places(session: Session, vacated: Sequence[UUID]) -> None:
    free = {"person_id": None, "special": False, "search_key": "", "sort_key": ""}
    for chunk in _chunks(vacated):
        session.execute(update(places).where(places.c.id.in_(chunk)).values(free))


def _insert_places(session: Session, view: View, new: Sequence[Seated]) -> None:
    columns = ("id", "conference_id", "unit_id", "group_id", "ordinal", "person_id", "search_key", "sort_key")
    rows = [
        (
            seated.place,
            view.conference_id,
            *seated.seat.row,
            seated.ordinal,
            seated.person,
            seated.facts.search_key,
            seated.facts.sort_key,
        )
        for seated in new
    ]
    # In the order of the natural key: a shuffled table makes every later join ten times slower.
    load_rows(session, places, columns, sorted(rows, key=lambda row: row[2:5]))


def _reuse_places(session: Session, reused: Sequence[Seated]) -> None:
    if not reused:
        return
    statement = (
        update(places)
        .where(places.c.id == bindparam("place", type_=Uuid))
        .values(
            person_id=bindparam("person", type_=Uuid),
            search_key=bindparam("searched"),
            sort_key=bindparam("sorted"),
        )
    )
    rows = [
        {
            "place": seated.place,
            "person": seated.person,
            "searched": seated.facts.search_key,
            "sorted": seated.facts.sort_key,
        }
        for seated in reused
    ]
    session.execute(statement, rows)


def mark_special(session: Session, persons: Sequence[UUID]) -> None:
    """Holders of several places and overridden persons, at all their places."""
    other = places.alias("other")
    count = select(func.count()).where(other.c.person_id == places.c.person_id).scalar_subquery()
    overridden = exists().where(overrides.c.person_id == places.c.person_id)
    special = or_(count > 1, overridden)
    for chunk in _chunks(persons):
        mine = places.c.person_id.in_(chunk)
        session.execute(update(places).where(mine, places.c.special != special).values(special=special))


def _override(session: Session, view: View, person: UUID, option: str, site: str) -> None:
    query = select(sites.c.id).where(sites.c.conference_id == view.conference_id, sites.c.key == site)
    site_id = session.execute(query).scalar_one_or_none()
    if site_id is None:
        raise UnknownSite
    statement = upsert(session, overrides).values(person_id=person, option=option, site_id=site_id)
    keys = ["person_id", "option"]
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"site_id": site_id}))


def _bump_facts(session: Session, view: View) -> None:
    mine = conferences.c.id == view.conference_id
    session.execute(update(conferences).where(mine).values(facts_version=conferences.c.facts_version + 1))


def _known_before(changes: Changes) -> list[UUID]:
    """Persons of whom more than one place, an override or an answer may tell: not who is new on one place."""
    places_of = Counter(seated.person for seated in changes.seated)
    known = (person for person, held in places_of.items() if held > 1 or person not in changes.new_people)
    return [*changes.leaving, *known]


def _chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))

"""The waiting list of a full site: who waits there in which order, and letting in the first of them.

A seat that becomes free goes to the first who waits in the very transaction that frees it: while somebody
waits at a site of the current revision, none of its seats is free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, Select, bindparam, func, or_, select, tuple_, update

from services.registration.answers.model import WAITING_LIST, Standing
from services.registration.answers.seats import MOMENT, count_seats, live_revisions, recount_sites, sites_of
from services.registration.answers.tables import answers, site_seats
from services.registration.people.placement import COUNTS, HAS_ROUTE, OVERRIDDEN, SITE, of_conference
from services.registration.people.tables import overrides, places
from services.registration.plan.model import View
from services.registration.plan.queries import get_view
from services.registration.plan.tables import groups, routes, sites, units
from shared.bus.outbox import emit_each
from shared.contracts.registration import DelegateRespondedV1
from shared.jobs.queue import enqueue
from shared.revisions.following import current_revision
from shared.storage.session import Session

TELL = "tell_let_in"
"""The job that writes to those who were let in."""

_CHUNK = 500
_REVISION = bindparam("revision", type_=Integer)


def reseat_persons(session: Session, conference: str, persons: Sequence[UUID]) -> None:
    """After places of `persons` changed hands: count again where they have asked for a seat, and give what
    is free. The caller holds the conference's answers (`hold_answers`)."""
    reseat_sites(session, conference, sites_of(session, conference, persons))


def reseat_sites(session: Session, conference: str, touched: Collection[int]) -> None:
    """Count the seats of these sites again, and give what is free. The caller holds the answers."""
    if not touched:
        return
    recount_sites(session, conference, sorted(touched))
    if current_revision(session, conference) is not None:
        let_in(session, get_view(session, conference), touched)


def reseat_waiting(session: Session, view: View) -> None:
    """After a switch: the seats that the adopted revision has for those who wait."""
    waiting = select(answers.c.site_id).distinct().join(sites, sites.c.id == answers.c.site_id)
    here = (sites.c.conference_id == view.conference_id) & (answers.c.starts_at == view.moment)
    found = session.execute(waiting.where(here, answers.c.turn.is_not(None))).scalars().all()
    if found:
        reseat_sites(session, view.conference, found)
        enqueue(session, TELL, {}, conference=view.conference, once=view.conference)


def let_in(session: Session, view: View, at: Collection[int]) -> None:
    """Give the free seats of these sites to the first who wait there, and tell of it."""
    told = give_seats(session, view, at)
    if told:
        emit_each(session, DelegateRespondedV1, told)


def give_seats(session: Session, view: View, at: Collection[int]) -> dict[str, dict[str, Any]]:
    """Give the free seats of these sites to the first who wait there; what is to be told of it, by key.

    The caller holds the answers, or the counters of these sites in the current revision.
    """
    free = or_(
        site_seats.c.capacity.is_(None), _QUEUE.c.position <= site_seats.c.capacity - site_seats.c.taken
    )
    query = _NEXT.where(free) if len(at) > _CHUNK else _NEXT.where(free, _QUEUE.c.site_id.in_(at))
    rows = session.execute(query, {**view.parameters(), "revision": view.revision}).all()
    if not rows:
        return {}
    keys = [(row.person, row.site_id) for row in rows]
    _change(session, view, "waiting", keys, answer="accepted", via=WAITING_LIST)
    _count(session, view, Counter(row.site_id for row in rows))
    enqueue(session, TELL, {}, conference=view.conference, once=view.conference)
    named = ("place", "person", "group", "unit", "ordinal", "site")
    come = {"conference": view.conference, "answer": "accepted", "via": WAITING_LIST}
    return {str(row.place): {**come, **{name: getattr(row, name) for name in named}} for row in rows}


def positions(session: Session, view: View, persons: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Of those of `persons` who wait where they sit in the view: the how-manieth they are, of how many."""
    mine = answers.alias("mine")
    where = select(mine.c.site_id).where(mine.c.person_id.in_(persons), mine.c.turn.is_not(None))
    queue = _queue().where(answers.c.site_id.in_(where)).subquery("queue")
    query = select(queue.c.person_id, queue.c.position, queue.c.of).where(queue.c.person_id.in_(persons))
    rows = session.execute(query, view.parameters())
    return {row.person_id: (row.position, row.of) for row in rows}


def list_let_in(session: Session, view: View) -> Sequence[Row[Any]]:
    """Who was let in where they sit now, and is still to be told."""
    query = _listed("accepted", answers.c.answered_at, answers.c.starts_at)
    return session.execute(query.order_by(answers.c.turn), view.parameters()).all()


def note_told(session: Session, view: View, rows: Sequence[Row[Any]]) -> None:
    """They are told by the caller's transaction."""
    _change(session, view, "accepted", [(row.person_id, row.site_id) for row in rows], turn=None)


def _listed(answer: Standing, *more: Any) -> Select[Any]:
    """Those of the list who sit there, from its rows: it is short beside the places."""
    joined = (
        answers.join(places, places.c.person_id == answers.c.person_id)
        .join(routes, HAS_ROUTE)
        .outerjoin(overrides, OVERRIDDEN)
    )
    columns = (answers.c.person_id, answers.c.site_id, places.c.unit_id, places.c.group_id)
    return (
        select(*columns, *more)
        .select_from(joined)
        .where(of_conference(), COUNTS, answers.c.site_id == SITE, answers.c.starts_at == MOMENT)
        .where(answers.c.turn.is_not(None), answers.c.answer == answer)
    )


def _queue() -> Select[Any]:
    site = answers.c.site_id
    position = func.row_number().over(partition_by=site, order_by=answers.c.turn).label("position")
    of = func.count().over(partition_by=site).label("of")
    return _listed("waiting", places.c.id.label("place"), places.c.ordinal, position, of)


_QUEUE = _queue().subquery("queue")

_NEXT = (
    select(
        _QUEUE.c.person_id.label("person"),
        _QUEUE.c.site_id,
        _QUEUE.c.place,
        _QUEUE.c.ordinal,
        groups.c.key.label("group"),
        units.c.key.label("unit"),
        sites.c.key.label("site"),
    )
    .select_from(
        _QUEUE.join(site_seats, site_seats.c.site_id == _QUEUE.c.site_id)
        .join(groups, groups.c.id == _QUEUE.c.group_id)
        .join(units, units.c.id == _QUEUE.c.unit_id)
        .join(sites, sites.c.id == _QUEUE.c.site_id)
    )
    .where(site_seats.c.conference_id == bindparam("conference"), site_seats.c.revision == _REVISION)
)


def _change(
    session: Session, view: View, was: Standing, keys: Sequence[tuple[UUID, int]], **values: Any
) -> None:
    """Write to the answers of these persons at these sites, at the view's start, if they are still `was`."""
    still = (answers.c.starts_at == view.moment) & (answers.c.answer == was)
    for start in range(0, len(keys), _CHUNK):
        mine = tuple_(answers.c.person_id, answers.c.site_id).in_(keys[start : start + _CHUNK])
        session.execute(update(answers).where(still, mine).values(values))


def _count(session: Session, view: View, given: Counter[int]) -> None:
    """Add what was given; prepared revisions seat some of them elsewhere: there, count."""
    mine = (site_seats.c.conference_id == view.conference_id) & (site_seats.c.revision == view.revision)
    taken = update(site_seats).where(mine, site_seats.c.site_id == bindparam("at"))
    more = taken.values(taken=site_seats.c.taken + bindparam("more"))
    session.execute(more, [{"at": site, "more": number} for site, number in sorted(given.items())])
    for number in live_revisions(session, view.conference):
        if number != view.revision:
            count_seats(session, get_view(session, view.conference, number), sorted(given))

"""Counters of taken seats: built when a revision is prepared, kept up to date until it is passed by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, String, bindparam, delete, func, select

from services.registration.answers.tables import answers, site_seats
from services.registration.people.placement import LAYOUT, SEATED
from services.registration.plan.model import View
from services.registration.plan.queries import get_view
from services.registration.plan.tables import layout_sites, sites
from services.registration.storage import upsert
from shared.revisions.tables import pointers, revisions
from shared.storage.session import Session

MOMENT = bindparam("moment", type_=String)
CAPACITY = func.coalesce(sites.c.capacity, layout_sites.c.capacity)
"""What people set, else the layout's; join both tables."""

_MANY = 500


def count_seats(session: Session, view: View, only: Sequence[int] | None = None) -> None:
    """Set the counters of `view` from the answers: of `only` these sites, or of all when they are many.

    The caller holds the conference's answers (`hold_answers`).
    """
    few = only if only is not None and len(only) <= _MANY else None
    counted = _counted(few).params({**view.parameters(), "revision": view.revision})
    columns = ["conference_id", "revision", "site_id", "taken", "capacity", "turns"]
    statement = upsert(session, site_seats).from_select(columns, counted)
    fresh = {name: statement.excluded[name] for name in columns[3:]}
    session.execute(statement.on_conflict_do_update(index_elements=columns[:3], set_=fresh))


def recount_sites(session: Session, conference: str, touched: Sequence[int]) -> None:
    """Count the seats of these sites again, in the current revision and in those that may follow."""
    for number in live_revisions(session, conference):
        count_seats(session, get_view(session, conference, number), touched)


def sites_of(session: Session, conference: str, persons: Sequence[UUID]) -> Sequence[int]:
    """Where these persons have, or wait for, a seat; at any time."""
    query = select(answers.c.site_id).distinct().where(answers.c.answer != "declined")
    if len(persons) <= _MANY:
        return session.execute(query.where(answers.c.person_id.in_(persons))).scalars().all()
    of_conference = select(sites.c.id).where(
        sites.c.conference_id == get_view(session, conference).conference_id
    )
    return session.execute(query.where(answers.c.site_id.in_(of_conference))).scalars().all()


def live_revisions(session: Session, conference: str) -> Sequence[int]:
    """The current revision and the prepared ones that may still be adopted."""
    current = select(func.coalesce(func.max(pointers.c.revision), 0)).where(
        pointers.c.conference == conference
    )
    query = select(revisions.c.number).where(
        revisions.c.conference == conference,
        revisions.c.counts.is_not(None),
        revisions.c.number >= current.scalar_subquery(),
    )
    return session.execute(query.order_by(revisions.c.number)).scalars().all()


def drop_passed(session: Session, conference_id: int, revision: int) -> None:
    """Counters below the adopted revision are of no use any more."""
    passed = (site_seats.c.conference_id == conference_id) & (site_seats.c.revision < revision)
    session.execute(delete(site_seats).where(passed))


def _counted(only: Sequence[int] | None) -> Select[Any]:
    accepted = (
        (answers.c.person_id == SEATED.c.person_id)
        & (answers.c.site_id == SEATED.c.site_id)
        & (answers.c.starts_at == MOMENT)
        & (answers.c.answer == "accepted")
    )
    taken = (
        select(SEATED.c.site_id, func.count().label("taken"))
        .select_from(SEATED.join(answers, accepted))
        .group_by(SEATED.c.site_id)
    )
    turns = (
        select(answers.c.site_id, func.max(answers.c.turn).label("turns"))
        .where(answers.c.turn.is_not(None), answers.c.starts_at == MOMENT)
        .group_by(answers.c.site_id)
    )
    if only is not None:
        taken = taken.where(answers.c.site_id.in_(only), SEATED.c.site_id.in_(only))
        turns = turns.where(answers.c.site_id.in_(only))
    counted, listed = taken.subquery("counted"), turns.subquery("listed")
    query = (
        select(
            bindparam("conference", type_=Integer),
            bindparam("revision", type_=Integer),
            layout_sites.c.site_id,
            func.coalesce(counted.c.taken, 0),
            CAPACITY,
            func.coalesce(listed.c.turns, 0),
        )
        .select_from(
            layout_sites.join(sites, sites.c.id == layout_sites.c.site_id)
            .outerjoin(counted, counted.c.site_id == layout_sites.c.site_id)
            .outerjoin(listed, listed.c.site_id == layout_sites.c.site_id)
        )
        .where(layout_sites.c.layout_id == LAYOUT)
    )
    return query if only is None else query.where(layout_sites.c.site_id.in_(only))

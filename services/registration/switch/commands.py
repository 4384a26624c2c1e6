"""Registration's part in a switch: count what would change, and keep the seats counted."""

from __future__ import annotations

from sqlalchemy import select

from services.registration.answers.seats import count_seats, drop_passed
from services.registration.invitations.commands import settle_messages
from services.registration.plan.queries import get_proposed
from services.registration.plan.tables import conferences, plans
from services.registration.storage import hold_answers, upsert
from services.registration.switch.queries import Switch, count_changes
from services.registration.switch.tables import counted
from shared.contracts.registration import RegistrationRevisionPreparedV1, RegistrationRevisionSettledV1
from shared.revisions.following import Counts, Participant, Revision
from shared.storage.session import Session


def has_plan(session: Session, revision: Revision) -> bool:
    """Whether the revision's plan version is known here; without it nothing can be prepared."""
    query = (
        select(plans.c.id)
        .join(conferences, conferences.c.id == plans.c.conference_id)
        .where(conferences.c.key == revision.conference, plans.c.version == revision.plan_version)
    )
    return session.execute(query).first() is not None


def prepare_placement(session: Session, revision: Revision) -> Counts:
    """Count what adopting would change, and build the counters of seats for it."""
    switch = _switch(session, revision)
    hold_answers(session, switch.view.conference_id)
    counts = count_changes(session, switch)
    count_seats(session, switch.view)
    _note_counted(session, switch)
    return counts


def settle_placement(session: Session, revision: Revision) -> Counts:
    """The counts that hold at the moment of adoption; those of the preview if nobody was named since."""
    switch = _switch(session, revision)
    hold_answers(session, switch.view.conference_id)
    drop_passed(session, switch.view.conference_id, revision.number)
    settle_messages(session, switch.view)
    if revision.counts is not None and _still_holds(session, switch):
        return dict(revision.counts)
    return count_changes(session, switch)


PARTICIPANT = Participant(
    "registration",
    RegistrationRevisionPreparedV1,
    RegistrationRevisionSettledV1,
    has_plan,
    prepare_placement,
    settle_placement,
)


def _switch(session: Session, revision: Revision) -> Switch:
    view = get_proposed(session, revision.conference, revision.number)
    return Switch(view, revision.base, revision.base_layout_id)


def _facts_version(session: Session, conference_id: int) -> int:
    query = select(conferences.c.facts_version).where(conferences.c.id == conference_id)
    version: int = session.execute(query).scalar_one()
    return version


def _note_counted(session: Session, switch: Switch) -> None:
    version = _facts_version(session, switch.view.conference_id)
    values = {"conference_id": switch.view.conference_id, "revision": switch.view.revision}
    statement = upsert(session, counted).values(**values, facts_version=version)
    fresh = {"facts_version": version}
    session.execute(statement.on_conflict_do_update(index_elements=list(values), set_=fresh))


def _still_holds(session: Session, switch: Switch) -> bool:
    query = select(counted.c.facts_version).where(
        counted.c.conference_id == switch.view.conference_id, counted.c.revision == switch.view.revision
    )
    now = _facts_version(session, switch.view.conference_id)
    return session.execute(query).scalar_one_or_none() == now

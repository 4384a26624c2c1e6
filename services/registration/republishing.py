"""What registration tells again to a consumer that lost it, and what itself it knows from others."""

from __future__ import annotations

from sqlalchemy import update

from services.registration.answers.tables import site_seats
from services.registration.honours.tables import award_fills
from services.registration.plan.tables import (
    conferences,
    layout_sites,
    plan_groups,
    plan_units,
    plans,
    routes,
    sites,
)
from services.registration.switch.commands import PARTICIPANT
from services.registration.switch.tables import counted
from shared.bus.republish import Retelling, forget
from shared.revisions.retelling import answers_of, jobs_of
from shared.revisions.tables import pointers, revisions
from shared.storage.session import Session


def retellings() -> tuple[Retelling, ...]:
    """Its answers and jobs. Of delegates, invitations and headcounts nobody keeps a picture of their own."""
    return (answers_of(PARTICIPANT), jobs_of(PARTICIPANT))


def forget_others(session: Session, consumer: str) -> None:
    """Forget plans, layouts and revisions, and what was counted from them.

    Persons, places, answers, invitations and messages stay, and with them the numbers of conferences, units,
    groups and sites that they hang on.
    """
    derived = (site_seats, counted, award_fills)
    told = (plan_units, plan_groups, plans, layout_sites, routes, pointers, revisions)
    forget(session, consumer, (*derived, *told))
    session.execute(update(sites).values(room=None, address=None, capacity=None))
    session.execute(update(conferences).values(closed_at=None))

"""The read side: where awards are presented under a revision, and what that changes."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.awards.model import (
    Change,
    Placement,
    Presentation,
    Quota,
    Unit,
    compare,
    place_slots,
    quota_slots,
)
from services.awards.tables import plan_units, plans, presentations, quotas
from shared.revisions.following import Counts, Revision


def has_plan(session: Session, revision: Revision) -> bool:
    return _organiser(session, revision.conference, revision.plan_version) is not None


def is_known(session: Session, conference: str) -> bool:
    return (
        session.execute(select(plans.c.version).where(plans.c.conference == conference)).first() is not None
    )


def count_changes(session: Session, revision: Revision) -> Counts:
    """awards' counts of a revision against its base; together they are all the slots of the quotas."""
    totals: Counter[str] = Counter()
    for change, count in changes_of(session, revision).items():
        totals[change.change] += count
    return {f"presentations_{name}": totals[name] for name in ("kept", "moved", "deferred")}


def changes_of(session: Session, revision: Revision) -> Counter[Change]:
    old: Placement = {}
    if revision.base_plan_version is not None:
        old = _placement(session, revision.conference, revision.base_plan_version, revision.base_layout_id)
    return compare(old, placement_of(session, revision))


def placement_of(session: Session, revision: Revision) -> Placement:
    return _placement(session, revision.conference, revision.plan_version, revision.layout_id)


def unit_names(session: Session, conference: str, version: int) -> dict[str, str]:
    query = select(plan_units.c.key, plan_units.c.name).where(
        plan_units.c.conference == conference, plan_units.c.version == version
    )
    return dict(session.execute(query).all())


def _placement(session: Session, conference: str, version: int, layout_id: int | None) -> Placement:
    organiser = _organiser(session, conference, version) or ""
    units = select(plan_units.c.key, plan_units.c.level).where(
        plan_units.c.conference == conference, plan_units.c.version == version
    )
    allotted = select(quotas.c.level, quotas.c.collectives, quotas.c.individuals).where(
        quotas.c.conference == conference, quotas.c.version == version
    )
    slots = quota_slots(
        organiser,
        [Unit(*row) for row in session.execute(units.order_by(plan_units.c.position))],
        [Quota(*row) for row in session.execute(allotted)],
    )
    return place_slots(slots, _presentations(session, layout_id))


def _presentations(session: Session, layout_id: int | None) -> list[Presentation]:
    query = select(presentations).where(presentations.c.layout_id == layout_id)
    return [
        Presentation(row.unit, row.site, row.seats, tuple(row.sources), tuple(row.kinds))
        for row in session.execute(query.order_by(presentations.c.position))
    ]


def _organiser(session: Session, conference: str, version: int) -> str | None:
    query = select(plans.c.organiser).where(plans.c.conference == conference, plans.c.version == version)
    return session.execute(query).scalar_one_or_none()

"""The read side of plans and layouts: what is required, and the routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from services.documents.plan.model import Requirement, UnknownConference
from services.documents.plan.tables import (
    award_decisions,
    layout_places,
    layout_routes,
    plans,
    requirements,
)
from shared.revisions.following import Revision, find_revision
from shared.storage.session import Session


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """The plan version of the current revision; before the first decision (`revision` None) the newest.

    `award`: the newest decision on the awards, None before the first. `places`: digest of the rooms and
    addresses that documents of a type tell of, by type, as far as they are known.
    """

    conference: str
    version: int
    revision: Revision | None
    organiser: str
    timezone: str
    starts_at: str | None
    told: str
    unit_names: dict[str, str]
    award: UUID | None
    places: dict[str, str]

    @property
    def option(self) -> str | None:
        return self.revision.option if self.revision is not None else None


def has_plan(session: Session, revision: Revision) -> bool:
    query = select(plans.c.version).where(
        plans.c.conference == revision.conference, plans.c.version == revision.plan_version
    )
    return session.execute(query).one_or_none() is not None


def get_plan(session: Session, conference: str) -> PlanInForce:
    """What is in force now. Raises UnknownConference."""
    return _plan(session, conference, find_revision(session, conference, None))


def plan_of(session: Session, revision: Revision) -> PlanInForce:
    """What would be, or was, in force with this revision."""
    return _plan(session, revision.conference, revision)


def _plan(session: Session, conference: str, revision: Revision | None) -> PlanInForce:
    query = select(plans).where(plans.c.conference == conference)
    if revision is not None:
        query = query.where(plans.c.version == revision.plan_version)
    row = session.execute(query.order_by(plans.c.version.desc()).limit(1)).one_or_none()
    if row is None:
        raise UnknownConference(conference)
    return PlanInForce(
        conference,
        row.version,
        revision,
        row.organiser,
        row.timezone,
        row.starts_at,
        row.told,
        row.unit_names,
        newest_award(session, conference),
        _places(session, revision.layout_id if revision is not None else None),
    )


def _places(session: Session, layout_id: int | None) -> dict[str, str]:
    columns = layout_places.c
    query = select(columns.type, columns.digest).where(columns.layout_id == layout_id)
    return dict(session.execute(query).all())


def newest_award(session: Session, conference: str) -> UUID | None:
    query = select(award_decisions.c.decision).where(award_decisions.c.conference == conference)
    decision: UUID | None = session.execute(query).scalar_one_or_none()
    return decision


def told_of(session: Session, conference: str, version: int) -> str:
    query = select(plans.c.told).where(plans.c.conference == conference, plans.c.version == version)
    return str(session.execute(query).scalar_one())


def list_requirements(session: Session, conference: str, version: int) -> tuple[Requirement, ...]:
    """All that the plan version asks for, in plan order."""
    columns = requirements.c
    query = (
        select(requirements)
        .where(columns.conference == conference, columns.version == version)
        .order_by(columns.position)
    )
    return tuple(
        Requirement(row.key, row.type, row.subject, row.drafted_by, tuple(row.to), tuple(row.only), row.per)
        for row in session.execute(query)
    )


def routes_of(layout_id: int | None) -> Select[Any]:
    """No layout has the id 0; SQLite looks through everything again and again for one that is null."""
    return select(layout_routes).where(layout_routes.c.layout_id == (layout_id or 0))


def count_routes(session: Session, layout_id: int | None) -> int:
    """How many invitations a layout has in force."""
    return int(
        session.execute(select(func.count()).select_from(routes_of(layout_id).subquery())).scalar_one()
    )


def seats_by_group(session: Session, layout_id: int | None) -> dict[str, int]:
    """Places of each group in a layout, over all its sites."""
    columns = layout_routes.c
    query = (
        select(columns.group, func.sum(columns.seats))
        .where(columns.layout_id == layout_id)
        .group_by(columns.group)
    )
    return {group: int(seats) for group, seats in session.execute(query)}

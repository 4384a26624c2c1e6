"""The read side of plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.planning.plan.model import (
    ConferenceClosed,
    ConferencePlan,
    Phase,
    UnknownConference,
    UnknownPlanVersion,
)
from services.planning.plan.reader import read_accepted
from services.planning.plan.tables import conferences, plan_versions


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A stored plan: its version, the tree as posted and who stored it when."""

    conference: str
    version: int
    tree: dict[str, Any]
    stored_by: str
    stored_at: Any


def lock_conference(session: Session, conference: str) -> int:
    """The newest plan version, which stays the newest until the transaction ends: plans of and decisions
    on one conference come one after the other. Raises UnknownConference."""
    query = select(conferences.c.plan_version).where(conferences.c.key == conference).with_for_update()
    version = session.execute(query).scalar_one_or_none()
    if version is None:
        raise UnknownConference(conference)
    return int(version)


def lock_unclosed(session: Session, conference: str) -> int:
    """As `lock_conference`, for what people change. Raises ConferenceClosed, UnknownConference."""
    version = lock_conference(session, conference)
    if phase_of(session, conference) is Phase.CLOSED:
        raise ConferenceClosed
    return version


def phase_of(session: Session, conference: str) -> Phase:
    """Raises UnknownConference."""
    query = select(conferences.c.state).where(conferences.c.key == conference)
    state = session.execute(query).scalar_one_or_none()
    if state is None:
        raise UnknownConference(conference)
    return Phase(state)


def get_plan(session: Session, conference: str, version: int | None = None) -> PlanVersion:
    """A version, or the newest. Raises UnknownConference, UnknownPlanVersion."""
    query = select(plan_versions).join(conferences, conferences.c.key == plan_versions.c.conference)
    wanted = conferences.c.plan_version if version is None else version
    row = session.execute(
        query.where(conferences.c.key == conference, plan_versions.c.version == wanted)
    ).one_or_none()
    if row is None:
        if version is not None and is_known(session, conference):
            raise UnknownPlanVersion(version)
        raise UnknownConference(conference)
    return PlanVersion(row.conference, row.version, row.tree, row.stored_by, row.stored_at)


def is_known(session: Session, conference: str) -> bool:
    query = select(conferences.c.key).where(conferences.c.key == conference)
    return session.execute(query).first() is not None


def newest_plan(session: Session, conference: str) -> ConferencePlan:
    """The newest version, read. Raises UnknownConference."""
    return read_accepted(get_plan(session, conference).tree)


def list_conferences(session: Session) -> list[PlanVersion]:
    query = (
        select(plan_versions)
        .join(conferences, conferences.c.key == plan_versions.c.conference)
        .where(plan_versions.c.version == conferences.c.plan_version)
        .order_by(conferences.c.created_at, conferences.c.key)
    )
    return [
        PlanVersion(row.conference, row.version, row.tree, row.stored_by, row.stored_at)
        for row in session.execute(query)
    ]

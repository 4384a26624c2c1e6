"""The read side of plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Select, select

from services.planning.plan.model import (
    ConferenceClosed,
    ConferencePlan,
    Phase,
    UnknownConference,
    UnknownPlanVersion,
)
from services.planning.plan.reader import read_accepted
from services.planning.plan.tables import conferences, plan_versions
from shared.storage.session import Session


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A stored plan: its version, the outline of what was posted and who stored it when."""

    conference: str
    version: int
    outline: dict[str, Any]
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
    wanted = conferences.c.plan_version if version is None else version
    mine = (conferences.c.key == conference) & (plan_versions.c.version == wanted)
    row = session.execute(_versions().where(mine)).one_or_none()
    if row is None:
        if version is not None and is_known(session, conference):
            raise UnknownPlanVersion(version)
        raise UnknownConference(conference)
    return PlanVersion(*row)


def get_tree(session: Session, conference: str, version: int) -> dict[str, Any]:
    """A version that is there, whole, as it was posted."""
    return dict(_column_of(session, plan_versions.c.tree, conference, version))


def unit_names(session: Session, conference: str, version: int) -> dict[str, str]:
    """Names by key of all units of a version that is there."""
    return dict(_column_of(session, plan_versions.c.unit_names, conference, version))


def is_known(session: Session, conference: str) -> bool:
    query = select(conferences.c.key).where(conferences.c.key == conference)
    return session.execute(query).first() is not None


def newest_plan(session: Session, conference: str) -> ConferencePlan:
    """The newest version, read from its outline. Raises UnknownConference."""
    return read_accepted(get_plan(session, conference).outline)


def list_conferences(session: Session) -> list[PlanVersion]:
    newest = plan_versions.c.version == conferences.c.plan_version
    query = _versions().where(newest).order_by(conferences.c.created_at, conferences.c.key)
    return [PlanVersion(*row) for row in session.execute(query)]


def _versions() -> Select[Any]:
    """In the order of PlanVersion's fields."""
    columns = plan_versions.c
    return select(
        columns.conference, columns.version, columns.outline, columns.stored_by, columns.stored_at
    ).join(conferences, conferences.c.key == columns.conference)


def _column_of(session: Session, column: Column[Any], conference: str, version: int) -> Any:
    mine = (plan_versions.c.conference == conference) & (plan_versions.c.version == version)
    return session.execute(select(column).where(mine)).scalar_one()

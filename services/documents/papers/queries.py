"""The read side of papers: who is asked, what stands, every version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, Subquery, func, select, union

from services.documents.papers.model import UnknownPaper, UnknownUnit
from services.documents.papers.tables import asked_units, paper_calls, paper_versions, papers
from services.documents.plan.queries import PlanInForce, get_plan
from shared.storage.session import Session


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the plan in force asks for papers, and until when (UTC; None when it asks for none)."""

    plan: PlanInForce
    due: datetime | None

    @property
    def conference(self) -> str:
        return self.plan.conference

    @property
    def provisional(self) -> bool:
        """The start is open: the deadline counts from the first day of the window."""
        return self.plan.starts_at is None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.plan.timezone)

    def name_of(self, unit: str) -> str:
        """Raises UnknownUnit."""
        if unit not in self.plan.unit_names:
            raise UnknownUnit(unit)
        return self.plan.unit_names[unit]


def get_asked(session: Session, conference: str) -> Asked:
    """By the adopted plan version; before the first decision by the newest. Raises UnknownConference."""
    plan = get_plan(session, conference)
    due = select(paper_calls.c.due).where(
        paper_calls.c.conference == conference, paper_calls.c.version == plan.version
    )
    return Asked(plan, session.execute(due).scalar_one_or_none())


def is_asked(session: Session, asked: Asked, unit: str) -> bool:
    return session.execute(_asked(asked).where(asked_units.c.unit == unit)).first() is not None


def list_papers(session: Session, asked: Asked, unit: str | None = None) -> list[Row[Any]]:
    """One row per unit asked, in plan order, then those that sent a paper unasked; `unit` narrows it.

    Columns: unit, position (None: unasked), paper, speaking, versions, and those of the standing version.
    """
    mine, kept = _asked(asked).subquery("asked"), _kept(asked.conference).subquery("kept")
    standing = select(kept.c.unit).where(kept.c.version.is_not(None))
    units = union(select(mine.c.unit), standing).subquery("units")
    columns = (column for column in kept.c if column.name != "unit")
    query = select(units.c.unit, mine.c.position, *columns).select_from(
        units.outerjoin(mine, mine.c.unit == units.c.unit).outerjoin(kept, kept.c.unit == units.c.unit)
    )
    if unit is not None:
        query = query.where(units.c.unit == unit)
    return list(session.execute(query.order_by(mine.c.position.is_(None), mine.c.position, units.c.unit)))


def list_versions(session: Session, conference: str, unit: str) -> list[Row[Any]]:
    """Every version of the unit's paper, newest first."""
    both = paper_versions.join(papers, papers.c.id == paper_versions.c.paper)
    query = select(paper_versions).select_from(both)
    mine = query.where(papers.c.conference == conference, papers.c.unit == unit)
    return list(session.execute(mine.order_by(paper_versions.c.number.desc())))


def get_version(session: Session, id: UUID) -> Row[Any]:
    """A version with its paper's conference and unit. Raises UnknownPaper."""
    both = paper_versions.join(papers, papers.c.id == paper_versions.c.paper)
    query = select(paper_versions, papers.c.conference, papers.c.unit).select_from(both)
    row = session.execute(query.where(paper_versions.c.id == id)).one_or_none()
    if row is None:
        raise UnknownPaper
    return row


def standing_version(session: Session, paper: UUID) -> Row[Any] | None:
    """The newest version that was not withdrawn."""
    query = select(paper_versions).where(
        paper_versions.c.paper == paper, paper_versions.c.withdrawn_at.is_(None)
    )
    return session.execute(query.order_by(paper_versions.c.number.desc()).limit(1)).one_or_none()


def find_paper(session: Session, conference: str, unit: str) -> Row[Any] | None:
    """The unit's paper, whether a version of it stands or not."""
    query = select(papers).where(papers.c.conference == conference, papers.c.unit == unit)
    return session.execute(query).one_or_none()


def find_speaker(session: Session, conference: str, order: int) -> Row[Any] | None:
    """The paper that is presented at this place in the order."""
    query = select(papers).where(papers.c.conference == conference, papers.c.speaking == order)
    return session.execute(query).one_or_none()


def _asked(asked: Asked) -> Select[Any]:
    return select(asked_units.c.unit, asked_units.c.position).where(
        asked_units.c.conference == asked.conference, asked_units.c.version == asked.plan.version
    )


def _kept(conference: str) -> Select[Any]:
    """Papers of the conference, each with its newest version that stands, if one does."""
    counted = _counted(conference)
    version = paper_versions.c
    wanted = ("title", "author", "filename", "media_type", "size", "submitted_at")
    return select(
        papers.c.unit,
        papers.c.id.label("paper"),
        papers.c.speaking,
        counted.c.versions,
        version.id.label("version"),
        *(version[name] for name in wanted),
    ).select_from(
        papers.join(counted, counted.c.paper == papers.c.id).outerjoin(
            paper_versions, (version.paper == papers.c.id) & (version.number == counted.c.standing)
        )
    )


def _counted(conference: str) -> Subquery:
    number = paper_versions.c.number
    both = paper_versions.join(papers, papers.c.id == paper_versions.c.paper)
    return (
        select(
            paper_versions.c.paper,
            func.count().label("versions"),
            func.max(number).filter(paper_versions.c.withdrawn_at.is_(None)).label("standing"),
        )
        .select_from(both)
        .where(papers.c.conference == conference)
        .group_by(paper_versions.c.paper)
        .subquery("counted")
    )

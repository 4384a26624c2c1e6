"""Ask units for papers, keep what they send, take a version back, choose who speaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from uuid_utils.compat import uuid7

from services.documents.papers.model import (
    AlreadyWithdrawn,
    Draft,
    NoPaper,
    NotAsked,
    OrderTaken,
    is_late,
)
from services.documents.papers.queries import (
    Asked,
    find_paper,
    find_speaker,
    get_asked,
    get_version,
    is_asked,
    standing_version,
)
from services.documents.papers.tables import asked_units, paper_calls, paper_versions, papers
from shared.bus.outbox import emit
from shared.bus.pages import Batch
from shared.contracts.documents import PaperSubmittedV1, PaperWithdrawnV1
from shared.revisions.closing import require_not_closed
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

SAME = ("title", "author", "filename", "sha256")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, for the record; `bound` to one unit, or the organiser."""

    name: str
    bound: bool


def store_asked(session: Session, batch: Batch) -> None:
    """Keep whom a plan version asks for papers, and until when."""
    if batch.head["papers_due"] is None:
        return
    version = {"conference": batch.conference, "version": batch.head["plan_version"]}
    session.execute(insert(paper_calls).values(**version, due=batch.head["papers_due"]))
    units = [row["unit"] for row in batch.tables["papers"].records()]
    rows = [{**version, "unit": unit, "position": position} for position, unit in enumerate(units)]
    if rows:
        session.execute(insert(asked_units), rows)


def submit_paper(
    session: Session, asked: Asked, unit: str, draft: Draft, *, by: Sender, now: datetime
) -> tuple[UUID, bool]:
    """Keep a version of the unit's paper, late or not; returns its id and whether it is new.

    What stands already is not kept twice. Raises ConferenceIsClosed, UnknownUnit, and NotAsked unless the
    organiser sends it.
    """
    require_not_closed(session, asked.conference)
    name = asked.name_of(unit)
    if by.bound and not is_asked(session, asked, unit):
        raise NotAsked(name)
    paper = _lock_or_make(session, asked.conference, unit)
    standing = standing_version(session, paper.id)
    if standing is not None and all(getattr(standing, same) == getattr(draft, same) for same in SAME):
        return standing.id, False
    id = _add_version(session, paper.id, draft, by.name, now)
    _tell_submitted(session, paper, late=is_late(now, asked.due))
    return id, True


def withdraw_version(session: Session, id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """The version stands no more, the one before it does; its file stays in the record.

    Raises UnknownPaper, ConferenceIsClosed, AlreadyWithdrawn.
    """
    version = get_version(session, id)
    require_not_closed(session, version.conference)
    _lock_or_make(session, version.conference, version.unit)
    values = {"withdrawn_at": now, "withdrawn_by": by, "withdrawn_reason": reason}
    mine = (paper_versions.c.id == id) & paper_versions.c.withdrawn_at.is_(None)
    change = update(paper_versions).where(mine).values(values).returning(paper_versions.c.id)
    if session.execute(change).first() is None:
        raise AlreadyWithdrawn
    if standing_version(session, version.paper) is None:
        session.execute(update(papers).where(papers.c.id == version.paper).values(speaking=None))
        _tell_withdrawn(session, version.conference, version.unit, version.paper)


def tell_paper(session: Session, paper: UUID) -> None:
    """Whether the unit has a paper, as it is now."""
    row = session.execute(select(papers).where(papers.c.id == paper)).one()
    standing = standing_version(session, paper)
    if standing is None:
        _tell_withdrawn(session, row.conference, row.unit, paper)
    else:
        due = get_asked(session, row.conference).due
        _tell_submitted(session, row, late=is_late(standing.submitted_at, due))


def choose_speaker(session: Session, asked: Asked, unit: str, order: int | None) -> None:
    """Present the unit's paper at this place in the order; None: it is not presented.

    Raises ConferenceIsClosed, UnknownUnit, NoPaper, OrderTaken.
    """
    require_not_closed(session, asked.conference)
    name = asked.name_of(unit)
    all_of_it = select(papers.c.id).where(papers.c.conference == asked.conference)
    session.execute(all_of_it.order_by(papers.c.id).with_for_update())
    paper = find_paper(session, asked.conference, unit)
    if paper is None or standing_version(session, paper.id) is None:
        raise NoPaper(name)
    if order is not None:
        other = find_speaker(session, asked.conference, order)
        if other is not None and other.unit != unit:
            raise OrderTaken(order, asked.plan.unit_names.get(other.unit, other.unit))
    session.execute(update(papers).where(papers.c.id == paper.id).values(speaking=order))


def _tell_submitted(session: Session, paper: Row[Any], *, late: bool) -> None:
    data = {"conference": paper.conference, "unit": paper.unit, "paper": paper.id, "late": late}
    emit(session, PaperSubmittedV1, data, key=str(paper.id))


def _tell_withdrawn(session: Session, conference: str, unit: str, paper: UUID) -> None:
    data = {"conference": conference, "unit": unit, "paper": paper}
    emit(session, PaperWithdrawnV1, data, key=str(paper))


def _lock_or_make(session: Session, conference: str, unit: str) -> Row[Any]:
    """The unit's paper; who else changes it waits until this transaction ends."""
    new = insert_into(dialect_of(session), papers).values(id=uuid7(), conference=conference, unit=unit)
    session.execute(new.on_conflict_do_nothing())
    mine = select(papers).where(papers.c.conference == conference, papers.c.unit == unit)
    return session.execute(mine.with_for_update()).one()


def _add_version(session: Session, paper: UUID, draft: Draft, by: str, now: datetime) -> UUID:
    id = uuid7()
    newest = select(func.max(paper_versions.c.number)).where(paper_versions.c.paper == paper)
    number = (session.execute(newest).scalar_one() or 0) + 1
    values = {name: getattr(draft, name) for name in Draft.__slots__}
    row = {"id": id, "paper": paper, "number": number, "submitted_at": now, "submitted_by": by}
    session.execute(insert(paper_versions).values(**row, **values))
    return UUID(str(id))

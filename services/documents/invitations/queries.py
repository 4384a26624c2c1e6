"""The read side of invitation letters: batches, chunks, routes, and the general invitation they follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select

from services.documents.invitations.model import LettersNotReady, Route, UnknownBatch
from services.documents.invitations.tables import invitation_batches, invitation_chunks, invitation_files
from services.documents.plan.queries import plan_of, routes_of
from services.documents.plan.tables import layout_routes
from services.documents.register.model import DRAFT, INVITATION, ISSUED, is_outdated
from services.documents.register.queries import truth_of
from services.documents.register.tables import documents
from services.documents.typesetting.model import Document
from services.documents.typesetting.reading import read_document
from shared.jobs.tables import jobs
from shared.revisions.following import Revision
from shared.storage.session import Session

MOST_BATCHES = 100


def list_routes(session: Session, layout_id: int | None, group: str, unit: str) -> list[Route]:
    """Routes of a layout; blank `group` or `unit`: of all."""
    query = routes_of(layout_id)
    for column, value in ((layout_routes.c.group, group), (layout_routes.c.unit, unit)):
        query = query.where(column == value) if value else query
    return [Route(row.group, row.unit, row.site, row.seats) for row in session.execute(query)]


def has_routes(session: Session, layout_id: int | None, group: str, unit: str) -> bool:
    query = select(layout_routes.c.group).where(layout_routes.c.layout_id == layout_id)
    for column, value in ((layout_routes.c.group, group), (layout_routes.c.unit, unit)):
        query = query.where(column == value) if value else query
    return session.execute(query.limit(1)).first() is not None


def find_general(session: Session, revision: Revision) -> Document | None:
    """The general invitation that tells of this layout and time: issued, or else as drafted."""
    columns = documents.c
    query = select(documents).where(
        columns.conference == revision.conference,
        columns.type == INVITATION,
        columns.status.in_((DRAFT, ISSUED)),
    )
    truth = truth_of(plan_of(session, revision))
    rows = [
        row
        for row in session.execute(query.order_by(columns.created_at)).mappings()
        if not is_outdated(row, truth)
    ]
    found = next((row for row in rows if row["status"] == ISSUED), next(iter(rows), None))
    return None if found is None else replace(read_document(found["content"]), annexes=())


def get_batch(session: Session, conference: str, batch: UUID, unit: str | None) -> RowMapping:
    """With the state of its job; `unit`: only its own are shown. Raises UnknownBatch."""
    found = _batches().where(invitation_batches.c.conference == conference, invitation_batches.c.id == batch)
    row = session.execute(_shown_to(found, unit)).mappings().one_or_none()
    if row is None:
        raise UnknownBatch
    return row


def list_batches(session: Session, conference: str, unit: str | None) -> list[RowMapping]:
    """The newest first."""
    batches = invitation_batches.c
    query = _shown_to(_batches().where(batches.conference == conference), unit)
    newest = query.order_by(batches.created_at.desc(), batches.id.desc()).limit(MOST_BATCHES)
    return list(session.execute(newest).mappings())


def batch_of_job(session: Session, job: UUID) -> UUID | None:
    query = select(invitation_batches.c.id).where(invitation_batches.c.job == job)
    return session.execute(query).scalar_one_or_none()


def list_files(session: Session, batches: Iterable[UUID]) -> dict[UUID, list[RowMapping]]:
    """Files of each batch that has some."""
    query = select(invitation_files).where(invitation_files.c.batch.in_(list(batches)))
    found: dict[UUID, list[RowMapping]] = {}
    for row in session.execute(query.order_by(invitation_files.c.format)).mappings():
        found.setdefault(row["batch"], []).append(row)
    return found


def get_file(session: Session, batch: RowMapping, format: str) -> str:
    """SHA-256 of a file of the batch. Raises LettersNotReady."""
    files = invitation_files.c
    query = select(files.sha256).where(files.batch == batch["id"], files.format == format)
    digest = session.execute(query).scalar_one_or_none()
    if digest is None:
        raise LettersNotReady(batch["job"])
    return str(digest)


def list_chunks(session: Session, batch: UUID) -> dict[int, RowMapping]:
    """What is made of the batch, by position."""
    query = select(invitation_chunks).where(invitation_chunks.c.batch == batch)
    return {row["position"]: row for row in session.execute(query).mappings()}


def _batches() -> Select[Any]:
    columns = [jobs.c[name] for name in ("state", "done", "total", "problem_vi", "problem_en")]
    return select(invitation_batches, *columns).join(jobs, jobs.c.id == invitation_batches.c.job)


def _shown_to(query: Select[Any], unit: str | None) -> Select[Any]:
    return query if unit is None else query.where(invitation_batches.c.unit == unit)

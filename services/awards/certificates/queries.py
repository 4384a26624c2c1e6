"""The read side of certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.awards.certificates.model import DESIGN, UnknownBatch
from services.awards.certificates.tables import (
    certificate_batches,
    certificate_chunks,
    certificate_designs,
    certificate_files,
)
from services.awards.decision.tables import recipients
from shared.storage.session import Session


def design_of(session: Session, conference: str) -> tuple[dict[str, Any], int]:
    """How the conference's certificates look, and the version of that; 0: as we deliver it."""
    query = select(certificate_designs).where(certificate_designs.c.conference == conference)
    row = session.execute(query).one_or_none()
    return ({**DESIGN, **row.design}, row.version) if row is not None else (dict(DESIGN), 0)


def list_batches(session: Session, conference: str, *, limit: int = 50) -> Sequence[RowMapping]:
    """The newest first."""
    table = certificate_batches.c
    query = select(certificate_batches).where(table.conference == conference)
    return (
        session.execute(query.order_by(table.made_at.desc(), table.id.desc()).limit(limit)).mappings().all()
    )


def get_batch(session: Session, batch: UUID) -> RowMapping:
    """Raises UnknownBatch."""
    query = select(certificate_batches).where(certificate_batches.c.id == batch)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownBatch
    return row


def rows_of(session: Session, batch: RowMapping) -> list[RowMapping]:
    """The lines of the annex that the batch is for."""
    query = select(recipients).where(recipients.c.decision == batch["decision"]).order_by(recipients.c.order)
    rows = session.execute(query).mappings().all()
    wanted = None if batch["wanted"] is None else set(batch["wanted"])
    return [row for row in rows if wanted is None or str(row["nomination"]) in wanted]


def chunks_of(session: Session, batch: UUID) -> dict[int, str]:
    """Content of the chunks that are there, by number."""
    table = certificate_chunks.c
    query = select(table.number, table.sha256).where(table.batch == batch).order_by(table.number)
    return dict(session.execute(query).all())


def files_of(session: Session, batch: UUID) -> dict[UUID, str]:
    """Content of the single certificates that are there, by recipient, in the order of the annex."""
    table = certificate_files.c
    query = select(table.nomination, table.sha256).where(table.batch == batch).order_by(table.order)
    return dict(session.execute(query).all())


def get_file(session: Session, batch: UUID, nomination: UUID) -> tuple[str, RowMapping]:
    """One certificate and the line of the annex that it is of. Raises UnknownBatch."""
    found = get_batch(session, batch)
    line = (recipients.c.decision == found["decision"]) & (recipients.c.nomination == nomination)
    row = session.execute(select(recipients).where(line)).mappings().one_or_none()
    content = files_of(session, batch).get(nomination)
    if row is None or content is None:
        raise UnknownBatch
    return content, row


def title_of(session: Session, decision: UUID) -> str:
    """What the certificates of a decision are called on the newest batch."""
    table = certificate_batches.c
    query = select(table.facts).where(table.decision == decision, table.facts.is_not(None))
    facts = session.execute(query.order_by(table.made_at.desc()).limit(1)).scalar_one_or_none()
    return str(facts["title"]) if facts else "Bằng khen"

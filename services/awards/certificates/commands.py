"""Set how certificates look, start making them, and keep what is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, update
from uuid_utils.compat import uuid7

from services.awards.certificates.queries import design_of, get_batch
from services.awards.certificates.tables import (
    certificate_batches,
    certificate_chunks,
    certificate_designs,
    certificate_files,
)
from services.awards.decision.queries import annex_of, get_current
from services.awards.switch.model import NotRecipients
from shared.jobs.queue import enqueue
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

RENDER = "render_certificates"


def set_design(
    session: Session, conference: str, design: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    _, version = design_of(session, conference)
    values = {"design": dict(design), "version": version + 1, "changed_by": by, "changed_at": now}
    first = insert_into(dialect_of(session), certificate_designs).values(conference=conference, **values)
    session.execute(first.on_conflict_do_update(index_elements=["conference"], set_=values))


def start_batch(
    session: Session, conference: str, wanted: Sequence[UUID] | None, *, by: str, now: datetime
) -> tuple[UUID, UUID]:
    """The batch and its job: certificates of the decision that holds. Raises NotDecided, NotRecipients."""
    decision = get_current(session, conference)
    if wanted is not None:
        known = {row["nomination"] for row in annex_of(session, decision.id)}
        unknown = [place for place, one in enumerate(wanted) if one not in known]
        if unknown:
            raise NotRecipients(unknown, ())
    batch = uuid7()
    design, _ = design_of(session, conference)
    values = {
        "id": batch,
        "conference": conference,
        "decision": decision.id,
        "wanted": None if wanted is None else sorted({str(one) for one in wanted}),
        "design": design,
        "total": decision.total if wanted is None else len(set(wanted)),
        "draft": decision.paper_in_force is None,
        "made_at": now,
        "made_by": by,
    }
    session.execute(insert(certificate_batches).values(values))
    job = enqueue(session, RENDER, {"batch": str(batch)}, conference=conference, once=str(batch))
    _update(session, batch, job=job)
    return batch, job


def fix_facts(session: Session, batch: UUID, facts: Mapping[str, Any], *, draft: bool) -> RowMapping:
    """What the first run found; later runs of the batch get the same."""
    if get_batch(session, batch)["facts"] is None:
        _update(session, batch, facts=dict(facts), draft=draft)
    return get_batch(session, batch)


def keep_chunk(
    session: Session, batch: UUID, number: int, merged: str, singles: Sequence[tuple[UUID, int, str]]
) -> None:
    """One chunk and its certificates, as names of stored files. Repeating it changes nothing."""
    values = {"batch": batch, "number": number, "sha256": merged}
    session.execute(
        insert_into(dialect_of(session), certificate_chunks).values(values).on_conflict_do_nothing()
    )
    rows = [
        {"batch": batch, "nomination": nomination, "order": order, "sha256": content}
        for nomination, order, content in singles
    ]
    session.execute(insert_into(dialect_of(session), certificate_files).on_conflict_do_nothing(), rows)


def finish_batch(session: Session, batch: UUID, **made: Any) -> None:
    """`made`: pdf, zip, engine, engine_version, finished_at."""
    _update(session, batch, **made)


def _update(session: Session, batch: UUID, **values: Any) -> None:
    session.execute(update(certificate_batches).where(certificate_batches.c.id == batch).values(**values))

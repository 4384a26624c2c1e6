"""Ask for letters; note what the job has made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, update
from uuid_utils.compat import uuid7

from services.documents.invitations.model import NothingToInvite
from services.documents.invitations.queries import batch_of_job, has_routes
from services.documents.invitations.tables import invitation_batches, invitation_chunks, invitation_files
from shared.jobs.queue import enqueue
from shared.revisions.following import Revision
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

RENDER_INVITATIONS = "render_invitations"


def ask_for_letters(
    session: Session, revision: Revision, group: str, unit: str, *, by: str, now: datetime
) -> tuple[UUID, UUID]:
    """A batch and its job; those at work on the same letters, if there are any. Raises NothingToInvite."""
    if not has_routes(session, revision.layout_id, group, unit):
        raise NothingToInvite
    batch = uuid7()
    once = f"{revision.conference}/{revision.number}/{group}/{unit}"
    job = enqueue(
        session,
        RENDER_INVITATIONS,
        {"batch": str(batch)},
        conference=revision.conference,
        revision=revision.number,
        once=once,
    )
    if (at_work := batch_of_job(session, job)) is not None:
        return at_work, job
    values = {
        "id": batch,
        "conference": revision.conference,
        "revision": revision.number,
        "group": group,
        "unit": unit,
        "job": job,
        "created_at": now,
        "created_by": by,
    }
    session.execute(insert(invitation_batches).values(values))
    return batch, job


def note_facts(session: Session, batch: UUID, letters: int, number: str | None, *, provisional: bool) -> None:
    """How many letters there are, and under which number."""
    values = {"letters": letters, "number": number, "provisional": provisional}
    session.execute(update(invitation_batches).where(invitation_batches.c.id == batch).values(values))


def note_chunk(session: Session, batch: UUID, position: int, values: dict[str, Any]) -> None:
    """The chunk as it is now; an older making of it is forgotten."""
    into = insert_into(dialect_of(session), invitation_chunks).values(
        batch=batch, position=position, **values
    )
    changed = into.on_conflict_do_update(index_elements=["batch", "position"], set_=values)
    session.execute(changed)


def finish_batch(
    session: Session, batch: UUID, chunks: int, files: list[dict[str, Any]], *, now: datetime
) -> None:
    """The files of the whole batch; chunks of an earlier, longer run go."""
    beyond = invitation_chunks.c.batch == batch, invitation_chunks.c.position >= chunks
    session.execute(delete(invitation_chunks).where(*beyond))
    session.execute(delete(invitation_files).where(invitation_files.c.batch == batch))
    session.execute(insert(invitation_files), [{"batch": batch, "made_at": now, **file} for file in files])
    session.execute(
        update(invitation_batches).where(invitation_batches.c.id == batch).values(finished_at=now)
    )

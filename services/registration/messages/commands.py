"""Queue messages, take one in hand, note how it went. Nothing here talks to the outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, exists, or_, select, update
from uuid_utils.compat import uuid7

from services.registration.messages.model import (
    GAVE_UP,
    LATER,
    STOPPED,
    UNKNOWN,
    Draft,
    MessageNotFailed,
    MessageNotQueued,
    Problem,
    UnknownMessage,
    wait_after,
    without_addresses,
)
from services.registration.messages.tables import messages
from services.registration.storage import upsert
from shared.jobs.queue import enqueue
from shared.jobs.tables import jobs
from shared.storage.session import Session

SEND = "send_messages"


def queue_messages(
    session: Session, conference_id: int, revision: int, channel: str, drafts: Sequence[Draft], now: datetime
) -> int:
    """Queue what was not queued before; what was cancelled unsent is queued again. Returns how many."""
    if not drafts:
        return 0
    common = {
        "conference_id": conference_id,
        "revision": revision,
        "channel": channel,
        "state": "queued",
        "created_at": now,
        "next_try_at": datetime.now(UTC),
    }
    rows = [{"id": uuid7(), **common, **_named(draft)} for draft in drafts]
    statement = upsert(session, messages)
    again = {"state": "queued", "revision": revision, "channel": channel, "problem": None, "detail": None}
    again |= {"next_try_at": common["next_try_at"], "attempts": 0}
    statement = statement.on_conflict_do_update(
        index_elements=["once"], set_=again, where=messages.c.state == "cancelled"
    )
    before = _count_queued(session, drafts)
    session.execute(statement, rows)
    return _count_queued(session, drafts) - before


def start_sending(session: Session, conference: str, revision: int | None) -> UUID:
    """Have the conference's due messages sent, by one job at a time."""
    return enqueue(session, SEND, {}, conference=conference, revision=revision, once=conference)


def give_up_orphans(session: Session, conference_id: int, job: UUID) -> int:
    """What was in hand when a sender died may have been sent: it fails, and is never sent by itself.

    `job` is the caller's own: whatever it holds is left from a run before this one.
    """
    orphaned = and_(messages.c.conference_id == conference_id, or_(messages.c.job_id == job, is_orphan()))
    failed = {"state": "failed", "problem": UNKNOWN.code, "job_id": None}
    statement = update(messages).where(messages.c.state == "sending", orphaned).values(failed)
    return len(session.execute(statement.returning(messages.c.id)).all())


def is_orphan() -> ColumnElement[bool]:
    """Nobody alive holds this message that is `sending`."""
    alive = exists().where(
        jobs.c.id == messages.c.job_id, jobs.c.state == "running", jobs.c.lease_until >= datetime.now(UTC)
    )
    return and_(messages.c.state == "sending", ~alive)


def next_due(session: Session, conference_id: int) -> RowMapping | None:
    """The message that waits longest; locked, so that no other sender takes it."""
    query = (
        select(messages)
        .where(messages.c.conference_id == conference_id, messages.c.state == "queued")
        .where(messages.c.next_try_at <= datetime.now(UTC))
        .order_by(messages.c.next_try_at, messages.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.execute(query).mappings().one_or_none()


def take_in_hand(session: Session, message: UUID, job: UUID, subject: str, channel: str) -> None:
    """From here on it may be on its way: commit before it is handed over."""
    taken = {"state": "sending", "attempts": messages.c.attempts + 1, "job_id": job}
    _set(session, message, "queued", {**taken, "subject": subject, "channel": channel})


def note_sent(session: Session, message: UUID, job: UUID, now: datetime) -> None:
    """Also over an `outcome-unknown` that another sender noted meanwhile: now it is known."""
    sent = {"state": "sent", "sent_at": now, "problem": None, "detail": None, "job_id": None}
    mine = or_(messages.c.job_id == job, messages.c.problem == UNKNOWN.code)
    statement = update(messages).where(
        messages.c.id == message, messages.c.state.in_(("sending", "failed")), mine
    )
    session.execute(statement.values(sent))


def note_failed(session: Session, message: UUID, problem: Problem, detail: str = "") -> None:
    said = without_addresses(detail) or None
    _set(
        session,
        message,
        ("queued", "sending"),
        {"state": "failed", "problem": problem.code, "detail": said, "job_id": None},
    )


def note_later(session: Session, message: UUID, detail: str) -> None:
    """Try again after a while; not for ever."""
    attempts = session.execute(select(messages.c.attempts).where(messages.c.id == message)).scalar_one()
    wait = wait_after(attempts)
    if wait is None:
        note_failed(session, message, GAVE_UP, detail)
        return
    later: dict[str, Any] = {"state": "queued", "problem": LATER.code, "job_id": None}
    later |= {"detail": without_addresses(detail), "next_try_at": datetime.now(UTC) + wait}
    _set(session, message, "sending", later)


def note_cancelled(session: Session, message: UUID, problem: Problem) -> None:
    _set(session, message, "queued", {"state": "cancelled", "problem": problem.code})


def cancel_messages(session: Session, which: ColumnElement[bool], problem: Problem) -> int:
    """Cancel those of `which` that still wait."""
    statement = update(messages).where(messages.c.state == "queued", which)
    cancelled = {"state": "cancelled", "problem": problem.code}
    return len(session.execute(statement.values(cancelled).returning(messages.c.id)).all())


def resend_message(session: Session, message: UUID, actor: str, reason: str) -> None:
    """Queue a failed message again. Raises UnknownMessage, MessageNotFailed."""
    again = {"state": "queued", "attempts": 0, "next_try_at": datetime.now(UTC), "problem": None}
    again |= {"detail": None, "changed_by": actor, "reason": reason}
    if not _set(session, message, "failed", again):
        raise MessageNotFailed


def cancel_message(session: Session, message: UUID, actor: str) -> None:
    """Raises UnknownMessage, MessageNotQueued."""
    values = {"state": "cancelled", "problem": STOPPED.code, "changed_by": actor}
    if not _set(session, message, "queued", values):
        raise MessageNotQueued


def _set(session: Session, message: UUID, states: str | Sequence[str], values: dict[str, Any]) -> bool:
    wanted = (states,) if isinstance(states, str) else states
    statement = update(messages).where(messages.c.id == message, messages.c.state.in_(wanted))
    if session.execute(statement.values(values).returning(messages.c.id)).first() is not None:
        return True
    if session.execute(select(messages.c.id).where(messages.c.id == message)).first() is None:
        raise UnknownMessage
    return False


def _named(draft: Draft) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "person_id": draft.person,
        "invitation_id": draft.invitation,
        "unit_id": draft.unit_id,
        "group_id": draft.group_id,
        "once": draft.once,
    }


def _count_queued(session: Session, drafts: Sequence[Draft]) -> int:
    keys = [draft.once for draft in drafts]
    query = select(messages.c.id).where(messages.c.once.in_(keys), messages.c.state == "queued")
    return len(session.execute(query).all())

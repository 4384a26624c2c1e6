"""Queue, cancel and retry jobs, each with the caller's transaction; tell planning of a revision's jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, update
from uuid_utils.compat import uuid7

from shared.bus.outbox import emit
from shared.contracts.jobs import BY_SERVICE
from shared.jobs.tables import jobs
from shared.metrics import Tally
from shared.storage.database import Database
from shared.storage.session import Session

ACTIVE = ("queued", "running")
ENDED = ("done", "failed", "cancelled")
STATES = (*ACTIVE, *ENDED)


class UnknownJob(Exception):
    """There is no job of this id."""


class JobEnded(Exception):
    """It is over: there is nothing to cancel."""


class JobNotFailed(Exception):
    """Only what failed or was cancelled is run again."""


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    conference: str,
    revision: int | None = None,
    once: str = "",
) -> UUID:
    """Queue a job; with `once`, one of that kind and name that still waits is returned instead.

    A job that runs may have read what this transaction changes: then a second one is queued behind it.
    """
    if once and (waiting := _waiting(session, kind, once)) is not None:
        return waiting
    now = datetime.now(UTC)
    job = uuid7()
    values = {
        "id": job,
        "kind": kind,
        "conference": conference,
        "revision": revision,
        "once": once,
        "payload": dict(payload),
        "state": "queued",
        "run_at": now,
        "created_at": now,
    }
    session.execute(insert(jobs).values(values))
    announce(session, conference, revision)
    return job


def _waiting(session: Session, kind: str, once: str) -> UUID | None:
    """Locked: no worker takes it before the caller's transaction is over."""
    same = jobs.c.kind == kind, jobs.c.once == once, jobs.c.state == "queued"
    query = select(jobs.c.id).where(*same).limit(1).with_for_update()
    return session.execute(query).scalar_one_or_none()


def get_job(session: Session, job: UUID) -> RowMapping:
    """Raises UnknownJob."""
    row = session.execute(select(jobs).where(jobs.c.id == job)).mappings().one_or_none()
    if row is None:
        raise UnknownJob
    return row


def list_jobs(
    session: Session, conference: str | None, *, kind: str = "", state: str = "", limit: int = 100
) -> list[RowMapping]:
    """The newest first."""
    query = select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit)
    wanted = {jobs.c.conference: conference, jobs.c.kind: kind, jobs.c.state: state}
    for column, value in wanted.items():
        query = query.where(column == value) if value else query
    return list(session.execute(query).mappings())


def cancel_job(session: Session, job: UUID) -> RowMapping:
    """A running job notices at its next step. Raises UnknownJob, JobEnded."""
    ended = {"state": "cancelled", "finished_at": datetime.now(UTC), "lease_until": None}
    return _change(session, job, ACTIVE, ended, JobEnded())


def retry_job(session: Session, job: UUID) -> RowMapping:
    """Run a failed or cancelled job again, from where it can go on. Raises UnknownJob, JobNotFailed."""
    again = {"state": "queued", "attempts": 0, "run_at": datetime.now(UTC), "finished_at": None}
    again |= {"problem_vi": None, "problem_en": None}
    return _change(session, job, ("failed", "cancelled"), again, JobNotFailed())


def announce(session: Session, conference: str, revision: int | None) -> None:
    """Tell how far the jobs of a revision are; work that belongs to no revision is nobody else's matter."""
    if revision is None:
        return
    query = select(jobs.c.state, func.count()).where(
        jobs.c.conference == conference, jobs.c.revision == revision
    )
    counts: dict[str, int] = dict(session.execute(query.group_by(jobs.c.state)).all())
    service = session.service
    data = {"conference": conference, "revision": revision, "service": service}
    figures = {state: counts.get(state, 0) for state in (*ACTIVE, "done", "failed")}
    emit(session, BY_SERVICE[service], {**data, **figures}, key=announced_under(conference, revision))


def list_told(session: Session) -> list[tuple[str, int]]:
    """The revisions whose jobs are told of: conference and number."""
    query = select(jobs.c.conference, jobs.c.revision).where(jobs.c.revision.is_not(None)).distinct()
    return [(row.conference, row.revision) for row in session.execute(query)]


def tally(database: Database) -> Tally:
    """Jobs by kind and state, for Prometheus."""
    query = select(jobs.c.kind, jobs.c.state, func.count()).group_by(jobs.c.kind, jobs.c.state)
    return Tally(database, "diemcau_jobs", "Background work by state", ("kind", "state"), query)


def announced_under(conference: str, revision: int) -> str:
    """The ordering key of what is told of a revision's jobs."""
    return f"{conference}/jobs/{revision}"


def _change(
    session: Session, job: UUID, states: tuple[str, ...], values: Mapping[str, Any], refusal: Exception
) -> RowMapping:
    changed = update(jobs).where(jobs.c.id == job, jobs.c.state.in_(states)).values(**values)
    row = session.execute(changed.returning(*jobs.c)).mappings().one_or_none()
    if row is None:
        get_job(session, job)
        raise refusal
    announce(session, row["conference"], row["revision"])
    return row

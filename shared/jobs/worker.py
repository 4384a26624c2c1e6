"""Run jobs: one at a time, under a lease that a crashed worker cannot keep.

A job may run again after a crash, so its function goes on from what it finds done. Leases and retries
live in real time; `Run.now()` is the conference's clock.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import RowMapping, Select, and_, exists, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.clock import Clock
from shared.http.peers import PeerDown
from shared.jobs.queue import ACTIVE, announce
from shared.jobs.rounds import Rounds
from shared.jobs.tables import jobs
from shared.storage.database import Database
from shared.storage.session import Session
from shared.watching import SILENT, Watch

LEASE = timedelta(seconds=60)
ATTEMPTS = 5
BACKOFF = timedelta(seconds=2)
PAUSE = timedelta(seconds=10)
"""Until a neighbour that was down is asked again; that counts as no attempt."""

_log = structlog.get_logger(__name__)


class JobFailed(Exception):
    """The job cannot be done; trying again would not help. Texts for people, without personal data."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


class Cancelled(Exception):
    """Somebody cancelled the job, or another worker has it now."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a function is to do, and how far an earlier run came."""

    id: UUID
    kind: str
    conference: str
    revision: int | None
    payload: Mapping[str, Any]
    done: int
    total: int
    attempt: int


class Run:
    """One run of a job: its database, its context, and where it says how far it is."""

    def __init__(self, database: Database, clock: Clock, context: Any, job: Job) -> None:
        self.job, self.context = job, context
        self._database, self._clock = database, clock

    def read(self) -> AbstractContextManager[Session]:
        return self._database.read()

    def write(self) -> AbstractContextManager[Session]:
        return self._database.write()

    def now(self) -> datetime:
        return self._clock.now()

    def progress(self, done: int, total: int) -> None:
        """Raises Cancelled."""
        with self._database.write() as session:
            _hold(session, self.job, done=done, total=total)


JobFunction = Callable[[Run], Mapping[str, Any] | None]


class Worker:
    """Runs the jobs of one service. Several workers may share a database; each job runs once at a time."""

    def __init__(
        self, database: Database, functions: Mapping[str, JobFunction], clock: Clock, context: Any = None
    ) -> None:
        self._database, self._functions, self._clock, self._context = database, functions, clock, context

    def rounds(self, watch: Watch = SILENT) -> Rounds:
        """`watch` is told how each run ended."""
        return Rounds(lambda: self.run_next(watch), wakened_by=self._database)

    def run_next(self, watch: Watch = SILENT) -> bool:
        """Run one due job to its end; False when there is none."""
        job = self._claim()
        if job is None:
            return False
        began = time.perf_counter()
        outcome = self._run(job)
        watch.worked(job.kind, outcome, time.perf_counter() - began)
        return True

    def _run(self, job: Job) -> str:
        """How it ended: done, failed, cancelled, waits (for a neighbour), or stumbled and is tried again."""
        try:
            with self._leased(job):
                run = Run(self._database, self._clock, self._context, job)
                result = self._functions[job.kind](run)
        except Cancelled:
            _log.info("job_cancelled", job=str(job.id), kind=job.kind)
            return "cancelled"
        except PeerDown as error:
            self._wait(job, error)
            return "waits"
        except JobFailed as error:
            self._finish(job, state="failed", problem_vi=error.vi, problem_en=error.en)
            return "failed"
        except Exception as error:
            return self._stumble(job, error)
        self._finish(job, state="done", result=dict(result or {}), problem_vi=None, problem_en=None)
        return "done"

    def _claim(self) -> Job | None:
        now = datetime.now(UTC)
        with self._database.read() as session:  # most looks find nothing: those take no write lock
            if session.execute(_due(now, self._functions)).first() is None:
                return None
        with self._database.write() as session:
            row = session.execute(_due(now, self._functions).with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            if row.attempts >= ATTEMPTS:  # it ended its process each time
                _give_up(session, row.id)
                return None
            lease = {"state": "running", "lease_until": now + LEASE, "attempts": jobs.c.attempts + 1}
            taken = update(jobs).where(jobs.c.id == row.id).values(**lease).returning(*jobs.c)
            found = session.execute(taken).mappings().one()
            announce(session, found["conference"], found["revision"])
            return _job(found)

    @contextmanager
    def _leased(self, job: Job) -> Iterator[None]:
        """Keep the lease while the function works, however long one step takes."""
        over = threading.Event()
        thread = threading.Thread(target=self._renew, args=(job, over), name=f"lease-{job.kind}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _renew(self, job: Job, over: threading.Event) -> None:
        while not over.wait(LEASE.total_seconds() / 3):
            try:
                with self._database.write() as session:
                    _hold(session, job)
            except Cancelled:
                return  # the function learns of it at its next step
            except (DBAPIError, PoolTimeout):
                continue  # the database is away: two more tries before the lease is over

    def _wait(self, job: Job, error: PeerDown) -> None:
        _log.warning("job_waits", job=str(job.id), kind=job.kind, reason=str(error))
        again = {"run_at": datetime.now(UTC) + PAUSE, "attempts": job.attempt - 1}
        said = {
            "problem_vi": f"Chờ dịch vụ khác: {error}",
            "problem_en": f"Waits for another service: {error}",
        }
        self._finish(job, state="queued", **again, **said)

    def _stumble(self, job: Job, error: Exception) -> str:
        _log.warning("job_stumbled", job=str(job.id), kind=job.kind, attempt=job.attempt, at=_where(error))
        if job.attempt < ATTEMPTS:
            wait = BACKOFF * 2 ** (job.attempt - 1)
            self._finish(job, state="queued", run_at=datetime.now(UTC) + wait)
            return "stumbled"
        name = type(error).__name__
        self._finish(
            job,
            state="failed",
            problem_vi=f"Không làm được sau {ATTEMPTS} lần thử ({name})",
            problem_en=f"It did not work in {ATTEMPTS} attempts ({name})",
        )
        return "failed"

    def _finish(self, job: Job, **values: Any) -> None:
        """Unless it was cancelled, or another worker has taken it over, meanwhile."""
        ended = {"finished_at": datetime.now(UTC)} if values["state"] != "queued" else {}
        values = {"lease_until": None, **ended, **values}
        with self._database.write() as session:
            changed = update(jobs).where(_mine(job)).values(**values).returning(jobs.c.id)
            if session.execute(changed).first() is not None:
                announce(session, job.conference, job.revision)


def _where(error: Exception) -> str:
    """Kind of error and the lines it came through: a message may name persons, and logs never do."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    lines = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {lines}"


def _give_up(session: Session, job: UUID) -> None:
    ended = {"state": "failed", "lease_until": None, "finished_at": datetime.now(UTC)}
    ended |= {"problem_vi": f"Tiến trình dừng giữa chừng {ATTEMPTS} lần"}
    ended |= {"problem_en": f"Its process ended half-way {ATTEMPTS} times"}
    row = session.execute(update(jobs).where(jobs.c.id == job).values(**ended).returning(*jobs.c)).one()
    announce(session, row.conference, row.revision)


def _due(now: datetime, kinds: Mapping[str, JobFunction]) -> Select[Any]:
    """The next job whose time has come; not while one of the same name runs."""
    waiting = and_(jobs.c.state == "queued", jobs.c.run_at <= now)
    orphaned = and_(jobs.c.state == "running", jobs.c.lease_until < now)
    ours = and_(jobs.c.state.in_(ACTIVE), jobs.c.kind.in_(list(kinds)))
    other = jobs.alias("other")
    twin = and_(other.c.kind == jobs.c.kind, other.c.once == jobs.c.once, other.c.id != jobs.c.id)
    runs = exists().where(twin, jobs.c.once != "", other.c.state == "running", other.c.lease_until >= now)
    due = select(jobs.c.id, jobs.c.attempts).where(ours, or_(waiting, orphaned), ~runs)
    return due.order_by(jobs.c.run_at, jobs.c.id).limit(1)


def _hold(session: Session, job: Job, **progress: int) -> None:
    values = {"lease_until": datetime.now(UTC) + LEASE, **progress}
    held = update(jobs).where(_mine(job)).values(**values).returning(jobs.c.id)
    if session.execute(held).first() is None:
        raise Cancelled


def _mine(job: Job) -> Any:
    return and_(jobs.c.id == job.id, jobs.c.state == "running", jobs.c.attempts == job.attempt)


def _job(row: RowMapping) -> Job:
    return Job(
        row["id"],
        row["kind"],
        row["conference"],
        row["revision"],
        row["payload"],
        row["done"],
        row["total"],
        row["attempts"],
    )

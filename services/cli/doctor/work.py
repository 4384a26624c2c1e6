"""Work that does not get on: jobs, letters, revisions that do not settle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from services.cli.doctor.findings import Finding, age, ok, problem
from services.planning.switch.model import WAITING, State
from services.planning.switch.tables import answers, decisions, revisions
from services.registration.messages.tables import messages
from shared.jobs.tables import jobs
from shared.jobs.worker import LEASE
from shared.storage.database import Database
from shared.storage.session import Session

RECENT = timedelta(days=7)
"""A failure that nobody retried for a week is history: it stays as a record, and is no finding for ever."""
OVERDUE = timedelta(minutes=15)
"""One job may run for minutes while others of its service wait: a national import, a set of papers."""
UNSETTLED = timedelta(minutes=10)
"""31,000 sites settle in a few minutes (docs/scale.md)."""


def check_jobs(database: Database) -> Iterator[Finding]:
    subject, service, now = f"jobs {database.service}", database.service, datetime.now(UTC)
    recent = and_(jobs.c.state == "failed", jobs.c.finished_at > now - RECENT)
    # A lease that is over is taken up at the next look; after another one nobody looks.
    dead = and_(jobs.c.state == "running", jobs.c.lease_until < now - LEASE)
    waiting = and_(jobs.c.state == "queued", jobs.c.run_at < now - OVERDUE)
    with database.read() as session:
        failed, stuck, late, active = _counts(session, recent, dead, waiting, jobs.c.state.in_(_ACTIVE))
        last = select(jobs.c.id, jobs.c.kind, jobs.c.problem_en).where(recent)
        example = session.execute(last.order_by(jobs.c.finished_at.desc()).limit(1)).first()
    if example is not None:
        seen = f"{failed:,} failed in the last {RECENT.days} days; last: {example.kind} {example.id}:"
        do = f"Set right what it says, then POST /api/{service}/v1/jobs/{example.id}:retry (or on its page)."
        yield problem(subject, f"{seen} {example.problem_en}", do)
    if stuck or late:
        seen = f"{stuck:,} left by a worker that died, {late:,} wait for over {age(OVERDUE.total_seconds())}"
        do = f"Nobody works on them: start `diemcau worker {service}` (embedded: `diemcau up`)."
        yield problem(subject, seen, do)
    if not (failed or stuck or late):
        yield ok(subject, f"{active:,} queued or running, none failed in the last {RECENT.days} days")


def check_messages(database: Database) -> Iterator[Finding]:
    now = datetime.now(UTC)
    # The moment of its failure is not kept; the last try was soon after it was due.
    recent = and_(messages.c.state == "failed", messages.c.next_try_at > now - RECENT)
    waiting = and_(messages.c.state.in_(("queued", "sending")), messages.c.next_try_at < now - OVERDUE)
    with database.read() as session:
        failed, late, sent = _counts(session, recent, waiting, messages.c.state == "sent")
        why = select(messages.c.problem, func.count()).where(recent).group_by(messages.c.problem)
        reasons = ", ".join(f"{code} {count:,}" for code, count in session.execute(why)) if failed else ""
    if failed:
        seen = f"{failed:,} failed in the last {RECENT.days} days: {reasons}"
        yield problem("messages", seen, "The portal's page of messages says to whom, and sends them again.")
    if late:
        seen = f"{late:,} wait for over {age(OVERDUE.total_seconds())}"
        do = (
            "Start `diemcau worker registration` (embedded: `diemcau up`), and see the mail server's finding."
        )
        yield problem("messages", seen, do)
    if not (failed or late):
        yield ok("messages", f"{sent:,} sent, none failed in the last {RECENT.days} days")


def check_revisions(database: Database, now: datetime) -> Iterator[Finding]:
    """`now`: of the conference's clock, which says when a revision was proposed and decided."""
    same, number = decisions.c.conference == revisions.c.conference, decisions.c.revision
    decided = same & (number == revisions.c.number)
    query = select(revisions, func.coalesce(decisions.c.at, revisions.c.proposed_at).label("asked_at"))
    query = query.outerjoin(decisions, decided).where(revisions.c.state.in_(WAITING))
    with database.read() as session:
        open_ones = session.execute(query).all()
        late = [row for row in open_ones if now - row.asked_at > UNSETTLED]
        missing = [_who_is_missing(session, row) for row in late]
    for row, services in zip(late, missing, strict=True):
        seen = f"{row.conference} {row.number} is {row.state} for {age((now - row.asked_at).total_seconds())}"
        do = f"See the findings about {services} (queue, parked, jobs); then ask again:"
        do += f" POST /api/planning/v1/conferences/{row.conference}/revisions/{row.number}:retry."
        yield problem("revisions", f"{seen}; it waits for {services}", do)
    if not late:
        yield ok("revisions", f"{len(open_ones)} under way, none for over {age(UNSETTLED.total_seconds())}")


def _who_is_missing(session: Session, row: Row[Any]) -> str:
    answered = answers.c.settled_at if row.state == State.SETTLING else answers.c.prepared_at
    query = select(answers.c.service).where(
        answers.c.conference == row.conference, answers.c.number == row.number, answered.is_not(None)
    )
    there = set(session.execute(query).scalars())
    return ", ".join(name for name in row.participants if name not in there) or "planning"


def _counts(session: Session, *kinds: ColumnElement[bool]) -> list[int]:
    """How many rows of one table are of each kind, in one look."""
    counted = session.execute(select(*(func.count().filter(kind) for kind in kinds)).where(or_(*kinds)))
    return [int(count) for count in counted.one()]


_ACTIVE = ("queued", "running")

"""Record reminders once when their time comes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, select

from services.planning.plan.model import Phase
from services.planning.plan.queries import lock_conference, phase_of
from services.planning.reminders.model import Reminder, state_of
from services.planning.reminders.queries import in_force_since, list_come, list_running
from services.planning.reminders.tables import reminder_rounds, reminders
from services.planning.tasks.model import Standing
from services.planning.tasks.queries import of_deadlines, standing_now, with_states
from shared.clock import Clock
from shared.storage.database import Database
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

PAUSE = 30.0  # seconds of real time between two rounds
COLUMNS = ("conference", "key", "target", "due_at", "days_before", "unit", "at", "state", "noted_at")


def remind_all(database: Database, clock: Clock) -> bool:
    """One round of all conferences; whether anybody was reminded. Several processes may go round."""
    now = clock.now()
    with database.read() as session:  # most rounds find nothing: those take no write lock
        waiting = [
            key for key in list_running(session) if list_come(session, standing_now(session, key), now)
        ]
    for key in waiting:
        with database.write() as session:
            record_reminders(session, key, now)
    return bool(waiting)


def record_reminders(session: Session, conference: str, now: datetime) -> None:
    """Record what has come since the last round; a task that is done gets none."""
    lock_conference(session, conference)
    if phase_of(session, conference) is Phase.CLOSED:
        return
    standing = standing_now(session, conference)
    come = list_come(session, standing, now)
    if not come:
        return
    since = in_force_since(session, standing)
    for reminder in come:
        new = insert_into(dialect_of(session), reminders)
        rows = _rows(standing, reminder, state_of(reminder, since, now), now)
        session.execute(new.from_select(COLUMNS, rows).on_conflict_do_nothing())
    _note_round(session, standing, now)


def _rows(standing: Standing, reminder: Reminder, state: str, now: datetime) -> Select[Any]:
    """One row for each open task that has the reminder's deadline."""
    tasks = with_states(standing).subquery()
    moment = reminders.c.at.type
    return select(
        literal(standing.conference),
        tasks.c.key,
        tasks.c.target,
        literal(reminder.due_at, moment),
        literal(reminder.days_before),
        tasks.c.unit,
        literal(reminder.at, moment),
        literal(state),
        literal(now, moment),
    ).where(tasks.c.state == "open", of_deadlines(tasks, [reminder.deadline]))


def _note_round(session: Session, standing: Standing, now: datetime) -> None:
    force = standing.force
    values = {"plan_version": force.plan_version, "option": force.option, "layout_id": force.layout_id}
    values |= {"through": now}
    new = insert_into(dialect_of(session), reminder_rounds).values(conference=standing.conference, **values)
    session.execute(new.on_conflict_do_update(index_elements=["conference"], set_=values))

"""The read side of reminders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, false, literal, or_, select, true, tuple_

from services.planning.plan.queries import get_plan
from services.planning.plan.tables import conferences
from services.planning.reminders.model import Reminder, reminders_until
from services.planning.reminders.tables import reminder_rounds, reminders
from services.planning.switch.tables import answers
from services.planning.tasks.model import Force, Standing, in_order
from services.planning.tasks.queries import list_deadlines, of_deadlines, with_states
from shared.storage.session import Session

LONGEST_IN_ONE_QUERY = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """Reminders, and where the next page begins (None: this is the last)."""

    rows: list[Row[Any]]
    after: tuple[Any, ...] | None


def list_running(session: Session) -> list[str]:
    """Conferences that are not over."""
    query = select(conferences.c.key).where(conferences.c.state != "closed").order_by(conferences.c.key)
    return list(session.execute(query).scalars())


def list_come(session: Session, standing: Standing, now: datetime) -> list[Reminder]:
    """Reminders whose time has come since the last round; all that ever came, when the tasks in force
    are others than then."""
    last = session.execute(
        select(reminder_rounds).where(reminder_rounds.c.conference == standing.conference)
    ).one_or_none()
    same = last is not None and Force(last.plan_version, last.option, last.layout_id) == standing.force
    after = last.through if last is not None and same else None
    return reminders_until(standing.start, list_deadlines(session, standing), now, after)


def in_force_since(session: Session, standing: Standing) -> datetime:
    """When the tasks came into force: with the decision, or with the plan before a first one."""
    if standing.revision is None:
        stored: datetime = get_plan(session, standing.conference, standing.force.plan_version).stored_at
        return stored
    query = select(answers.c.settled_at).where(
        answers.c.conference == standing.conference,
        answers.c.number == standing.revision,
        answers.c.service == "planning",
    )
    since: datetime = session.execute(query).scalar_one()
    return since


def reminders_of(
    session: Session, conference: str, tasks: Sequence[tuple[str, str, datetime]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """The last reminder of each task (key, target, deadline), by key and target."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for start in range(0, len(tasks), LONGEST_IN_ONE_QUERY):
        dues = {(key, target): due for key, target, due in tasks[start : start + LONGEST_IN_ONE_QUERY]}
        query = (
            select(reminders)
            .where(
                reminders.c.conference == conference,
                tuple_(reminders.c.key, reminders.c.target).in_(list(dues)),
            )
            .order_by(reminders.c.at)
        )
        for row in session.execute(query):
            if row.due_at == dues[row.key, row.target]:
                found[row.key, row.target] = {
                    "days_before": row.days_before,
                    "at": row.at,
                    "state": row.state,
                }
    return found


def list_reminders(
    session: Session,
    standing: Standing,
    *,
    unit: str | None,
    state: str | None,
    open_only: bool,
    limit: int,
    after: Sequence[Any] = (),
) -> Page:
    """Reminders of the tasks in force at their present deadlines, the newest first."""
    tasks = with_states(standing).subquery()
    order = [reminders.c.at, reminders.c.key, reminders.c.target, reminders.c.days_before]
    now_due = [
        and_(of_deadlines(tasks, [deadline]), reminders.c.due_at == due)
        for deadline, due in in_order(standing.start, list_deadlines(session, standing))
    ]
    same_task = and_(reminders.c.key == tasks.c.key, reminders.c.target == tasks.c.target)
    query = (
        select(reminders, tasks.c.title, tasks.c.state.label("task_state"))
        .join(tasks, same_task)
        .where(
            reminders.c.conference == standing.conference,
            or_(false(), *now_due),
            tasks.c.unit == unit if unit else true(),
            reminders.c.state == state if state else true(),
            tasks.c.state == "open" if open_only else true(),
        )
        .order_by(*(column.desc() for column in order))
        .limit(limit + 1)
    )
    if after:
        place = [literal(value, column.type) for value, column in zip(after, order, strict=True)]
        query = query.where(tuple_(*order) < tuple_(*place))
    rows = list(session.execute(query))
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        rows[:limit], (last.at, last.key, last.target, last.days_before) if last is not None else None
    )

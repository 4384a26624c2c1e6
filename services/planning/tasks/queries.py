"""Tasks and duties in force: derived from a plan version, an option and a layout, never copied."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, Subquery, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from services.planning.plan.tables import plan_tasks
from services.planning.switch.queries import newest_selected
from services.planning.switch.tables import duties
from services.planning.tasks.tables import task_states

TASKS = uuid.UUID("6a0a4c1e-5a6c-5ed8-9d9c-0f8f5b3f4a11")  # namespace of task ids


@dataclass(frozen=True, slots=True)
class Force:
    """What decides which tasks are in force. Option '' and no layout: before the first decision."""

    plan_version: int
    option: str
    layout_id: int | None


def task_id(conference: str, key: str, target: str) -> uuid.UUID:
    """Stable across versions and switches: a task done once stays done when it comes back into force."""
    return uuid.uuid5(TASKS, f"{conference}/{key}/{target}")


def count_changes(session: Session, conference: str, old: Force, new: Force) -> dict[str, int]:
    return {
        "tasks_opened": _count_missing(session, conference, new, old),
        "tasks_closed": _count_missing(session, conference, old, new),
    }


def count_in_force(session: Session, conference: str, force: Force) -> int:
    tasks = in_force(conference, force).subquery()
    return int(session.execute(select(func.count()).select_from(tasks)).scalar_one())


def list_changes(
    session: Session, conference: str, old: Force, new: Force
) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """Tasks that come into force, and those that go out of it."""
    opened = session.execute(_missing(conference, new, old)).all()
    closed = session.execute(_missing(conference, old, new)).all()
    return list(opened), list(closed)


def list_tasks(
    session: Session, conference: str, force: Force, *, unit: str | None, state: str | None
) -> list[Row[Any]]:
    """Tasks in force with what was done about them, in plan order."""
    tasks = in_force(conference, force).subquery()
    done = func.coalesce(task_states.c.state, "open")
    query = (
        select(
            tasks, done.label("state"), task_states.c.note, task_states.c.changed_at, task_states.c.changed_by
        )
        .outerjoin(
            task_states,
            (task_states.c.conference == conference)
            & (task_states.c.key == tasks.c.key)
            & (task_states.c.target == tasks.c.target),
        )
        .where(tasks.c.unit == unit if unit else true(), done == state if state else true())
    )
    return list(session.execute(query.order_by(tasks.c.duty, tasks.c.position)))


def find_task(session: Session, conference: str, force: Force, task: str) -> Row[Any] | None:
    """The task in force with this id."""
    rows = list_tasks(session, conference, force, unit=None, state=None)
    return next((row for row in rows if str(task_id(conference, row.key, row.target)) == task), None)


def current_force(session: Session, conference: str, plan_version: int) -> Force:
    """What is in force now: the newest selected revision's plan, option and layout."""
    current = newest_selected(session, conference)
    if current is None:
        return Force(plan_version, "", None)
    return Force(current.plan_version, current.option, current.layout_id)


def in_force(conference: str, force: Force) -> Select[Any]:
    tasks = select(
        plan_tasks.c.key,
        plan_tasks.c.unit.label("target"),
        plan_tasks.c.unit,
        plan_tasks.c.title,
        plan_tasks.c.with_units,
        plan_tasks.c.days_before,
        plan_tasks.c.at,
        plan_tasks.c.position,
        literal(0).label("duty"),
    ).where(
        plan_tasks.c.conference == conference,
        plan_tasks.c.version == force.plan_version,
        plan_tasks.c.option.in_(["", force.option]),
    )
    of_layout = select(
        ("duty." + duties.c.key).label("key"),
        duties.c.site.label("target"),
        duties.c.unit,
        duties.c.title,
        literal([], plan_tasks.c.with_units.type).label("with_units"),
        duties.c.days_before,
        duties.c.at,
        duties.c.position,
        literal(1).label("duty"),
    ).where(duties.c.layout_id == force.layout_id)
    return select(union_all(tasks, of_layout).subquery())


def _missing(conference: str, these: Force, those: Force) -> Select[Any]:
    """Tasks of `these` that `those` have not, by key and target."""
    here, there = in_force(conference, these).subquery(), in_force(conference, those).subquery()
    same = (here.c.key == there.c.key) & (here.c.target == there.c.target)
    return (
        select(here)
        .outerjoin(there, same)
        .where(there.c.key.is_(None))
        .order_by(here.c.duty, here.c.position)
    )


def _count_missing(session: Session, conference: str, these: Force, those: Force) -> int:
    rows: Subquery = _missing(conference, these, those).order_by(None).subquery()
    return int(session.execute(select(func.count()).select_from(rows)).scalar_one())

"""Mark a task done, or open again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.planning.tasks.model import TaskNotInForce
from services.planning.tasks.queries import Force, find_task
from services.planning.tasks.tables import task_states
from shared.storage.upsert import dialect_of, insert_into


def mark_task(
    session: Session,
    conference: str,
    force: Force,
    task: str,
    *,
    state: str,
    note: str,
    by: str,
    now: datetime,
    unit: str | None = None,
) -> Any:
    """Set the state (`open` or `done`) of a task in force; `unit` limits the caller to its own tasks.

    Raises TaskNotInForce.
    """
    row = find_task(session, conference, force, task)
    if row is None or (unit is not None and row.unit != unit):
        raise TaskNotInForce(task)
    values = {"state": state, "note": note, "changed_at": now, "changed_by": by}
    new = insert_into(dialect_of(session), task_states)
    mark = new.values(conference=conference, key=row.key, target=row.target, **values)
    keys = ["conference", "key", "target"]
    session.execute(mark.on_conflict_do_update(index_elements=keys, set_=values))
    return find_task(session, conference, force, task)

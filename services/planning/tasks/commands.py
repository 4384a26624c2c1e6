"""Mark a task done, or open again; and what facts of other services say about tasks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, update

from services.planning.plan.queries import lock_unclosed
from services.planning.tasks.model import LINE_TEST, PAPER, SettledByTest, Standing, TaskNotInForce
from services.planning.tasks.queries import find_task, standing_now
from services.planning.tasks.tables import line_tests, task_states
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into


def hold_task(session: Session, conference: str, task: str, unit: str | None) -> tuple[Standing, Row[Any]]:
    """The task in force, which stays as it is until the transaction ends; `unit`: the caller's, if bound.

    Raises ConferenceClosed, TaskNotInForce, SettledByTest.
    """
    lock_unclosed(session, conference)
    standing = standing_now(session, conference)
    row = find_task(session, standing, task)
    if row is None or (unit is not None and row.unit != unit):
        raise TaskNotInForce(task)
    if row.key == LINE_TEST:
        raise SettledByTest(row.target)
    return standing, row


def mark_task(
    session: Session, standing: Standing, row: Row[Any], *, state: str, note: str, by: str, now: datetime
) -> None:
    """Set the state (`open` or `done`) of a task that is held."""
    values = {"state": state, "note": note, "changed_at": now, "changed_by": by, "settled_by": "person"}
    _set_state(session, standing.conference, row.key, row.target, values)


def note_paper(session: Session, conference: str, unit: str, at: datetime, *, retold: bool = False) -> None:
    """A unit's paper came in: its task is done. A person may open it again, until the next version comes.

    `at`: when it came; what a person made of the task since then holds, however late the news is.
    `retold`: it may have been known before, so what a person made of the task holds in any case.
    """
    values = {"state": "done", "note": "", "changed_at": at, "changed_by": "", "settled_by": "fact"}
    by_fact = task_states.c.settled_by == "fact"
    _set_state(
        session,
        conference,
        PAPER,
        unit,
        values,
        over=by_fact if retold else or_(by_fact, task_states.c.changed_at <= at),
    )


def note_no_paper(session: Session, conference: str, unit: str, at: datetime) -> None:
    """The unit's only paper was taken back: its task is open again, unless a person settled it."""
    mine = (task_states.c.conference == conference) & (task_states.c.target == unit)
    by_fact = mine & (task_states.c.key == PAPER) & (task_states.c.settled_by == "fact")
    values = {"state": "open", "changed_at": at}
    session.execute(update(task_states).where(by_fact).values(values))


def note_line_test(
    session: Session, conference: str, site: str, day: date | None, outcome: str, now: datetime
) -> None:
    """A line was tested, or not any more; kept also for a day or a site that is not in force."""
    values = {"outcome": outcome, "noted_at": now}
    key = {"conference": conference, "site": site, "day": day.isoformat() if day else ""}
    new = insert_into(dialect_of(session), line_tests).values(**key, **values)
    session.execute(new.on_conflict_do_update(index_elements=list(key), set_=values))


def _set_state(
    session: Session,
    conference: str,
    key: str,
    target: str,
    values: dict[str, Any],
    *,
    over: ColumnElement[bool] | None = None,
) -> None:
    """`over`: what an earlier state has to be to give way, any if absent."""
    new = insert_into(dialect_of(session), task_states)
    mark = new.values(conference=conference, key=key, target=target, **values)
    index = ["conference", "key", "target"]
    session.execute(mark.on_conflict_do_update(index_elements=index, set_=values, where=over))

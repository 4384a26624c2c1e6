"""Tasks and duties in force: derived from a plan version, an option and a layout, never copied."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from services.planning.plan.model import start_of
from services.planning.plan.queries import get_plan, unit_names
from services.planning.plan.tables import plan_tasks
from services.planning.switch.queries import get_revision, newest_selected
from services.planning.switch.tables import duties
from services.planning.tasks.model import LINE_TEST, PASSED, Deadline, Force, Standing, Wanted, in_order
from services.planning.tasks.tables import line_tests, task_states
from shared.names import search_key
from shared.storage.session import Session

TASKS = uuid.UUID("6a0a4c1e-5a6c-5ed8-9d9c-0f8f5b3f4a11")  # namespace of task ids
MOST_UNITS = 500  # whose names a search may match


@dataclass(frozen=True, slots=True)
class Page:
    """Tasks, how many match in all, and where the next page begins (None: this is the last)."""

    rows: list[Row[Any]]
    total: int
    after: list[int] | None


def task_id(conference: str, key: str, target: str) -> uuid.UUID:
    """Stable across versions and switches: a task done once stays done when it comes back into force."""
    return uuid.uuid5(TASKS, f"{conference}/{key}/{target}")


def standing_now(session: Session, conference: str) -> Standing:
    """What is in force now: a newer plan version takes effect with the next decision only.

    Raises UnknownConference.
    """
    current = newest_selected(session, conference)
    return standing_at(session, conference, current.number if current is not None else None)


def standing_at(
    session: Session, conference: str, revision: int | None, version: int | None = None
) -> Standing:
    """Under a revision; without one, the tasks of no option in a plan version (the newest if not given).

    Raises UnknownConference, UnknownRevision, UnknownPlanVersion.
    """
    row = get_revision(session, conference, revision) if revision is not None else None
    stored = get_plan(session, conference, row.plan_version if row is not None else version)
    force = (
        Force(stored.version, row.option, row.layout_id)
        if row is not None
        else Force(stored.version, "", None)
    )
    names = unit_names(session, conference, stored.version)
    return Standing(conference, revision, force, start_of(stored.outline), names)


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
    """Tasks that come into force, and those that go out of it: one line for all `units` of a key."""
    opened = session.execute(_by_template(_missing(conference, new, old))).all()
    closed = session.execute(_by_template(_missing(conference, old, new))).all()
    return list(opened), list(closed)


def list_tasks(
    session: Session,
    standing: Standing,
    wanted: Wanted,
    now: datetime,
    *,
    limit: int | None = None,
    after: Sequence[int] = (),
) -> Page:
    """Tasks in force with what was done about them, a page of them in a fixed order."""
    tasks = with_states(standing).subquery()
    dues = in_order(standing.start, list_deadlines(session, standing))
    query = select(tasks).where(*_conditions(tasks, standing, wanted, dues, now))
    order: list[ColumnElement[int]] = [tasks.c.duty, tasks.c.position]
    if wanted.by_due:
        order.insert(0, _rank(tasks, [deadline for deadline, _ in dues]))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    if len(after) == len(order):
        query = query.where(tuple_(*order) > tuple_(*after))
    query = query.add_columns(*(column.label(f"order_{n}") for n, column in enumerate(order))).order_by(
        *order
    )
    rows = list(session.execute(query.limit(limit + 1) if limit else query))
    if limit is None or len(rows) <= limit:
        return Page(rows, total, None)
    last = rows[limit - 1]._mapping
    return Page(rows[:limit], total, [last[f"order_{n}"] for n in range(len(order))])


def list_deadlines(session: Session, standing: Standing) -> list[Deadline]:
    """The different deadlines in force: a few, however many tasks have them."""
    tasks = in_force(standing.conference, standing.force).subquery()
    query = select(tasks.c.days_before, tasks.c.at).distinct()
    return [(days_before, at) for days_before, at in session.execute(query)]


def find_task(session: Session, standing: Standing, task: str) -> Row[Any] | None:
    """The task in force with this id and what was done about it."""
    tasks = in_force(standing.conference, standing.force).subquery()
    keys = session.execute(select(tasks.c.key, tasks.c.target))
    found = next((k for k in keys if str(task_id(standing.conference, k.key, k.target)) == task), None)
    if found is None:
        return None
    rows = with_states(standing).subquery()
    one = select(rows).where(rows.c.key == found.key, rows.c.target == found.target)
    return session.execute(one).one()


def list_untested(session: Session, standing: Standing) -> list[Row[Any]]:
    """Sites whose line has to be tested for the start in force and is not: (site, unit, outcome or None)."""
    query = (
        select(duties.c.site, duties.c.unit, line_tests.c.outcome)
        .outerjoin(line_tests, _tests(standing, duties.c.site))
        .where(
            duties.c.layout_id == standing.force.layout_id,
            "duty." + duties.c.key == LINE_TEST,
            or_(line_tests.c.outcome.is_(None), line_tests.c.outcome.not_in(PASSED)),
        )
        .order_by(duties.c.position)
    )
    return list(session.execute(query))


def with_states(standing: Standing) -> Select[Any]:
    """Tasks in force with `state`, and by what and whom it came."""
    tasks = in_force(standing.conference, standing.force).subquery()
    tested = tasks.c.key == LINE_TEST
    passed = and_(tested, line_tests.c.outcome.in_(PASSED))
    by_hand = and_(~tested, task_states.c.state == "done")
    state = case((passed, "done"), (by_hand, "done"), else_="open")
    return (
        select(
            *tasks.c,
            state.label("state"),
            case((passed, "fact"), (by_hand, task_states.c.settled_by), else_=null()).label("settled_by"),
            case((tested, line_tests.c.outcome), else_=null()).label("outcome"),
            case((tested, line_tests.c.noted_at), else_=task_states.c.changed_at).label("changed_at"),
            case((tested, null()), else_=task_states.c.changed_by).label("changed_by"),
            case((tested, null()), else_=task_states.c.note).label("note"),
        )
        .outerjoin(
            task_states,
            and_(
                task_states.c.conference == standing.conference,
                task_states.c.key == tasks.c.key,
                task_states.c.target == tasks.c.target,
            ),
        )
        .outerjoin(line_tests, and_(tested, _tests(standing, tasks.c.target)))
    )


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
        plan_tasks.c.search,
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
        duties.c.search,
        literal(1).label("duty"),
    ).where(duties.c.layout_id == (force.layout_id or 0))
    return select(union_all(tasks, of_layout).subquery())


def of_deadlines(tasks: Subquery, deadlines: Iterable[Deadline]) -> ColumnElement[bool]:
    """Tasks that have one of these deadlines."""
    return or_(false(), *(_has(tasks, deadline) for deadline in deadlines))


def _conditions(
    tasks: Subquery, standing: Standing, wanted: Wanted, dues: list[tuple[Deadline, datetime]], now: datetime
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_of_unit(tasks, wanted.unit) if wanted.unit else true()]
    if wanted.state:
        found.append(tasks.c.state == wanted.state)
    if wanted.overdue:
        found += [tasks.c.state == "open", of_deadlines(tasks, [one for one, due in dues if due < now])]
    if wanted.due_before is not None:
        found.append(of_deadlines(tasks, [one for one, due in dues if due <= wanted.due_before]))
    if wanted.q.strip():
        found.append(_matches(tasks, standing, search_key(wanted.q)))
    return found


def _of_unit(tasks: Subquery, unit: str) -> ColumnElement[bool]:
    helping = cast(tasks.c.with_units, Text).contains(f'"{unit}"', autoescape=True)
    return or_(tasks.c.unit == unit, helping)


def _matches(tasks: Subquery, standing: Standing, words: str) -> ColumnElement[bool]:
    named = [key for key, name in standing.names.items() if words in search_key(name)]
    return or_(tasks.c.search.contains(words, autoescape=True), tasks.c.unit.in_(named[:MOST_UNITS]))


def _rank(tasks: Subquery, deadlines: list[Deadline]) -> ColumnElement[int]:
    ranks = [(_has(tasks, deadline), rank) for rank, deadline in enumerate(deadlines)]
    return case(*ranks, else_=len(ranks)) if ranks else literal(0)


def _has(tasks: Subquery, deadline: Deadline) -> ColumnElement[bool]:
    days_before, at = deadline
    return and_(tasks.c.days_before == days_before, tasks.c.at.is_(None) if at is None else tasks.c.at == at)


def _tests(standing: Standing, site: ColumnElement[Any]) -> ColumnElement[bool]:
    """The test of a site for the start in force."""
    return and_(
        line_tests.c.conference == standing.conference,
        line_tests.c.site == site,
        line_tests.c.day == standing.test_day,
    )


def _missing(conference: str, these: Force, those: Force) -> Select[Any]:
    """Tasks of `these` that `those` have not, by key and target."""
    here, there = in_force(conference, these).subquery(), in_force(conference, those).subquery()
    same = (here.c.key == there.c.key) & (here.c.target == there.c.target)
    return select(here).outerjoin(there, same).where(there.c.key.is_(None))


def _by_template(found: Select[Any]) -> Select[Any]:
    """The first task of each key, and how many units have it."""
    # Found first: SQLite joins without an index once the join is part of the numbering.
    tasks = found.cte("found").prefix_with("MATERIALIZED")
    template = (tasks.c.duty, tasks.c.key)
    first = func.row_number().over(partition_by=template, order_by=tasks.c.position).label("first")
    units = func.count().over(partition_by=template).label("units")
    numbered = select(tasks, first, units).subquery()
    query = select(numbered).where(numbered.c.first == 1)
    return query.order_by(numbered.c.duty, numbered.c.position)


def _count_missing(session: Session, conference: str, these: Force, those: Force) -> int:
    rows: Subquery = _missing(conference, these, those).subquery()
    return int(session.execute(select(func.count()).select_from(rows)).scalar_one())

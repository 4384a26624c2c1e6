"""Store a plan: a first one makes the conference, a changed one a new version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import insert, select, update

from services.planning.plan.model import (
    ConferencePlan,
    Task,
    Tree,
    due_at,
    expand_tasks,
    local_text,
    paper_tasks,
    plan_digest,
    units_asked_for_papers,
)
from services.planning.plan.outline import outline_of
from services.planning.plan.problems import PlanInvalid, pointing_into
from services.planning.plan.queries import PlanVersion, get_tree, lock_conference, lock_unclosed
from services.planning.plan.reader import Plugins, read_plan
from services.planning.plan.tables import conferences, plan_tasks, plan_versions
from shared.bus.pages import emit_pages
from shared.contracts.planning import ConferencePlannedV1
from shared.names import search_key
from shared.storage.bulk import load_rows
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """Where a posted plan ended up; not `created`: it was the newest version already."""

    conference: str
    version: int
    created: bool


def store_plan(session: Session, plan: ConferencePlan, tree: Tree, *, by: str, now: datetime) -> StoredPlan:
    """Store a plan that was read from `tree`, unless it is the newest version already.

    Raises ConferenceClosed.
    """
    digest = plan_digest(tree)
    key = plan.conference.key
    newest = _lock_or_make(session, key, now)
    if _digest(session, key, newest) == digest:
        return StoredPlan(key, newest, created=False)
    lock_unclosed(session, key)
    version = newest + 1
    session.execute(update(conferences).where(conferences.c.key == key).values(plan_version=version))
    row = {"conference": key, "version": version, "digest": digest, "tree": tree}
    read = {
        "outline": outline_of(cast("dict[str, Any]", tree)),
        "unit_names": {unit.key: unit.name for unit in plan.units},
    }
    session.execute(insert(plan_versions).values(**row, **read, stored_at=now, stored_by=by))
    _store_tasks(session, plan, version)
    announce_plan(session, plan, version)
    return StoredPlan(key, version, created=True)


def amend_plan(
    session: Session,
    stored: PlanVersion,
    changes: Mapping[str, Any],
    plugins: Plugins,
    *,
    by: str,
    now: datetime,
) -> StoredPlan:
    """A new version with `changes` laid over the conference's facts and the programme; null opens
    `starts_at` again.

    Raises PlanInvalid, its pointers into `changes`; ConferenceClosed.
    """
    whole = get_tree(session, stored.conference, stored.version)
    facts = {**whole["conference"], **changes}
    facts.pop("programme", None)
    for name in ("starts_at", "ends_at"):
        if changes.get(name):
            facts[name] = local_text(changes[name], facts["timezone"])
    amended: dict[str, Any] = {**whole, "conference": facts}
    if "programme" in changes:
        amended["programme"] = _numbered(changes["programme"])
    try:
        plan = read_plan(amended, plugins)
    except PlanInvalid as error:
        raise PlanInvalid(tuple(pointing_into(one, changes) for one in error.problems)) from None
    return store_plan(session, plan, amended, by=by, now=now)


def _numbered(items: list[Any]) -> list[Any]:
    """Points of the programme without `order` stand in the order of the list."""
    return [
        {"order": place, **item} if isinstance(item, dict) else item for place, item in enumerate(items, 1)
    ]


def announce_plan(session: Session, plan: ConferencePlan, version: int) -> None:
    """Tell everyone what the plan says, without the persons in it: they are asked for when needed."""
    facts = plan.conference
    head = {
        "plan_version": version,
        "title": facts.title,
        "organiser": facts.organiser,
        "timezone": facts.timezone,
        "starts_at": facts.starts_at,
        "window_from": facts.window_from,
        "window_to": facts.window_to,
        "papers_due": due_at(facts, plan.papers.due) if plan.papers else None,
    }
    emit_pages(
        session,
        ConferencePlannedV1,
        key=facts.key,
        conference=facts.key,
        batch=f"{facts.key}/plan/{version}",
        head=head,
        tables=_tables(plan),
    )


def _lock_or_make(session: Session, key: str, now: datetime) -> int:
    """The newest version, locked; 0 for a conference that is only being made."""
    first = insert_into(dialect_of(session), conferences).values(key=key, plan_version=0, created_at=now)
    session.execute(first.on_conflict_do_nothing())
    return lock_conference(session, key)


def _digest(session: Session, key: str, version: int) -> str | None:
    query = select(plan_versions.c.digest).where(
        plan_versions.c.conference == key, plan_versions.c.version == version
    )
    return session.execute(query).scalar_one_or_none()


def _store_tasks(session: Session, plan: ConferencePlan, version: int) -> None:
    tasks = (*expand_tasks(plan), *paper_tasks(plan))
    searched = {title: search_key(title) for title in {task.title for task in tasks}}
    rows = [
        (plan.conference.key, version, position, *row, searched[task.title])
        for position, task in enumerate(tasks)
        for row in _task_rows(task)
    ]
    load_rows(session, plan_tasks, _TASK_COLUMNS, rows)


_TASK_COLUMNS = (
    "conference", "version", "position",
    "key", "unit", "option", "title", "with_units", "days_before", "at", "search",
)  # fmt: skip


def _task_rows(task: Task) -> Iterator[tuple[Any, ...]]:
    at = task.due.at.strftime("%H:%M") if task.due.at else None
    for option in task.only or ("",):
        yield task.key, task.unit, option, task.title, list(task.with_units), task.due.days_before, at


def _tables(plan: ConferencePlan) -> dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """The plan as the tables of ConferencePlannedV1, all rows in plan order."""
    return {
        "units": (
            ("key", "name", "level", "parent"),
            [(u.key, u.name, u.level, u.parent) for u in plan.units],
        ),
        "options": (
            ("key", "label", "title", "venue", "settings"),
            [(o.key, o.label, o.title, o.venue, o.settings) for o in plan.options],
        ),
        "groups": (
            (
                "option",
                "key",
                "name",
                "at",
                "invited_by",
                "seats",
                "rank",
                "per",
                "press",
                "sources",
                "kinds",
            ),
            [row for option in plan.options for row in _group_rows(option)],
        ),
        "documents": (
            ("key", "type", "subject", "drafted_by", "to", "only", "per"),
            [
                (f"{d.type}-{n}", d.type, d.subject, d.drafted_by, list(d.to), list(d.only), d.per)
                for n, d in enumerate(plan.documents, start=1)
            ],
        ),
        "quotas": (("scope", "level", "collectives", "individuals"), _quota_rows(plan)),
        "papers": (("unit",), [(unit.key,) for unit in units_asked_for_papers(plan)]),
    }


def _group_rows(option: Any) -> Iterator[tuple[Any, ...]]:
    for g in option.groups:
        sources = list(g.awardees.sources) if g.awardees else None
        kinds = list(g.awardees.kinds) if g.awardees else None
        yield (
            option.key, g.key, g.name, g.at, g.invited_by, g.seats, g.rank, g.per, g.press, sources, kinds,
        )  # fmt: skip


def _quota_rows(plan: ConferencePlan) -> list[tuple[Any, ...]]:
    if plan.awards is None:
        return []
    province, per_unit = plan.awards.quotas.province, plan.awards.quotas.per_unit
    rows: list[tuple[Any, ...]] = []
    if province is not None:
        rows.append(("organiser", None, province.collectives, province.individuals))
    if per_unit is not None:
        rows.append(("unit", per_unit.level, per_unit.collectives, per_unit.individuals))
    return rows

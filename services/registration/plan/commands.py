"""Store what planning and venue told: plan versions and layouts, keys turned into small numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, func, insert, select, update

from services.registration.plan.model import moment_of
from services.registration.plan.tables import (
    conferences,
    groups,
    layout_sites,
    plan_groups,
    plan_units,
    plans,
    routes,
    sites,
    units,
)
from services.registration.storage import upsert
from shared.storage.bulk import analyze, load_rows
from shared.storage.session import Session

Row = Mapping[str, Any]

_ROUTE_COLUMNS = ("layout_id", "unit_id", "group_id", "site_id", "seats", "precedence")


def conference_id(session: Session, key: str) -> int:
    """The conference's number here, given at the first fact about it."""
    statement = upsert(session, conferences).values(key=key).on_conflict_do_nothing(index_elements=["key"])
    session.execute(statement)
    number: int = session.execute(select(conferences.c.id).where(conferences.c.key == key)).scalar_one()
    return number


def store_plan(
    session: Session, conference: str, head: Row, unit_rows: Iterable[Row], group_rows: Iterable[Row]
) -> None:
    """Store a plan version; `head`, units and groups are those of ConferencePlannedV1. Idempotent."""
    owner = conference_id(session, conference)
    known = select(plans.c.id).where(plans.c.conference_id == owner, plans.c.version == head["plan_version"])
    if session.execute(known).first() is not None:
        return
    plan_id = _insert_plan(session, owner, head)
    unit_facts, group_facts = list(unit_rows), list(group_rows)
    unit_ids = ids_of(session, units, owner, {row["key"] for row in unit_facts})
    group_ids = ids_of(session, groups, owner, {row["key"] for row in group_facts})
    _store_units(session, plan_id, unit_facts, unit_ids)
    _store_groups(session, plan_id, group_facts, group_ids)
    newest = select(func.max(plans.c.version)).where(plans.c.conference_id == owner)
    if session.execute(newest).scalar_one() == head["plan_version"]:
        _name(session, units, plan_units, plan_units.c.unit_id, plan_id)
        _name(session, groups, plan_groups, plan_groups.c.group_id, plan_id)
    analyze(session, units, groups, plan_units, plan_groups)


def store_layout(
    session: Session, conference: str, layout_id: int, site_rows: Iterable[Row], route_rows: Iterable[Row]
) -> None:
    """Store a layout that is new here, under the number that `note_layout` gave."""
    owner = conference_id(session, conference)
    site_facts, route_facts = list(site_rows), list(route_rows)
    site_ids = ids_of(session, sites, owner, {row["key"] for row in site_facts})
    at_sites = {row["unit"] for row in site_facts if row["unit"]}
    unit_ids = ids_of(session, units, owner, at_sites | {row["unit"] for row in route_facts})
    _store_sites(session, layout_id, site_facts, site_ids, unit_ids)
    group_ids = ids_of(session, groups, owner, {row["group"] for row in route_facts})
    in_rank = sorted(route_facts, key=lambda row: row["rank"])
    rows = [
        (
            layout_id,
            unit_ids[row["unit"]],
            group_ids[row["group"]],
            site_ids[row["site"]],
            row["seats"],
            order,
        )
        for order, row in enumerate(in_rank)
    ]
    load_rows(session, routes, _ROUTE_COLUMNS, sorted(rows))
    analyze(session, sites, layout_sites, routes)


def change_site(session: Session, conference: str, site: str, facts: Row) -> int:
    """Keep what people set at a site in place of the layouts' values; returns the site's number.

    The layout may come later: a site has its number from the first fact about it.
    """
    owner = conference_id(session, conference)
    number = ids_of(session, sites, owner, {site})[site]
    values = {name: facts[name] for name in ("room", "address", "capacity")}
    session.execute(update(sites).where(sites.c.id == number).values(values))
    return number


def close_conference(session: Session, conference: str, at: datetime | None) -> None:
    """`at`, on the conference's clock, is when it ended; None opens it again."""
    mine = conferences.c.id == conference_id(session, conference)
    session.execute(update(conferences).where(mine).values(closed_at=at))


def ids_of(session: Session, table: Table, owner: int, keys: set[str]) -> dict[str, int]:
    """Numbers of the conference's units, groups or sites by key; new keys get one."""
    known = dict(_known(session, table, owner))
    missing = sorted(keys - known.keys())
    if missing:
        statement = upsert(session, table).on_conflict_do_nothing(index_elements=["conference_id", "key"])
        session.execute(statement, [{"conference_id": owner, "key": key} for key in missing])
        known = dict(_known(session, table, owner))
    return known


def _known(session: Session, table: Table, owner: int) -> Iterable[tuple[str, int]]:
    query = select(table.c.key, table.c.id).where(table.c.conference_id == owner)
    return ((key, number) for key, number in session.execute(query))


def _insert_plan(session: Session, owner: int, head: Row) -> int:
    values = {
        "conference_id": owner,
        "version": head["plan_version"],
        "title": head["title"],
        "organiser": head["organiser"],
        "timezone": head["timezone"],
        "starts_at": moment_of(head["starts_at"], head["timezone"]),
    }
    number: int = session.execute(insert(plans).values(values).returning(plans.c.id)).scalar_one()
    return number


def _store_units(session: Session, plan_id: int, rows: Sequence[Row], ids: Mapping[str, int]) -> None:
    columns = ("plan_id", "unit_id", "position", "name", "level")
    values = [(plan_id, ids[row["key"]], n, row["name"], row["level"]) for n, row in enumerate(rows)]
    load_rows(session, plan_units, columns, values)


def _store_groups(session: Session, plan_id: int, rows: Sequence[Row], ids: Mapping[str, int]) -> None:
    columns = (
        "plan_id",
        "option",
        "group_id",
        "position",
        "name",
        "at",
        "seats",
        "per",
        "invited_by",
        "sources",
        "kinds",
    )
    values = [
        (
            plan_id,
            row["option"],
            ids[row["key"]],
            n,
            row["name"],
            row["at"],
            row["seats"],
            row["per"],
            row.get("invited_by", "organiser"),
            _joined(row["sources"]),
            _joined(row["kinds"]),
        )
        for n, row in enumerate(rows)
    ]
    load_rows(session, plan_groups, columns, values)


def _joined(keys: Sequence[str] | None) -> str | None:
    return None if keys is None else " ".join(keys)


def _store_sites(
    session: Session,
    layout_id: int,
    rows: Sequence[Row],
    ids: Mapping[str, int],
    unit_ids: Mapping[str, int],
) -> None:
    columns = ("layout_id", "site_id", "position", "name", "room", "address", "capacity", "unit_id")
    values = [
        (
            layout_id,
            ids[row["key"]],
            n,
            row["name"],
            row["room"],
            row["address"],
            row["capacity"],
            unit_ids.get(row["unit"]),
        )
        for n, row in enumerate(rows)
    ]
    load_rows(session, layout_sites, columns, values)


def _name(session: Session, table: Table, facts: Table, member: Column[int], plan_id: int) -> None:
    """Names follow the newest plan; of a group in several options the first one counts."""
    of_plan = (facts.c.plan_id == plan_id) & (member == table.c.id)
    name = select(facts.c.name).where(of_plan).order_by(facts.c.position).limit(1).scalar_subquery()
    named = table.c.id.in_(select(member).where(facts.c.plan_id == plan_id))
    session.execute(update(table).where(named).values(name=name))

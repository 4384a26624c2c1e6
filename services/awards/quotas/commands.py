"""Store what planning tells of units, options and quotas."""

from __future__ import annotations

from sqlalchemy import insert

from services.awards.quotas.tables import plan_options, plan_units, plans, quotas
from shared.bus.pages import Batch
from shared.storage.bulk import load_rows
from shared.storage.session import Session


def store_plan(session: Session, batch: Batch) -> None:
    """Keep units, options and quotas of a plan version."""
    version = {"conference": batch.conference, "version": batch.head["plan_version"]}
    head = {name: batch.head[name] for name in ("organiser", "timezone")}
    session.execute(insert(plans).values(**version, **head))
    told = ("key", "name", "level")
    units = [
        (batch.conference, version["version"], place, *(unit[name] for name in told))
        for place, unit in enumerate(batch.tables["units"].records())
    ]
    load_rows(session, plan_units, ("conference", "version", "position", *told), units)
    options = [{**version, "key": option["key"]} for option in batch.tables["options"].records()]
    if options:
        session.execute(insert(plan_options), options)
    rows = [{**version, **row} for row in batch.tables["quotas"].records()]
    if rows:
        session.execute(insert(quotas), rows)

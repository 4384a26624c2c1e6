"""Store what planning, venue and awards tell."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert

from services.documents.plan.tables import (
    award_decisions,
    layout_places,
    layout_routes,
    plans,
    requirements,
)
from shared.bus.pages import Batch
from shared.storage.bulk import analyze, load_rows
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

TOLD = ("title", "timezone", "starts_at", "window_from", "window_to")


def store_plan(session: Session, batch: Batch) -> None:
    """Keep which documents a plan version asks for, and what it says of the conference itself."""
    version = {"conference": batch.conference, "version": batch.head["plan_version"]}
    names = {unit["key"]: unit["name"] for unit in batch.tables["units"].records()}
    start = batch.head["starts_at"]
    facts = {
        "unit_names": names,
        "organiser": batch.head["organiser"],
        "timezone": batch.head["timezone"],
        "starts_at": start.isoformat() if start is not None else None,
        "told": _told(batch.head),
    }
    session.execute(insert(plans).values(**version, **facts))
    rows = [
        {**version, **row, "position": position}
        for position, row in enumerate(batch.tables["documents"].records())
    ]
    if rows:
        session.execute(insert(requirements), rows)


def store_layout(session: Session, layout_id: int, batch: Batch) -> None:
    """Keep the routes: an invitation is one per route."""
    told = ("group", "unit", "site", "seats")
    rows = [(layout_id, *(route[name] for name in told)) for route in batch.tables["routes"].records()]
    load_rows(session, layout_routes, ("layout_id", *told), rows)
    analyze(session, layout_routes)


def note_award(session: Session, conference: str, decision: UUID) -> None:
    """A decision on the awards was taken; an older one than the one that is known changes nothing."""
    first = insert_into(dialect_of(session), award_decisions).values(conference=conference, decision=decision)
    newer = first.excluded.decision > award_decisions.c.decision
    key, values = ["conference"], {"decision": first.excluded.decision}
    session.execute(first.on_conflict_do_update(index_elements=key, set_=values, where=newer))


def note_places(session: Session, layout_id: int, digests: Mapping[str, str]) -> None:
    """What documents of each type have to tell of the rooms and addresses of a layout."""
    rows = [{"layout_id": layout_id, "type": type, "digest": digest} for type, digest in digests.items()]
    noted = insert_into(dialect_of(session), layout_places)
    key, values = ["layout_id", "type"], {"digest": noted.excluded.digest}
    session.execute(noted.on_conflict_do_update(index_elements=key, set_=values), rows)


def _told(head: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps([head[name] for name in TOLD])).hexdigest()

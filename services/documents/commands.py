"""Store what planning and venue tell, and take part in a switch."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.documents.queries import count_changes, has_plan
from services.documents.tables import layout_routes, plans, requirements
from shared.bus.pages import Batch
from shared.contracts.documents import DocumentsRevisionPreparedV1, DocumentsRevisionSettledV1
from shared.revisions.following import Participant


def store_plan(session: Session, batch: Batch) -> None:
    """Keep which documents a plan version asks for."""
    version = {"conference": batch.conference, "version": batch.head["plan_version"]}
    names = {unit["key"]: unit["name"] for unit in batch.tables["units"].records()}
    session.execute(insert(plans).values(**version, unit_names=names))
    rows = [
        {**version, **row, "position": position}
        for position, row in enumerate(batch.tables["documents"].records())
    ]
    if rows:
        session.execute(insert(requirements), rows)


def store_layout(session: Session, layout_id: int, batch: Batch) -> None:
    """Keep the routes: an invitation is one per route."""
    columns = ("group", "unit", "site", "seats")
    routes = batch.tables["routes"].records()
    rows = [{"layout_id": layout_id, **{name: route[name] for name in columns}} for route in routes]
    if rows:
        session.execute(insert(layout_routes), rows)


# Settled counts are worked out anew: a document may have been issued since the preview.
PARTICIPANT = Participant(
    service="documents",
    prepared=DocumentsRevisionPreparedV1,
    settled=DocumentsRevisionSettledV1,
    is_ready=has_plan,
    prepare=count_changes,
    settle=count_changes,
)

"""What planning keeps of a layout: its duties, once for equal layouts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from services.planning.switch.tables import duties, layouts, revisions
from shared.names import search_key
from shared.storage.bulk import analyze, load_rows
from shared.storage.session import Session


def store_layout(session: Session, conference: str, digest: str, rows: list[Any]) -> int:
    same = select(layouts.c.id).where(layouts.c.conference == conference, layouts.c.digest == digest)
    layout_id = session.execute(same).scalar_one_or_none()
    referring = select(revisions.c.number).where(revisions.c.layout_id == layout_id).limit(1)
    if layout_id is not None and session.execute(referring).first() is not None:
        return int(layout_id)
    if layout_id is None:  # else it was forgotten, and is told again
        new = insert(layouts).values(conference=conference, digest=digest).returning(layouts.c.id)
        layout_id = session.execute(new).scalar_one()
    _store_duties(session, int(layout_id), rows)
    return int(layout_id)


def _store_duties(session: Session, layout_id: int, rows: list[Any]) -> None:
    given = ("key", "unit", "site", "title", "days_before", "at")
    values = [
        (layout_id, position, *(row[name] for name in given), search_key(row["title"]))
        for position, row in enumerate(rows)
    ]
    load_rows(session, duties, ("layout_id", "position", *given, "search"), values)
    if rows:
        analyze(session, duties)

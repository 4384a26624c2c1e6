"""Messages as lists show them: the person's name is looked up, not kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from services.registration.messages.model import STATES, UnknownMessage
from services.registration.messages.tables import messages
from services.registration.people.tables import people
from services.registration.plan.model import View
from services.registration.plan.tables import conferences, groups, units
from shared.metrics import Tally
from shared.storage.database import Database
from shared.storage.session import Session


def list_messages(
    session: Session, narrowed: ColumnElement[bool], *, limit: int, before: UUID | None = None
) -> tuple[list[dict[str, Any]], UUID | None]:
    """The newest first, and where the next page begins."""
    query = _SHOWN.where(narrowed).order_by(messages.c.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(messages.c.id < before)
    rows = [dict(row) for row in session.execute(query).mappings()]
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


def count_messages(session: Session, narrowed: ColumnElement[bool]) -> dict[str, int]:
    """How many are in which state."""
    query = select(messages.c.state, func.count()).where(narrowed).group_by(messages.c.state)
    found: dict[str, int] = dict(session.execute(query).all())
    return {state: found.get(state, 0) for state in STATES}


def tally(database: Database) -> Tally:
    """Messages by kind and state, for Prometheus."""
    columns = (messages.c.kind, messages.c.state)
    query = select(*columns, func.count()).group_by(*columns)
    return Tally(database, "diemcau_messages", "Messages to persons by state", ("kind", "state"), query)


def get_message(session: Session, message: UUID) -> dict[str, Any]:
    """Raises UnknownMessage."""
    row = session.execute(_SHOWN.where(messages.c.id == message)).mappings().one_or_none()
    if row is None:
        raise UnknownMessage
    return dict(row)


def narrow(view: View, *, state: str = "", kind: str = "", unit: str | None = None) -> ColumnElement[bool]:
    """The conference's messages, those of a state, of a kind, about a unit's places."""
    conditions: list[ColumnElement[bool]] = [messages.c.conference_id == view.conference_id]
    if state:
        conditions.append(messages.c.state == state)
    if kind:
        conditions.append(messages.c.kind == kind)
    if unit is not None:
        number = select(units.c.id).where(units.c.conference_id == view.conference_id, units.c.key == unit)
        conditions.append(messages.c.unit_id == number.scalar_subquery())
    return and_(*conditions)


_SHOWN = select(
    messages,
    conferences.c.key.label("conference"),
    people.c.name,
    groups.c.key.label("group"),
    groups.c.name.label("group_name"),
    units.c.key.label("unit"),
    units.c.name.label("unit_name"),
).select_from(
    messages.join(conferences, conferences.c.id == messages.c.conference_id)
    .join(groups, groups.c.id == messages.c.group_id)
    .join(units, units.c.id == messages.c.unit_id)
    .outerjoin(people, people.c.id == messages.c.person_id)
)

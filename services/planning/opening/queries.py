"""The read side of opening: what is missing, and the history."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from services.planning.opening.model import Readiness, Untested
from services.planning.opening.tables import conference_acts
from services.planning.switch.model import State
from services.planning.switch.queries import newest_decided, newest_selected
from services.planning.tasks.queries import list_untested, standing_now
from shared.storage.session import Session


def readiness(session: Session, conference: str) -> Readiness:
    """Raises UnknownConference."""
    standing = standing_now(session, conference)
    current, decided = newest_selected(session, conference), newest_decided(session, conference)
    unsettled = decided is not None and decided.state in (State.DECIDING, State.SETTLING)
    return Readiness(
        revision=current.number if current is not None else None,
        unsettled=decided.number if decided is not None and unsettled else None,
        starts_at_known=standing.start.starts_at is not None,
        untested=tuple(Untested(one.site, one.unit, one.outcome) for one in list_untested(session, standing)),
    )


def list_acts(session: Session, conference: str) -> list[Row[Any]]:
    """The newest first."""
    query = select(conference_acts).where(conference_acts.c.conference == conference)
    return list(session.execute(query.order_by(conference_acts.c.number.desc())))

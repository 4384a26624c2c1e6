"""Open a conference, close it, open it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select, update

from services.planning.opening.model import AlreadyOpen, NotClosed, NotOpen, check_ready
from services.planning.opening.queries import readiness
from services.planning.opening.tables import conference_acts
from services.planning.plan.model import Phase
from services.planning.plan.queries import lock_conference, lock_unclosed, phase_of
from services.planning.plan.tables import conferences
from shared.bus.outbox import emit
from shared.contracts.event import Event
from shared.contracts.planning import ConferenceClosedV1, ConferenceOpenedV1
from shared.storage.session import Session


def open_conference(session: Session, conference: str, *, reason: str, by: str, now: datetime) -> None:
    """The conference begins. Raises a NotReady, AlreadyOpen, ConferenceClosed, UnknownConference."""
    lock_unclosed(session, conference)
    if phase_of(session, conference) is Phase.OPEN:
        raise AlreadyOpen
    check_ready(readiness(session, conference))
    _enter(session, conference, Phase.OPEN, "opened", ConferenceOpenedV1, reason, by, now)


def close_conference(session: Session, conference: str, *, reason: str, by: str, now: datetime) -> None:
    """The conference is over. Raises NotOpen, ConferenceClosed, UnknownConference."""
    lock_unclosed(session, conference)
    if phase_of(session, conference) is not Phase.OPEN:
        raise NotOpen
    _enter(session, conference, Phase.CLOSED, "closed", ConferenceClosedV1, reason, by, now)


def reopen_conference(session: Session, conference: str, *, reason: str, by: str, now: datetime) -> None:
    """A closed conference is open again, to put something right. Raises NotClosed, UnknownConference."""
    lock_conference(session, conference)
    if phase_of(session, conference) is not Phase.CLOSED:
        raise NotClosed
    _enter(session, conference, Phase.OPEN, "reopened", ConferenceOpenedV1, reason, by, now)


def _enter(
    session: Session,
    conference: str,
    phase: Phase,
    act: str,
    event: type[Event],
    reason: str,
    by: str,
    now: datetime,
) -> None:
    session.execute(update(conferences).where(conferences.c.key == conference).values(state=phase))
    acts = conference_acts.c
    highest = select(func.coalesce(func.max(acts.number), 0)).where(acts.conference == conference)
    number = session.execute(highest).scalar_one() + 1
    row = {"conference": conference, "number": number, "act": act, "reason": reason, "by": by, "at": now}
    session.execute(insert(conference_acts).values(**row))
    emit(session, event, {"conference": conference}, key=conference, subject=conference)

"""After a conference is closed nothing of it is changed: who follows planning asks here before writing."""

from __future__ import annotations

from sqlalchemy import select

from shared.http.problems import ProblemType
from shared.revisions.tables import closings
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into


class ConferenceIsClosed(Exception):
    """The conference is over, and nobody has opened it again."""

    def __init__(self, conference: str) -> None:
        super().__init__(conference)
        self.conference = conference


CONFERENCE_CLOSED = ProblemType(
    409,
    "conference-closed",
    "Hội nghị đã bế mạc, không thay đổi được nữa (Ban tổ chức có thể mở lại)",
    "The conference is closed: nothing of it is changed unless it is opened again",
)


def note_closing(session: Session, conference: str, *, closed: bool) -> None:
    """Remember whether it is over; the fact may come before the plan, and again."""
    insert = insert_into(dialect_of(session), closings).values(conference=conference, closed=closed)
    session.execute(insert.on_conflict_do_update(index_elements=["conference"], set_={"closed": closed}))


def require_not_closed(session: Session, conference: str) -> None:
    """Raises ConferenceIsClosed."""
    query = select(closings.c.closed).where(closings.c.conference == conference)
    if session.execute(query).scalar_one_or_none():
        raise ConferenceIsClosed(conference)

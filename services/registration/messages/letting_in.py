"""Write to those for whom a seat became free: once for each time that they asked for one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from services.registration.answers.waiting import list_let_in, note_told
from services.registration.messages.commands import queue_messages, start_sending
from services.registration.messages.model import Draft
from services.registration.plan.queries import get_view
from shared.jobs.worker import Run


def tell_let_in(run: Run, channel: str) -> dict[str, int]:
    """Queue what is to be told and start the sender; a job function. Repeating it tells nobody twice."""
    with run.write() as session:
        view = get_view(session, run.job.conference)
        rows = list_let_in(session, view)
        if view.revision is None or not rows:
            return {"messages": 0}
        drafts = [_draft(row) for row in rows]
        queued = queue_messages(session, view.conference_id, view.revision, channel, drafts, run.now())
        note_told(session, view, rows)
        start_sending(session, view.conference, view.revision)
    return {"messages": queued}


def _draft(row: Row[Any]) -> Draft:
    seat = f"{row.site_id}/{row.starts_at}/{row.answered_at.isoformat()}"
    return Draft("seat", row.person_id, None, row.unit_id, row.group_id, seat)

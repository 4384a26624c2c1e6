"""Write down a test, waive one, take the waiver back: entries are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert

from services.venue.lines.model import (
    AlreadyWaived,
    NoProbeAddress,
    NotDecided,
    NotRequired,
    NotWaived,
    Result,
    Start,
)
from services.venue.lines.queries import current_start, get_standing, newest_test
from services.venue.lines.tables import line_tests
from shared.bus.outbox import emit
from shared.contracts.venue import LineTestedV1
from shared.jobs.queue import enqueue
from shared.revisions.closing import require_not_closed
from shared.revisions.following import current_revision
from shared.storage.session import Session


def record_test(
    session: Session, site: Row[Any], result: Result, *, by: str, now: datetime, job: UUID | None = None
) -> None:
    """Add what a test gave; the caller holds the site. Raises ConferenceIsClosed, NotDecided, NotRequired."""
    start = require_test(session, site)
    values = {"method": result.method, "note": result.note, "measured": result.measured, "job": job}
    _add(session, site, start, result.outcome, by=by, now=now, **values)


def start_probe(session: Session, site: Row[Any], *, by: str) -> UUID:
    """Queue the probe of a site, or join the one under way.

    Raises ConferenceIsClosed, NotDecided, NotRequired, NoProbeAddress.
    """
    require_test(session, site)
    if site.probe_address is None:
        raise NoProbeAddress
    payload = {"site": str(site.id), "by": by}
    return enqueue(session, "probe_line", payload, conference=site.conference, once=str(site.id))


def waive_test(session: Session, site: Row[Any], reason: str, *, by: str, now: datetime) -> None:
    """Go without the test; the caller holds the site.

    Raises ConferenceIsClosed, NotDecided, NotRequired, AlreadyWaived.
    """
    start = require_test(session, site)
    standing = get_standing(session, site.id, start)
    if standing is not None and standing.outcome == "waived":
        raise AlreadyWaived(standing.by)
    _add(session, site, start, "waived", by=by, now=now, method="person", note=reason)


def unwaive_test(session: Session, site: Row[Any], reason: str, *, by: str, now: datetime) -> None:
    """Ask for the test again; one that was made before holds again.

    The caller holds the site. Raises ConferenceIsClosed, NotDecided, NotRequired, NotWaived.
    """
    start = require_test(session, site)
    standing = get_standing(session, site.id, start)
    if standing is None or standing.outcome != "waived":
        raise NotWaived
    restores = newest_test(session, site.id, start)
    _add(session, site, start, "cleared", by=by, now=now, method="person", note=reason, restores=restores)


def require_test(session: Session, site: Row[Any]) -> Start:
    """The start that a test is for. Raises ConferenceIsClosed, NotDecided, NotRequired."""
    require_not_closed(session, site.conference)
    if current_revision(session, site.conference) is None:
        raise NotDecided
    if not (site.in_force and site.line_test):
        raise NotRequired
    return current_start(session, site.conference)


def _add(
    session: Session, site: Row[Any], start: Start, outcome: str, *, by: str, now: datetime, **values: Any
) -> None:
    row = {"site_id": site.id, "day": start.key, "outcome": outcome, "by": by, "at": now, **values}
    session.execute(insert(line_tests).values(**row))
    tell_standing(session, site, start)


def tell_standing(session: Session, site: Row[Any], start: Start) -> None:
    """What holds at the site for this start."""
    standing = get_standing(session, site.id, start)
    data = {
        "conference": site.conference,
        "site": site.key,
        "day": start.day,
        "outcome": standing.outcome if standing is not None else "cleared",
    }
    emit(session, LineTestedV1, data, key=str(site.id))

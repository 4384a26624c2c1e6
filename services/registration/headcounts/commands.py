"""A site reports how many people it has: beside the computed figures, never over them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from services.registration.answers.model import NotDecided
from services.registration.headcounts.model import FIGURES, UnknownSite
from services.registration.headcounts.queries import find_site, list_headcounts
from services.registration.headcounts.tables import headcount_reports
from services.registration.plan.model import StartNotFixed, View
from services.registration.plan.queries import require_not_closed
from shared.bus.outbox import emit
from shared.contracts.registration import HeadcountReportedV1
from shared.http.tokens import Actor
from shared.storage.session import Session


def report_headcount(
    session: Session, view: View, site: str, count: int, note: str, actor: Actor, now: datetime
) -> None:
    """Keep who reported what, when, and what was computed at that moment.

    Raises NotDecided, StartNotFixed, UnknownSite (also for another unit's site), ConferenceClosed.
    """
    require_not_closed(session, view.conference_id)
    if view.revision is None:
        raise NotDecided
    if not view.moment:
        raise StartNotFixed
    found = find_site(session, view, site)
    if found is None or actor.unit not in (None, found["unit"]):
        raise UnknownSite
    [line] = list_headcounts(session, view, found["site_id"])
    values = {
        "id": uuid7(),
        "site_id": found["site_id"],
        "starts_at": view.moment,
        "revision": view.revision,
        "reported": count,
        "note": note,
        "computed": {name: line[name] for name in FIGURES},
        "at": now,
        "by": actor.subject,
        "by_name": actor.name,
    }
    session.execute(insert(headcount_reports).values(values))
    data = {"conference": view.conference, "site": site, "reported": count, "computed": line["expected"]}
    emit(session, HeadcountReportedV1, data, key=f"{view.conference}/{site}")

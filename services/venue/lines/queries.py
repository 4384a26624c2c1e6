"""The read side: what holds at each site for a start, and the whole history of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from services.venue.layouts.queries import get_plan, newest_plan
from services.venue.layouts.tables import sites
from services.venue.lines.model import TESTED, Standing, Start, start_of
from services.venue.lines.tables import line_tests
from shared.revisions.following import Revision, find_revision
from shared.storage.session import Session

SHOWN = 200


def start_for(session: Session, conference: str, revision: Revision | None) -> Start:
    """By the revision's own plan version; before the first decision, by the newest."""
    if revision is None:
        plan = newest_plan(session, conference)
    else:
        plan = get_plan(session, conference, revision.plan_version)
    assert plan is not None, "a layout is made from a stored plan"
    return start_of(plan.head)


def current_start(session: Session, conference: str) -> Start:
    return start_for(session, conference, find_revision(session, conference, None))


def list_standing(session: Session, conference: str, start: Start) -> dict[UUID, Standing]:
    """What holds for this start, by site; a site without an entry is not in it."""
    newest = (
        _newest(start).where(sites.c.conference == conference).join(sites, sites.c.id == line_tests.c.site_id)
    )
    return _standing(session, newest)


def get_standing(session: Session, site: UUID, start: Start) -> Standing | None:
    return _standing(session, _newest(start).where(line_tests.c.site_id == site)).get(site)


def list_tests(session: Session, site: UUID) -> list[Row[Any]]:
    """The newest two hundred entries of a site, of all days, the newest first."""
    query = select(line_tests).where(line_tests.c.site_id == site)
    return list(session.execute(query.order_by(line_tests.c.id.desc()).limit(SHOWN)))


def find_probe(session: Session, job: UUID) -> Row[Any] | None:
    """The entry that this job wrote, if it did."""
    return session.execute(select(line_tests).where(line_tests.c.job == job)).one_or_none()


def newest_test(session: Session, site: UUID, start: Start) -> int | None:
    """The entry of the newest test that was really made."""
    query = select(func.max(line_tests.c.id)).where(
        line_tests.c.site_id == site, line_tests.c.day == start.key, line_tests.c.outcome.in_(TESTED)
    )
    return session.execute(query).scalar_one_or_none()


def _newest(start: Start) -> Select[Any]:
    """The number of the newest entry of each site for this start."""
    newest = select(func.max(line_tests.c.id).label("id")).where(line_tests.c.day == start.key)
    return newest.group_by(line_tests.c.site_id)


def _standing(session: Session, newest: Select[Any]) -> dict[UUID, Standing]:
    """Those entries by site; a waiver taken back stands for the test that it brings back, if any."""
    numbers = newest.subquery()
    entry, earlier = line_tests.alias(), line_tests.alias()
    joined = numbers.join(entry, entry.c.id == numbers.c.id)
    joined = joined.outerjoin(earlier, earlier.c.id == entry.c.restores)
    query = select(entry.c.site_id, entry.c.outcome, *_facts(entry, ""), *_facts(earlier, "earlier_"))
    found: dict[UUID, Standing] = {}
    for row in session.execute(query.select_from(joined)):
        if row.outcome != "cleared":
            found[row.site_id] = Standing(row.outcome, row.at, row.by, row.method, row.note)
        elif row.earlier_outcome is not None:
            found[row.site_id] = Standing(
                row.earlier_outcome, row.earlier_at, row.earlier_by, row.earlier_method, row.earlier_note
            )
    return found


def _facts(entry: Any, prefix: str) -> list[Any]:
    names = ("at", "by", "method", "note") + (("outcome",) if prefix else ())
    return [entry.c[name].label(f"{prefix}{name}") for name in names]

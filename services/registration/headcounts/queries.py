"""Headcounts: seats, persons, answers and check-ins of each site, with what the sites report."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, Select, String, Subquery, bindparam, func, literal, select

from services.registration.answers.seats import CAPACITY
from services.registration.answers.tables import answers
from services.registration.door.queries import checked_in
from services.registration.door.tables import check_ins
from services.registration.headcounts.tables import headcount_reports
from services.registration.people.placement import LAYOUT, SEATED, seated_at
from services.registration.plan.model import View
from services.registration.plan.tables import layout_sites, routes, sites, units
from shared.storage.session import Session

_MOMENT = bindparam("moment", type_=String)


def list_headcounts(session: Session, view: View, site_id: int | None = None) -> list[dict[str, Any]]:
    """Each site of the layout in its order, or only one; everyone is counted once, where they sit."""
    persons, seats, reports = _PERSONS, _SEATS, _REPORTS
    if site_id is not None:
        persons = _count_persons(seated_at(literal(site_id)))
        seats = seats.where(layout_sites.c.site_id == site_id)
        reports = reports.where(headcount_reports.c.site_id == site_id)
    bound = view.parameters()
    counted = {row["site_id"]: row for row in session.execute(persons, bound).mappings()}
    reported = {row["site_id"]: row for row in session.execute(reports, bound).mappings()}
    rows = session.execute(seats, bound).mappings()
    return [_line(row, counted.get(row["site_id"]), reported.get(row["site_id"])) for row in rows]


def find_site(session: Session, view: View, key: str) -> RowMapping | None:
    """Id of the layout's site and key of its unit."""
    query = (
        select(layout_sites.c.site_id, units.c.key.label("unit"))
        .join(sites, sites.c.id == layout_sites.c.site_id)
        .outerjoin(units, units.c.id == layout_sites.c.unit_id)
        .where(layout_sites.c.layout_id == LAYOUT, sites.c.key == key)
    )
    return session.execute(query, view.parameters()).mappings().one_or_none()


def list_reports(session: Session, site_id: int, moment: str) -> list[dict[str, Any]]:
    """What a site reported for a start, the newest first."""
    query = (
        select(headcount_reports)
        .where(headcount_reports.c.site_id == site_id, headcount_reports.c.starts_at == moment)
        .order_by(headcount_reports.c.id.desc())
    )
    return [dict(row) for row in session.execute(query).mappings()]


def _line(site: RowMapping, found: RowMapping | None, report: RowMapping | None) -> dict[str, Any]:
    figures = ("named", "accepted", "waiting", "declined", "checked_in")
    line: dict[str, Any] = {name: found[name] if found is not None else 0 for name in figures}
    line["expected"] = line["named"] - line["declined"] - line["waiting"]
    line["unanswered"] = line["expected"] - line["accepted"]
    reported = report["reported"] if report is not None else None
    return {
        "site": site["site"],
        "site_name": site["site_name"],
        "unit": site["unit"],
        "seats": site["seats"],
        "capacity": site["capacity"],
        **line,
        "reported": reported,
        "reported_at": report["at"] if report is not None else None,
        "reported_by": report["by_name"] if report is not None else None,
        "note": report["note"] if report is not None else None,
        "difference": reported - line["expected"] if reported is not None else None,
    }


def _count_persons(seated: Subquery) -> Select[Any]:
    answered = (
        (answers.c.person_id == seated.c.person_id)
        & (answers.c.site_id == seated.c.site_id)
        & (answers.c.starts_at == _MOMENT)
    )
    return (
        select(
            seated.c.site_id,
            func.count().label("named"),
            func.count().filter(answers.c.answer == "accepted").label("accepted"),
            func.count().filter(answers.c.answer == "waiting").label("waiting"),
            func.count().filter(answers.c.answer == "declined").label("declined"),
            func.count(check_ins.c.person_id).label("checked_in"),
        )
        .select_from(seated.outerjoin(answers, answered).outerjoin(check_ins, checked_in(seated)))
        .group_by(seated.c.site_id)
    )


_PERSONS = _count_persons(SEATED)


def _seats() -> Select[Any]:
    seats = (
        select(routes.c.site_id, func.sum(routes.c.seats).label("seats"))
        .where(routes.c.layout_id == LAYOUT)
        .group_by(routes.c.site_id)
        .subquery("seats")
    )
    return (
        select(
            layout_sites.c.site_id,
            sites.c.key.label("site"),
            layout_sites.c.name.label("site_name"),
            units.c.key.label("unit"),
            CAPACITY.label("capacity"),
            func.coalesce(seats.c.seats, 0).label("seats"),
        )
        .select_from(
            layout_sites.join(sites, sites.c.id == layout_sites.c.site_id)
            .outerjoin(seats, seats.c.site_id == layout_sites.c.site_id)
            .outerjoin(units, units.c.id == layout_sites.c.unit_id)
        )
        .where(layout_sites.c.layout_id == LAYOUT)
        .order_by(layout_sites.c.position)
    )


_SEATS = _seats()


def _newest_reports() -> Select[Any]:
    """Rows of later reports have greater ids."""
    of_site = headcount_reports.alias("of_site")
    newest = (
        select(of_site.c.id)
        .where(of_site.c.site_id == layout_sites.c.site_id, of_site.c.starts_at == _MOMENT)
        .order_by(of_site.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(headcount_reports)
        .select_from(layout_sites.join(headcount_reports, headcount_reports.c.id == newest))
        .where(layout_sites.c.layout_id == LAYOUT)
    )


_REPORTS = _newest_reports()

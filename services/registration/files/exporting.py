"""Delegate lists as files: XLSX, CSV and NDJSON, and the template to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import bindparam, func, select

from services.registration.files.columns import HEADINGS
from services.registration.people.tables import places
from services.registration.plan.model import View
from services.registration.plan.tables import groups, plan_groups, plan_units, routes, units
from shared.contact import national
from shared.storage.session import Session

EXPORTED = (
    "Mã thành phần",
    "Thành phần",
    "Mã đơn vị",
    *list(HEADINGS.values())[1:],
    "Điểm cầu",
    "Tình trạng",
    "Trả lời",
    "Thứ tự chờ",
    "Lời nhắn",
    "Điểm danh",
)
TEMPLATE = ("Mã thành phần", "Thành phần", "Mã đơn vị", *list(HEADINGS.values())[1:])
WIDTHS = (20, 45, 20, 35, 8, 28, 40, 14, 32, 30, 14, 12, 11, 40, 12)

_STATUS = {
    "placed": "Có chỗ",
    "elsewhere": "Tính ở thành phần khác",
    "withdrawn": "Không còn chỗ",
    "unplaced": "Chưa chọn phương án",
}
_ANSWER = {"accepted": "Nhận lời", "waiting": "Danh sách chờ", "declined": "Từ chối", None: ""}


def export_row(item: dict[str, Any]) -> tuple[Any, ...]:
    """A delegate in the columns of EXPORTED; phones as they are dialled."""
    return (
        item["group"],
        item["group_name"],
        item["unit"],
        item["unit_name"],
        item["ordinal"],
        item["name"],
        item["position"] or "",
        national(item["phone"]),
        item["email"] or "",
        item["site_name"] or "",
        _STATUS[item["status"]],
        _ANSWER[item["answer"]],
        item["waiting"] or "",
        item["note"] or "",
        "Đã đến" if item["checked_in_at"] else "",
    )


def list_vacant(session: Session, view: View, unit: str | None = None) -> Iterator[tuple[Any, ...]]:
    """The places of the view's layout that nobody is named for, in the columns of TEMPLATE."""
    named = _named(session, view)
    query = _ROUTES if unit is None else _ROUTES.where(units.c.key == unit)
    for route in session.execute(query, view.parameters()):
        taken = named.get((route.unit_id, route.group_id), set())
        for ordinal in range(1, route.seats + 1):
            if ordinal not in taken:
                yield route.group, route.group_name, route.unit, route.unit_name, ordinal, "", "", "", ""


_ROUTES = (
    select(
        routes.c.unit_id,
        routes.c.group_id,
        routes.c.seats,
        groups.c.key.label("group"),
        func.coalesce(plan_groups.c.name, groups.c.name).label("group_name"),
        units.c.key.label("unit"),
        func.coalesce(plan_units.c.name, units.c.name).label("unit_name"),
    )
    .select_from(
        routes.join(groups, groups.c.id == routes.c.group_id)
        .join(units, units.c.id == routes.c.unit_id)
        .outerjoin(
            plan_groups,
            (plan_groups.c.plan_id == bindparam("plan"))
            & (plan_groups.c.option == bindparam("option"))
            & (plan_groups.c.group_id == routes.c.group_id),
        )
        .outerjoin(
            plan_units,
            (plan_units.c.plan_id == bindparam("plan")) & (plan_units.c.unit_id == routes.c.unit_id),
        )
    )
    .where(routes.c.layout_id == bindparam("layout"))
    .order_by(plan_units.c.position, routes.c.precedence)
)


def _named(session: Session, view: View) -> dict[tuple[int, int], set[int]]:
    query = select(places.c.unit_id, places.c.group_id, places.c.ordinal).where(
        places.c.conference_id == view.conference_id, places.c.person_id.is_not(None)
    )
    found: dict[tuple[int, int], set[int]] = {}
    for unit_id, group_id, ordinal in session.execute(query):
        found.setdefault((unit_id, group_id), set()).add(ordinal)
    return found

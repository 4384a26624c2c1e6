"""Delegate lists as files: XLSX, CSV and NDJSON, and the template to fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import orjson
import xlsxwriter
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.registration.files.columns import HEADINGS
from services.registration.people.model import national
from services.registration.people.tables import places
from services.registration.plan.model import View
from services.registration.plan.tables import groups, plan_groups, plan_units, routes, units

EXPORTED = (
    "Mã thành phần",
    "Thành phần",
    "Mã đơn vị",
    *list(HEADINGS.values())[1:],
    "Điểm cầu",
    "Tình trạng",
    "Trả lời",
    "Lời nhắn",
)
TEMPLATE = ("Mã thành phần", "Thành phần", "Mã đơn vị", *list(HEADINGS.values())[1:])
WIDTHS = (20, 45, 20, 35, 8, 28, 40, 14, 32, 30, 14, 12, 40)
ROWS_PER_SHEET = 1_048_575

_STATUS = {
    "placed": "Có chỗ",
    "elsewhere": "Tính ở thành phần khác",
    "withdrawn": "Không còn chỗ",
    "unplaced": "Chưa chọn phương án",
}
_ANSWER = {"accepted": "Nhận lời", "declined": "Từ chối", None: ""}


def write_xlsx(file: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One sheet after the other, each with its headings, a row in memory at a time."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        bold = workbook.add_format({"bold": True})
        sheet, line = _new_sheet(workbook, headings, bold), 1
        for row in rows:
            if line > ROWS_PER_SHEET:
                sheet, line = _new_sheet(workbook, headings, bold), 1
            for column, value in enumerate(row):
                sheet.write(line, column, value)
            line += 1


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """UTF-8 with a mark at the front, so that Excel shows the letters; no cell begins a formula."""
    yield b"\xef\xbb\xbf"
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_guarded(value) for value in row])
        if buffer.tell() > 32_768:
            yield _emptied(buffer)
    yield _emptied(buffer)


def write_ndjson(items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    buffer = bytearray()
    for item in items:
        buffer += orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE)
        if len(buffer) > 32_768:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)


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
        item["note"] or "",
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


def _new_sheet(workbook: Any, headings: Sequence[str], bold: Any) -> Any:
    sheet = workbook.add_worksheet()
    for column, width in enumerate(WIDTHS[: len(headings)]):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, headings, bold)
    return sheet


def _guarded(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _emptied(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content

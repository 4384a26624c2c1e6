"""The outgoing register (sổ đăng ký văn bản đi) as rows of a sheet (NĐ 30/2020, Appendix IV)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import RowMapping

from services.documents.plan.model import type_name
from services.documents.register.model import ISSUED, RECALLED, code_of

HEADINGS = (
    "STT",
    "Số, ký hiệu",
    "Ngày văn bản",
    "Loại văn bản",
    "Trích yếu nội dung",
    "Người ký",
    "Nơi nhận",
    "Đơn vị soạn thảo",
    "Số phụ lục",
    "Ngày phát hành",
    "Người vào sổ",
    "Tình trạng",
    "Ghi chú",
)
WIDTHS = (6, 22, 14, 16, 48, 26, 40, 26, 11, 14, 22, 16, 36)
STATES = {ISSUED: "Còn hiệu lực", RECALLED: "Đã thu hồi"}


def register_rows(rows: Iterable[RowMapping], units: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """One row per number in the order of issue; `units`: names by key."""
    codes = {}
    listed = list(rows)
    for row in listed:
        codes[row["id"]] = code_of(row["number"], row["symbol"])
    for place, row in enumerate(listed, start=1):
        content = row["content"]
        yield (
            place,
            codes[row["id"]],
            row["issued_on"].strftime("%d/%m/%Y"),
            type_name(row["type"]),
            row["subject"],
            content["sign"]["name"],
            "; ".join((*content["addressees"], *content["recipients"])),
            units.get(row["drafted_by"], row["drafted_by"]),
            len(content["annexes"]),
            row["issued_at"].strftime("%d/%m/%Y"),
            row["issued_by"],
            STATES.get(row["status"], "Đã thay thế"),
            _note(row, codes),
        )


def _note(row: RowMapping, codes: Mapping[Any, str | None]) -> str:
    notes = []
    if row["supersedes"] in codes:
        notes.append(f"Thay thế {codes[row['supersedes']]}")
    if row["superseded_by"] in codes:
        notes.append(f"Được thay bằng {codes[row['superseded_by']]}")
    if row["recall_reason"]:
        notes.append(f"Lý do thu hồi: {row['recall_reason']}")
    return "; ".join(notes)

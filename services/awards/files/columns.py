"""The columns of a list of nominations: their headings in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.awards.nominations.model import APPROVED, LARGEST, PROPOSED, REJECTED, WITHDRAWN
from services.awards.quotas.model import COLLECTIVE, INDIVIDUAL
from shared.flaws import Flaw
from shared.names import search_key
from shared.sheets.columns import Columns, Headings, whole_number
from shared.sheets.reading import SheetRefused

HEADINGS = {
    "unit_key": "Mã đơn vị",
    "unit": "Đơn vị",
    "kind": "Loại",
    "name": "Tên tập thể, cá nhân",
    "representative": "Người đại diện nhận",
    "position": "Chức vụ",
    "achievement": "Thành tích",
    "order": "Thứ tự",
    "override_reason": "Lý do vượt chỉ tiêu",
}
"""What an import reads, under the headings that the export writes."""
STATE_HEADING = "Tình trạng"
WIDTHS = (20, 28, 12, 40, 28, 32, 60, 10, 40, 16)

_SPELT = {
    "unit_key": ("ma don vi", "unit key"),
    "unit": ("don vi", "unit"),
    "kind": ("loai", "hinh thuc", "tap the ca nhan", "kind"),
    "name": ("ten tap the, ca nhan", "ho va ten", "ho ten", "ten", "name"),
    "representative": ("nguoi dai dien nhan", "nguoi dai dien", "dai dien", "representative"),
    "position": ("chuc vu", "position"),
    "achievement": ("thanh tich", "achievement"),
    "order": ("thu tu", "order"),
    "override_reason": ("ly do vuot chi tieu", "override reason"),
}
_ALL = Headings(HEADINGS, _SPELT, frozenset([search_key(STATE_HEADING), "state", "stt"]))

KIND_WORDS = {COLLECTIVE: "Tập thể", INDIVIDUAL: "Cá nhân"}
STATE_WORDS = {PROPOSED: "Đề nghị", APPROVED: "Đã duyệt", REJECTED: "Không duyệt", WITHDRAWN: "Đã rút"}
_KINDS = {search_key(word): kind for kind, word in KIND_WORDS.items()} | {
    kind: kind for kind in (COLLECTIVE, INDIVIDUAL)
}

NO_HEADING = Flaw(
    "missing-column",
    "Không thấy cột «Loại» và «Tên tập thể, cá nhân» ở dòng đầu",
    "The first row has no columns “kind” and “name”",
)
NOT_AN_ORDER = Flaw("not-an-order", "Thứ tự cần là số nguyên từ 1", "Not a whole number from 1 on")


def find_columns(row: Sequence[Any]) -> Columns:
    """Raises SheetRefused."""
    columns = _ALL.find(row)
    if not {"name", "kind"} <= columns.places.keys():
        raise SheetRefused(NO_HEADING)
    return columns


def read_kind(value: Any) -> str | None:
    """`collective`, "Tập thể", "ca nhan" …; None for anything else."""
    return _KINDS.get(search_key(str(value if value is not None else "")))


def read_order(value: Any) -> int | None:
    """Raises ValueError."""
    return whole_number(value, LARGEST - 1)


def export_row(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """A nomination in the columns of HEADINGS and its state; it can be imported again."""
    return (
        item["unit"],
        item["unit_name"],
        KIND_WORDS[item["kind"]],
        item["name"],
        item["representative"] or "",
        item["position"] or "",
        item["achievement"],
        item["order"] if item["order"] is not None else "",
        item["override_reason"] or "",
        STATE_WORDS[item["state"]],
    )

"""The columns of a delegate list: their headings in Vietnamese and English, what a row's cells say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.registration.delegates.model import NOT_AN_ORDINAL
from services.registration.plan.model import LARGEST
from shared.contact import BadValue
from shared.flaws import Flaw
from shared.names import search_key
from shared.sheets.columns import Columns, Headings, whole_number
from shared.sheets.reading import SheetRefused

HEADINGS = {
    "group": "Thành phần",
    "unit": "Đơn vị",
    "ordinal": "Thứ tự",
    "name": "Họ và tên",
    "position": "Chức vụ",
    "phone": "Điện thoại",
    "email": "Email",
}
"""What an import reads, under the headings that exports and the template write."""

_SPELT = {
    "group_key": ("ma thanh phan", "group key"),
    "unit_key": ("ma don vi", "unit key"),
    "group": ("thanh phan", "group"),
    "unit": ("don vi", "unit"),
    "ordinal": ("thu tu", "ordinal", "so thu tu", "stt cho"),
    "name": ("ho va ten", "ho ten", "name", "full name"),
    "position": ("chuc vu", "position"),
    "phone": ("dien thoai", "so dien thoai", "phone"),
    "email": ("email", "thu dien tu", "e-mail"),
}
_WRITTEN = ("Điểm cầu", "Tình trạng", "Trả lời", "Thứ tự chờ", "Lời nhắn", "Điểm danh", "Mã")
WRITTEN_ONLY = frozenset(search_key(name) for name in _WRITTEN)
"""Headings that an export adds and an import passes over."""
_ALL = Headings(HEADINGS, _SPELT, WRITTEN_ONLY)

NO_HEADING = Flaw(
    "missing-column",
    "Không thấy cột «Thành phần» và «Họ và tên» ở dòng đầu",
    "The first row has no columns “group” and “name”",
)
_FACTS = ("name", "position", "phone", "email")


def find_columns(row: Sequence[Any]) -> Columns:
    """Raises SheetRefused."""
    columns = _ALL.find(row)
    if "name" not in columns.places or not {"group", "group_key"} & columns.places.keys():
        raise SheetRefused(NO_HEADING)
    return columns


def facts_given(columns: Columns) -> frozenset[str]:
    """Which facts of a person the sheet speaks of at all."""
    return frozenset(name for name in _FACTS if name in columns.places)


def is_vacant(cells: Mapping[str, Any]) -> bool:
    """A place of the template that nobody filled in."""
    return all(cells.get(name) is None for name in _FACTS)


def read_ordinal(value: Any) -> int | None:
    """Raises BadValue."""
    try:
        return whole_number(value, LARGEST)
    except ValueError:
        raise BadValue(NOT_AN_ORDINAL) from None


def phone_text(value: Any) -> Any:
    """A number cell has lost the leading zero of a phone: put it back."""
    return f"0{value}" if isinstance(value, int) and len(str(value)) == 9 else value

"""The columns of a delegate list: their headings in Vietnamese and English, what a row's cells say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.registration.delegates.model import NOT_AN_ORDINAL
from services.registration.people.model import BadValue, Flaw
from services.registration.people.names import search_key
from services.registration.plan.model import LARGEST

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

_OTHERS = {
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
_COLUMN_OF = {heading: column for column, headings in _OTHERS.items() for heading in headings}
WRITTEN_ONLY = frozenset(search_key(name) for name in ("Điểm cầu", "Tình trạng", "Trả lời", "Lời nhắn", "Mã"))
"""Headings that an export adds and an import passes over."""

NO_HEADING = Flaw(
    "missing-column",
    "Không thấy cột «Thành phần» và «Họ và tên» ở dòng đầu",
    "The first row has no columns “group” and “name”",
)
TWICE = Flaw("repeated-column", "Cột này có hai lần", "This column stands twice")
IGNORED = Flaw("unknown-column", "Không biết cột này, bỏ qua", "An unknown column, passed over")
_FACTS = ("name", "position", "phone", "email")


class ColumnsRefused(Exception):
    """The first row does not head a delegate list."""

    def __init__(self, flaw: Flaw, heading: str) -> None:
        super().__init__(flaw.code)
        self.flaw, self.heading = flaw, heading


@dataclass(frozen=True, slots=True)
class Columns:
    """Where which column is, and how the sheet calls it."""

    places: Mapping[str, int]
    headings: Mapping[str, str]
    unknown: tuple[str, ...]

    @property
    def given(self) -> frozenset[str]:
        """Which facts of a person the sheet speaks of at all."""
        return frozenset(name for name in _FACTS if name in self.places)

    def cells(self, row: Sequence[Any]) -> dict[str, Any]:
        """A row's values by column; a key wins over a name."""
        found = {name: row[place] if place < len(row) else None for name, place in self.places.items()}
        for name in ("group", "unit"):
            key = found.pop(f"{name}_key", None)
            found[name] = key if key is not None else found.get(name)
        return found


def find_columns(row: Sequence[Any]) -> Columns:
    """Raises ColumnsRefused."""
    places: dict[str, int] = {}
    headings: dict[str, str] = {}
    unknown = []
    for place, cell in enumerate(row):
        heading = search_key(re.sub(r"[*:()]", " ", str(cell if cell is not None else "")))
        column = _COLUMN_OF.get(heading)
        if column is None:
            unknown += [str(cell)] if heading and heading not in WRITTEN_ONLY else []
            continue
        if column in places:
            raise ColumnsRefused(TWICE, str(cell))
        places[column], headings[column] = place, str(cell)
    if "name" not in places or not {"group", "group_key"} & places.keys():
        raise ColumnsRefused(NO_HEADING, "")
    for name in ("group", "unit"):
        headings.setdefault(name, headings.get(f"{name}_key", HEADINGS[name]))
    return Columns(places, headings, tuple(unknown))


def is_vacant(cells: Mapping[str, Any]) -> bool:
    """A place of the template that nobody filled in."""
    return all(cells.get(name) is None for name in _FACTS)


def read_ordinal(value: Any) -> int | None:
    """Raises BadValue."""
    if value is None:
        return None
    text = str(value)
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or not 1 <= int(text) <= LARGEST:
        raise BadValue(NOT_AN_ORDINAL)
    return int(text)


def phone_text(value: Any) -> Any:
    """A number cell has lost the leading zero of a phone: put it back."""
    return f"0{value}" if isinstance(value, int) and len(str(value)) == 9 else value

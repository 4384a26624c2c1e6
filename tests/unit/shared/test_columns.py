"""Columns found by their headings; keys beside names."""

from __future__ import annotations

import pytest

from shared.sheets.columns import Headings, whole_number
from shared.sheets.reading import SheetRefused

HEADINGS = Headings(
    written={"unit": "Đơn vị", "name": "Tên"},
    spelt={"unit_key": ("ma don vi", "unit key"), "unit": ("don vi", "unit"), "name": ("ten", "name")},
    passed_over={"ghi chu"},
)


def test_spelling_and_signs_do_not_matter() -> None:
    columns = HEADINGS.find(["TÊN (*)", "unit_key", None, "Ghi chú:", "Khác"])
    assert columns.places == {"name": 0, "unit_key": 1}
    assert columns.unknown == ("Khác",)


def test_key_wins_over_name_and_is_told_of() -> None:
    columns = HEADINGS.find(["Mã đơn vị", "Đơn vị"])
    assert columns.cells(["vinh", "Vinh"]) == {"unit": "vinh"}
    assert columns.column_of("unit", ["vinh", "Vinh"]) == "unit_key"
    assert columns.cells([None, "Vinh"]) == {"unit": "Vinh"}
    assert columns.column_of("unit", [None, "Vinh"]) == "unit"


def test_missing_column_is_told_of_by_its_key_or_as_our_files_head_it() -> None:
    assert HEADINGS.find(["MÃ ĐƠN VỊ"]).headings["unit"] == "MÃ ĐƠN VỊ"
    assert HEADINGS.find(["Đơn vị"]).headings["name"] == "Tên"


def test_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(SheetRefused, match="repeated-column"):
        HEADINGS.find(["Tên", "name"])


def test_whole_numbers_start_at_one() -> None:
    assert [whole_number(value, 9) for value in (None, 1, "9")] == [None, 1, 9]
    for wrong in (0, 10, "1.5", "²", -1, "a"):
        with pytest.raises(ValueError):
            whole_number(wrong, 9)

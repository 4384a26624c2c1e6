"""Reading tables and their headings; writing them so that no cell runs as a formula."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from services.registration.files.columns import facts_given, find_columns
from shared.sheets.reading import SheetRefused, read_rows
from shared.sheets.writing import write_csv, write_xlsx


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found(delimiter: str) -> None:
    text = "\ufeff" + delimiter.join(("nhóm", "tên")) + "\r\n\r\n" + delimiter.join(("a", " b ")) + "\r\n"
    assert list(read_rows(text.encode())) == [(1, ["nhóm", "tên"]), (3, ["a", "b"])]


def test_quoted_cells_keep_their_line_breaks() -> None:
    assert list(read_rows(b'a,b\n"x\ny",2\n')) == [(1, ["a", "b"]), (2, ["x\ny", "2"])]


def test_other_encodings_are_refused() -> None:
    with pytest.raises(SheetRefused):
        list(read_rows("họ tên".encode("utf-16")))


def test_headings_in_both_languages() -> None:
    vietnamese = (
        "Mã thành phần",
        "THÀNH PHẦN",
        "Đơn vị",
        "Số thứ tự",
        "Họ và tên (*)",
        "Số điện thoại:",
        "Ghi chú",
    )
    columns = find_columns(vietnamese)
    assert columns.places == {"group_key": 0, "group": 1, "unit": 2, "ordinal": 3, "name": 4, "phone": 5}
    assert columns.unknown == ("Ghi chú",)
    assert facts_given(columns) == {"name", "phone"}
    assert columns.cells(["k", "tên", "u"])["group"] == "k"
    assert find_columns(("group", "Name", "E-mail")).places == {"group": 0, "name": 1, "email": 2}
    with pytest.raises(SheetRefused):
        find_columns(("name", "unit"))


def test_formulas_stay_text() -> None:
    dangerous = ["=1+1", "+84", "-x", "@x", "x"]
    written = b"".join(write_csv(["h"], [[value] for value in dangerous])).decode("utf-8-sig")
    assert written.splitlines() == ["h", "'=1+1", "'+84", "'-x", "'@x", "x"]
    assert [row[0] for _, row in read_rows(written.encode())] == ["h", *dangerous]
    file = io.BytesIO()
    write_xlsx(file, ["h"], [[value] for value in dangerous])
    file.seek(0)
    sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    assert [row[0] for row in sheet.to_python()] == ["h", *dangerous]

"""Reading an uploaded table: XLSX or CSV, as rows of cells with the numbers that the sheet shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from shared.archives import NotAnArchive, SuspiciousArchive, open_archive
from shared.flaws import Flaw

LARGEST_FILE = 32 * 2**20
MOST_ROWS = 1_048_576
LARGEST_UNPACKED = 400 * 2**20

Row = tuple[int, Sequence[Any]]

NO_FILE = Flaw("no-file", "Chưa chọn tệp", "No file was sent")
TOO_LARGE = Flaw("file-too-large", "Tệp lớn quá 32 MB", "The file is larger than 32 MB")
NOT_READABLE = Flaw(
    "not-readable", "Không đọc được: cần tệp .xlsx hoặc .csv (UTF-8)", "Not an .xlsx or .csv (UTF-8) file"
)
SUSPICIOUS = Flaw(
    "archive-refused",
    "Tệp nén bất thường, không mở",
    "The archive is not like a workbook's and is not opened",
)
TOO_MANY_ROWS = Flaw("too-many-rows", "Quá 1.048.576 dòng", "More than 1,048,576 rows")


class SheetRefused(Exception):
    """The file cannot be read as a table."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.code)
        self.flaw = flaw


def read_rows(content: bytes) -> Iterator[Row]:
    """The rows that are not blank, from the first on; cells are text, numbers, or None.

    Raises SheetRefused.
    """
    if not content:
        raise SheetRefused(NO_FILE)
    if len(content) > LARGEST_FILE:
        raise SheetRefused(TOO_LARGE)
    rows = _read_xlsx(content) if content.startswith(b"PK\x03\x04") else _read_csv(content)
    for number, cells in rows:
        if number > MOST_ROWS:
            raise SheetRefused(TOO_MANY_ROWS)
        values = [_value(cell) for cell in cells]
        if any(value is not None for value in values):
            yield number, values


def _read_xlsx(content: bytes) -> Iterator[Row]:
    try:
        open_archive(content, LARGEST_UNPACKED).close()
    except NotAnArchive:
        raise SheetRefused(NOT_READABLE) from None
    except SuspiciousArchive:
        raise SheetRefused(SUSPICIOUS) from None
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = workbook.get_sheet_by_index(0)
        yield from enumerate(sheet.iter_rows(), 1)
    except (CalamineError, IndexError, ValueError, OSError):
        raise SheetRefused(NOT_READABLE) from None


def _read_csv(content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetRefused(NOT_READABLE) from None
    if "\0" in text:
        raise SheetRefused(NOT_READABLE)
    heading = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from enumerate(reader, 1)
    except csv.Error:
        raise SheetRefused(NOT_READABLE) from None


def _value(cell: Any) -> Any:
    """Text trimmed, whole numbers as int, what is blank as None; a guard against formulas taken off."""
    if isinstance(cell, str):
        text = cell.strip()
        guarded = len(text) > 1 and text[0] == "'" and text[1] in "=+-@"
        return (text[1:] if guarded else text) or None
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, (datetime, date, time, timedelta)):
        return str(cell)
    return cell

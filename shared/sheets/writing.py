"""Writing tables: XLSX, CSV and NDJSON, a row in memory at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import orjson
import xlsxwriter

ROWS_PER_SHEET = 1_048_575


def write_xlsx(
    file: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = ()
) -> None:
    """One sheet after the other, each with its headings, a row in memory at a time."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        bold = workbook.add_format({"bold": True})
        sheet, line = _new_sheet(workbook, headings, widths, bold), 1
        for row in rows:
            if line > ROWS_PER_SHEET:
                sheet, line = _new_sheet(workbook, headings, widths, bold), 1
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


def _new_sheet(workbook: Any, headings: Sequence[str], widths: Sequence[int], bold: Any) -> Any:
    sheet = workbook.add_worksheet()
    for column, width in enumerate(widths[: len(headings)]):
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

"""Answers that are files: workbooks, tables, documents."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import Response, send_file

from shared.sheets.writing import write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
ZIP = "application/zip"
NDJSON = "application/x-ndjson"
CSV = "text/csv; charset=utf-8"


def workbook(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], name: str, widths: Sequence[int] = ()
) -> Response:
    """An XLSX file to save as `name`; the rows are read before this returns."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response reads and closes it
    write_xlsx(file, headings, rows, widths)
    file.seek(0)
    response = attachment(iter(lambda: file.read(65_536), b""), XLSX, name)
    response.call_on_close(file.close)
    return response


def attachment(content: Iterable[bytes], kind: str, name: str) -> Response:
    """Content to save as `name`."""
    response = Response(content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def stored_file(path: Path, kind: str, name: str, *, inline: bool = False) -> Response:
    """A file that we keep; `inline` lets the browser show it."""
    return send_file(path, mimetype=kind, as_attachment=not inline, download_name=name, max_age=0)

"""Routes that import a table: what they take, and the report in the caller's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from marshmallow import Schema, fields
from werkzeug.datastructures import FileStorage

from shared.http.problems import INVALID, FieldError, Problem, ProblemType, prefers_english
from shared.sheets.imports import Report, RowFlaw
from shared.sheets.reading import TOO_LARGE, SheetRefused

REFUSED = ProblemType(
    422,
    "import-refused",
    "Tệp có {wrong} lỗi; chưa ghi dòng nào",
    "The file has {wrong} errors; nothing was written",
)
FILE_TOO_LARGE = ProblemType(413, "too-large", TOO_LARGE.vi, TOO_LARGE.en)


class ImportQuery(Schema):
    dry_run = fields.Bool(load_default=False)


class ImportFile(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class RowFlawSchema(Schema):
    row = fields.Int()
    column = fields.Str()
    code = fields.Str()
    message = fields.Str()
    value = fields.Raw(allow_none=True)


class ReportSchema(Schema):
    rows = fields.Int()
    created = fields.Int()
    updated = fields.Int()
    unchanged = fields.Int()
    errors = fields.List(fields.Nested(RowFlawSchema))
    warnings = fields.List(fields.Nested(RowFlawSchema))
    applied = fields.Bool()


def answer_import(file: FileStorage, read: Callable[[bytes], Report]) -> dict[str, Any]:
    """What `read` reports of the file's content. Raises Problem, which carries a report that has errors."""
    try:
        report = read(file.read())
    except SheetRefused as error:
        kind, flaw = FILE_TOO_LARGE if error.flaw is TOO_LARGE else INVALID, error.flaw
        raise Problem(kind, errors=[FieldError("/file", flaw.code, flaw.vi, flaw.en)]) from None
    if report.errors:
        raise Problem(REFUSED, extra=_told(report), wrong=len(report.errors))
    return _told(report)


def _told(report: Report) -> dict[str, Any]:
    names = ("rows", "created", "updated", "unchanged", "applied")
    return {
        **{name: getattr(report, name) for name in names},
        "errors": _lines(report.errors, report),
        "warnings": _lines(report.warnings, report),
    }


def _lines(flaws: Iterable[RowFlaw], report: Report) -> list[dict[str, Any]]:
    english = prefers_english()
    return [
        {
            "row": found.row,
            "column": report.headings.get(found.field, found.field),
            "code": found.flaw.code,
            "message": found.flaw.en if english else found.flaw.vi,
            "value": found.value,
        }
        for found in sorted(flaws, key=lambda flaw: flaw.row)
    ]

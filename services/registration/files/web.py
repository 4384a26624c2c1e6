"""Routes of delegate lists as files: import, export, template."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flask import Response

from services.registration.delegates.access import own_unit
from services.registration.delegates.filters import Filters
from services.registration.delegates.model import RowFlaw
from services.registration.delegates.queries import stream_delegates
from services.registration.delegates.schemas import (
    FilterSchema,
    ImportFile,
    ImportQuery,
    ReportSchema,
    filters_of,
)
from services.registration.files.columns import ColumnsRefused
from services.registration.files.exporting import (
    EXPORTED,
    TEMPLATE,
    export_row,
    list_vacant,
    write_csv,
    write_ndjson,
    write_xlsx,
)
from services.registration.files.importing import Report, import_delegates
from services.registration.files.sheet import TOO_LARGE, SheetRefused
from services.registration.plan.model import View
from services.registration.plan.queries import get_view, newest_prepared
from shared.http.calls import Call, reads, wiring, writes
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem, ProblemType, prefers_english

bp = Blueprint("delegate_files", __name__, description="Delegate lists as files")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NDJSON = "application/x-ndjson"
CSV = "text/csv; charset=utf-8"
REFUSED = ProblemType(
    422,
    "import-refused",
    "Tệp có {wrong} lỗi; chưa ghi dòng nào",
    "The file has {wrong} errors; nothing was written",
)
FILE_TOO_LARGE = ProblemType(413, "too-large", TOO_LARGE.vi, TOO_LARGE.en)


@bp.route("/conferences/<key>/delegates:import", methods=["POST"])
@writes("names:write")
@bp.arguments(ImportQuery, location="query")
@bp.arguments(ImportFile, location="files")
@bp.response(200, ReportSchema)
def post_import(call: Call, query: dict[str, Any], files: dict[str, Any], key: str) -> dict[str, Any]:
    """Name everybody in a .xlsx or .csv file; with any error nothing is written."""
    view = get_view(call.session, key)
    content = files["file"].read()
    try:
        report = import_delegates(call.session, view, content, unit=call.actor.unit, dry_run=query["dry_run"])
    except SheetRefused as error:
        raise _refused(FILE_TOO_LARGE if error.flaw is TOO_LARGE else INVALID, error.flaw) from None
    except ColumnsRefused as error:
        raise _refused(INVALID, error.flaw) from None
    if report.errors:
        raise Problem(REFUSED, extra=_told(report), wrong=len(report.errors))
    return _told(report)


@bp.route("/conferences/<key>/delegates.xlsx")
@reads("names:read")
@bp.arguments(FilterSchema, location="query")
@bp.response(200, content_type=XLSX)
def get_xlsx(call: Call, given: dict[str, Any], key: str) -> Response:
    """The list as a workbook, which can be imported again."""
    view, filters = get_view(call.session, key), filters_of(given, own_unit(call, given["unit"]))
    rows = (export_row(item) for item in stream_delegates(call.session, view, filters))
    return _workbook(EXPORTED, rows, f"dai-bieu-{key}.xlsx")


@bp.route("/conferences/<key>/delegates.csv")
@reads("names:read")
@bp.arguments(FilterSchema, location="query")
@bp.response(200, content_type=CSV)
def get_csv(call: Call, given: dict[str, Any], key: str) -> Response:
    """The list as CSV (UTF-8 with mark), which can be imported again."""
    view, filters = get_view(call.session, key), filters_of(given, own_unit(call, given["unit"]))
    stream = _streamed(view, filters, lambda items: write_csv(EXPORTED, map(export_row, items)))
    return _attached(stream, CSV, f"dai-bieu-{key}.csv")


@bp.route("/conferences/<key>/delegates.ndjson")
@reads("names:read")
@bp.arguments(FilterSchema, location="query")
@bp.response(200, content_type=NDJSON)
def get_ndjson(call: Call, given: dict[str, Any], key: str) -> Response:
    """The list as one JSON object a line."""
    view, filters = get_view(call.session, key), filters_of(given, own_unit(call, given["unit"]))
    return Response(_streamed(view, filters, write_ndjson), content_type=NDJSON)


@bp.route("/conferences/<key>/delegates-template.xlsx")
@reads("names:read")
@bp.response(200, content_type=XLSX)
def get_template(call: Call, key: str) -> Response:
    """A workbook to fill in: one row for each place that nobody is named for yet."""
    view = get_view(call.session, key)
    if view.revision is None:
        view = get_view(call.session, key, newest_prepared(call.session, key))
    return _workbook(TEMPLATE, list_vacant(call.session, view, call.actor.unit), f"mau-dai-bieu-{key}.xlsx")


def _streamed(
    view: View, filters: Filters, write: Callable[[Iterable[dict[str, Any]]], Iterator[bytes]]
) -> Iterator[bytes]:
    """Rows flow after the view has returned, hence in a transaction of their own, pinned to its revision."""
    database = wiring().database

    def stream() -> Iterator[bytes]:
        with database.read() as session:
            yield from write(stream_delegates(session, view, filters))

    return stream()


def _workbook(headings: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> Response:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response reads and closes it
    write_xlsx(file, headings, rows)
    file.seek(0)
    response = _attached(iter(lambda: file.read(65_536), b""), XLSX, name)
    response.call_on_close(file.close)
    return response


def _attached(content: Iterable[bytes], kind: str, name: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _refused(kind: ProblemType, flaw: Any) -> Problem:
    return Problem(kind, errors=[FieldError("/file", flaw.code, flaw.vi, flaw.en)])


def _told(report: Report) -> dict[str, Any]:
    english = prefers_english()

    def line(found: RowFlaw) -> dict[str, Any]:
        return {
            "row": found.row,
            "column": report.headings.get(found.field, found.field),
            "code": found.flaw.code,
            "message": found.flaw.en if english else found.flaw.vi,
            "value": found.value,
        }

    return {
        "rows": report.rows,
        "created": report.changes.created,
        "updated": report.changes.updated,
        "unchanged": report.changes.unchanged,
        "errors": [line(found) for found in report.errors],
        "warnings": [line(found) for found in report.warnings],
        "applied": report.applied,
    }

"""Routes of delegate lists as files: import, export, template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Response

from services.registration.delegates.access import own_unit
from services.registration.delegates.filters import Filters
from services.registration.delegates.queries import stream_delegates
from services.registration.delegates.schemas import (
    FilterSchema,
    filters_of,
)
from services.registration.files.exporting import (
    EXPORTED,
    TEMPLATE,
    WIDTHS,
    export_row,
    list_vacant,
)
from services.registration.files.importing import import_delegates
from services.registration.plan.model import View
from services.registration.plan.queries import get_view, newest_prepared
from shared.http.calls import Call, reads, wiring, writes
from shared.http.downloads import CSV, NDJSON, XLSX, attachment, workbook
from shared.http.inputs import Blueprint
from shared.sheets.imports import Report
from shared.sheets.web import ImportFile, ImportQuery, ReportSchema, answer_import
from shared.sheets.writing import write_csv, write_ndjson

bp = Blueprint("delegate_files", __name__, description="Delegate lists as files")


@bp.route("/conferences/<key>/delegates:import", methods=["POST"])
@writes("names:write", patient=True)
@bp.arguments(ImportQuery, location="query")
@bp.arguments(ImportFile, location="files")
@bp.response(200, ReportSchema)
def post_import(call: Call, query: dict[str, Any], files: dict[str, Any], key: str) -> dict[str, Any]:
    """Name everybody in a .xlsx or .csv file; with any error nothing is written."""
    view = get_view(call.session, key)

    def read(content: bytes) -> Report:
        return import_delegates(call.session, view, content, unit=call.actor.unit, dry_run=query["dry_run"])

    return answer_import(files["file"], read)


@bp.route("/conferences/<key>/delegates.xlsx")
@reads("names:read", patient=True)
@bp.arguments(FilterSchema, location="query")
@bp.response(200, content_type=XLSX)
def get_xlsx(call: Call, given: dict[str, Any], key: str) -> Response:
    """The list as a workbook, which can be imported again."""
    view, filters = get_view(call.session, key), filters_of(given, own_unit(call, given["unit"]))
    rows = (export_row(item) for item in stream_delegates(call.session, view, filters))
    return workbook(EXPORTED, rows, f"dai-bieu-{key}.xlsx", WIDTHS)


@bp.route("/conferences/<key>/delegates.csv")
@reads("names:read")
@bp.arguments(FilterSchema, location="query")
@bp.response(200, content_type=CSV)
def get_csv(call: Call, given: dict[str, Any], key: str) -> Response:
    """The list as CSV (UTF-8 with mark), which can be imported again."""
    view, filters = get_view(call.session, key), filters_of(given, own_unit(call, given["unit"]))
    stream = _streamed(view, filters, lambda items: write_csv(EXPORTED, map(export_row, items)))
    return attachment(stream, CSV, f"dai-bieu-{key}.csv")


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
    return workbook(
        TEMPLATE, list_vacant(call.session, view, call.actor.unit), f"mau-dai-bieu-{key}.xlsx", WIDTHS
    )


def _streamed(
    view: View, filters: Filters, write: Callable[[Iterable[dict[str, Any]]], Iterator[bytes]]
) -> Iterator[bytes]:
    """Rows flow after the view has returned, hence in a transaction of their own, pinned to its revision."""
    database = wiring().database

    def stream() -> Iterator[bytes]:
        with database.read(patient=True) as session:
            yield from write(stream_delegates(session, view, filters))

    return stream()

"""Routes of nominations as files: import and export."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.awards.files.columns import (
    HEADINGS,
    STATE_HEADING,
    WIDTHS,
    export_row,
)
from services.awards.files.importing import Importer, import_nominations
from services.awards.nominations.queries import stream_nominations
from services.awards.nominations.schemas import FilterSchema
from services.awards.nominations.web import filters_of
from services.awards.quotas.access import reviews
from services.awards.quotas.queries import current_plan
from shared.http.calls import Call, reads, writes
from shared.http.downloads import XLSX, workbook
from shared.http.inputs import Blueprint
from shared.sheets.imports import Report
from shared.sheets.web import ImportFile, ImportQuery, ReportSchema, answer_import

bp = Blueprint("nomination_files", __name__, description="Nominations as files")


@bp.route("/conferences/<key>/nominations:import", methods=["POST"])
@writes("awards:nominate", patient=True)
@bp.arguments(ImportQuery, location="query")
@bp.arguments(ImportFile, location="files")
@bp.response(200, ReportSchema)
def post_import(call: Call, query: dict[str, Any], files: dict[str, Any], key: str) -> dict[str, Any]:
    """Propose everybody in a .xlsx or .csv file; with any error nothing is written."""
    plan = current_plan(call.session, key)
    importer = Importer(call.actor.name, call.now, call.actor.unit, reviews(call))

    def read(content: bytes) -> Report:
        return import_nominations(call.session, plan, content, importer, dry_run=query["dry_run"])

    return answer_import(files["file"], read)


@bp.route("/conferences/<key>/nominations.xlsx")
@reads("names:read")
@bp.arguments(FilterSchema, location="query")
@bp.response(200, content_type=XLSX)
def get_xlsx(call: Call, given: dict[str, Any], key: str) -> Response:
    """The list as a workbook, which can be imported again."""
    plan = current_plan(call.session, key)
    rows = (export_row(item) for item in stream_nominations(call.session, plan, filters_of(call, given)))
    return workbook([*HEADINGS.values(), STATE_HEADING], rows, f"de-nghi-khen-thuong-{key}.xlsx", WIDTHS)

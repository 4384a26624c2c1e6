"""Delegates from an Excel file: dry run, report, confirmation."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from services.portal import commands
from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, from_problem
from services.portal.gate import account, calls, need
from services.portal.model import Upload
from services.portal.pages.conference import load
from shared.storage.database import Database

FORMATS = (".xlsx", ".csv")


def pages(database: Database) -> Blueprint:
    blueprint = Blueprint("imports", __name__, url_prefix="/hoi-nghi/<key>/dai-bieu/nhap")

    @blueprint.before_request
    def check_right() -> None:
        need("names:write")

    @blueprint.get("")
    def form(key: str) -> ResponseReturnValue:
        return _form(key, [])

    @blueprint.post("")
    def send(key: str) -> ResponseReturnValue:
        file = request.files.get("file")
        error = _refusal(file)
        if error or file is None:
            return _form(key, [FormError("file", error)]), 422
        content, now = file.read(), datetime.now(UTC)
        with database.write() as rows:
            id = commands.keep_upload(rows, account().id, key, file.filename or "", content, now)
        return redirect(url_for("imports.report", key=key, id=id))

    @blueprint.get("/<uuid:id>")
    def report(key: str, id: UUID) -> ResponseReturnValue:
        return _dry_run(key, _upload(database, key, id))

    @blueprint.post("/<uuid:id>")
    def confirm(key: str, id: UUID) -> ResponseReturnValue:
        upload = _upload(database, key, id)
        if request.form.get("action") != "apply":
            _drop(database, id)
            flash("Đã bỏ tệp, không có gì thay đổi.")
            return redirect(url_for("imports.form", key=key))
        found = calls().import_delegates(key, upload, dry_run=False)
        if not found["applied"]:
            return _report(key, upload, found), 422
        _drop(database, id)
        flash(_outcome(found))
        return redirect(url_for("delegates.show", key=key))

    return blueprint


def _refusal(file: FileStorage | None) -> str:
    """Why the file cannot be taken, "" when it can."""
    if file is None or not file.filename:
        return "Hãy chọn một tệp"
    return "" if file.filename.lower().endswith(FORMATS) else "Chỉ nhận tệp .xlsx hoặc .csv"


def _dry_run(key: str, upload: Upload) -> ResponseReturnValue:
    try:
        found = calls().import_delegates(key, upload, dry_run=True)
    except ApiProblem as problem:
        if problem.status not in (400, 413, 422):
            raise
        return _form(key, from_problem(problem, {"": "file"})), 422
    return _report(key, upload, found)


def _outcome(found: Json) -> str:
    return (
        f"Đã nhập {found['rows']} dòng: {found['created']} thêm mới, {found['updated']} cập nhật, "
        f"{found['unchanged']} không đổi."
    )


def _upload(database: Database, key: str, id: UUID) -> Upload:
    with database.read() as rows:
        return commands.find_upload(rows, account().id, key, id) or abort(404)


def _drop(database: Database, id: UUID) -> None:
    with database.write() as rows:
        commands.drop_upload(rows, account().id, id)


def _form(key: str, errors: list[FormError]) -> str:
    return render_template("import.html", conference=load(key), errors=errors, section="delegates")


def _report(key: str, upload: Upload, found: Json) -> str:
    return render_template(
        "import_report.html", conference=load(key), upload=upload, report=found, section="delegates"
    )

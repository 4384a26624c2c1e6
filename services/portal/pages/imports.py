"""Delegates and nominations from an Excel file: dry run, report, confirmation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Kind:
    """What is imported where: `listed` is the page that shows it, `template` the form to send a file."""

    name: str
    url: str
    right: str
    section: str
    template: str
    noun: str
    title: str
    listed: str
    send: Callable[[str, Upload, bool], Json]


DELEGATES = Kind(
    name="imports",
    url="/hoi-nghi/<key>/dai-bieu/nhap",
    right="names:write",
    section="delegates",
    template="delegates_import.html",
    noun="đại biểu",
    title="Đại biểu",
    listed="delegates.show",
    send=lambda key, upload, dry_run: calls().registration.import_delegates(key, upload, dry_run=dry_run),
)
NOMINATIONS = Kind(
    name="nomination_imports",
    url="/hoi-nghi/<key>/khen-thuong/de-nghi/nhap",
    right="awards:nominate",
    section="awards",
    template="awards/import.html",
    noun="đề nghị",
    title="Đề nghị khen thưởng",
    listed="nominations.show",
    send=lambda key, upload, dry_run: calls().awards.import_nominations(key, upload, dry_run=dry_run),
)


def pages(database: Database, kind: Kind) -> Blueprint:
    blueprint = Blueprint(kind.name, __name__, url_prefix=kind.url)

    @blueprint.before_request
    def check_right() -> None:
        need(kind.right)

    @blueprint.get("")
    def form(key: str) -> ResponseReturnValue:
        return _form(kind, key, [])

    @blueprint.post("")
    def send(key: str) -> ResponseReturnValue:
        file = request.files.get("file")
        error = _refusal(file)
        if error or file is None:
            return _form(kind, key, [FormError("file", error)]), 422
        content, now = file.read(), datetime.now(UTC)
        with database.write() as rows:
            id = commands.keep_upload(rows, account().id, key, file.filename or "", content, now)
        return redirect(url_for(".report", key=key, id=id))

    @blueprint.get("/<uuid:id>")
    def report(key: str, id: UUID) -> ResponseReturnValue:
        return _dry_run(kind, key, _upload(database, key, id))

    @blueprint.post("/<uuid:id>")
    def confirm(key: str, id: UUID) -> ResponseReturnValue:
        upload = _upload(database, key, id)
        if request.form.get("action") != "apply":
            _drop(database, id)
            flash("Đã bỏ tệp, không có gì thay đổi.")
            return redirect(url_for(".form", key=key))
        found = kind.send(key, upload, False)
        if not found["applied"]:
            return _report(kind, key, upload, found), 422
        _drop(database, id)
        flash(_outcome(found))
        return redirect(url_for(kind.listed, key=key))

    return blueprint


def _refusal(file: FileStorage | None) -> str:
    """Why the file cannot be taken, "" when it can."""
    if file is None or not file.filename:
        return "Hãy chọn một tệp"
    return "" if file.filename.lower().endswith(FORMATS) else "Chỉ nhận tệp .xlsx hoặc .csv"


def _dry_run(kind: Kind, key: str, upload: Upload) -> ResponseReturnValue:
    try:
        found = kind.send(key, upload, True)
    except ApiProblem as problem:
        if problem.status not in (400, 413, 422):
            raise
        return _form(kind, key, from_problem(problem, {"": "file"})), 422
    return _report(kind, key, upload, found)


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


def _form(kind: Kind, key: str, errors: list[FormError]) -> str:
    return render_template(
        kind.template, conference=load(key), kind=kind, errors=errors, section=kind.section
    )


def _report(kind: Kind, key: str, upload: Upload, found: Json) -> str:
    return render_template(
        "import_report.html",
        conference=load(key),
        kind=kind,
        upload=upload,
        report=found,
        section=kind.section,
    )

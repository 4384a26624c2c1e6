"""Papers (tham luận): what units sent, send one, take a version back, choose who speaks."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, from_problem, text, texts
from services.portal.gate import account, calls, need
from services.portal.model import Upload
from services.portal.pages.conference import load
from services.portal.pages.downloads import passed_on
from services.portal.words import Status

blueprint = Blueprint("papers", __name__, url_prefix="/hoi-nghi/<key>/tham-luan")

STATES = {
    "missing": Status("bad", "!", "Quá hạn, chưa gửi"),
    "awaited": Status("none", "○", "Chưa gửi"),
    "late": Status("warn", "!", "Gửi muộn"),
    "submitted": Status("ok", "✓", "Đã gửi"),
}
UNASKED = Status("none", "–", "Không yêu cầu")
CHOICES = [(state, status.word) for state, status in STATES.items()]
FORMATS = (".docx", ".pdf", ".odt")


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    """All units for the organiser; a unit's own contact sees its own paper at once."""
    need("names:read")
    if account().unit:
        return _unit(key, str(account().unit), {}, [])
    listed = calls().documents.papers(key)
    wanted, state = request.args.get("q", "").strip(), request.args.get("trang-thai", "")
    speakers = [row for row in listed["items"] if row["speaking"]]
    return render_template(
        "papers/list.html",
        conference=load(key),
        listed=listed,
        rows=[row for row in listed["items"] if _matches(row, wanted, state)],
        speakers=sorted(speakers, key=lambda row: int(row["speaking"])),
        states=STATES,
        choices=CHOICES,
        size=size_vi,
        q=wanted,
        state=state,
        section="papers",
    )


@blueprint.get("/tham-luan.xlsx")
def workbook(key: str) -> ResponseReturnValue:
    need("names:read")
    return passed_on(calls().documents.paper_list(key, state=request.args.get("trang-thai", "")))


@blueprint.get("/don-vi/<unit>")
def unit(key: str, unit: str) -> ResponseReturnValue:
    need("names:read")
    return _unit(key, unit, {}, [])


@blueprint.post("/don-vi/<unit>")
def send(key: str, unit: str) -> ResponseReturnValue:
    need("papers:write")
    typed, file = texts("title", "author"), request.files.get("file")
    errors = _missing(typed, file.filename if file else "")
    status = 422
    if not errors and file is not None:
        upload = Upload(uuid.uuid4(), file.filename or "", file.read())
        try:
            sent = calls().documents.send_paper(key, unit, upload, **typed)
        except ApiProblem as problem:
            if problem.status not in (409, 413, 422):
                raise
            errors, status = from_problem(problem), problem.status
        else:
            flash("Đã nhận tham luận, ghi là gửi muộn." if sent["state"] == "late" else "Đã nhận tham luận.")
            return redirect(url_for("papers.unit", key=key, unit=unit))
    return _unit(key, unit, typed, errors), status


@blueprint.post("/don-vi/<unit>/thu-tu")
def order(key: str, unit: str) -> ResponseReturnValue:
    need("documents:write")
    typed = text("speaking")
    try:
        if typed and not typed.isdigit():
            raise ValueError
        changed = calls().documents.order_paper(key, unit, int(typed) if typed else None, text("etag"))
    except ValueError:
        return _unit(key, unit, {}, [FormError("speaking", "Thứ tự là một số, từ 1")]), 422
    except ApiProblem as problem:
        if problem.status not in (409, 412, 422):
            raise
        return _unit(key, unit, {}, [FormError("speaking", _order_refused(problem))]), problem.status
    chosen = changed["speaking"]
    flash(f"Đã chọn trình bày, thứ tự {chosen}." if chosen else "Đã bỏ khỏi danh sách trình bày.")
    return redirect(url_for("papers.unit", key=key, unit=unit))


@blueprint.post("/don-vi/<unit>/rut/<uuid:version>")
def withdraw(key: str, unit: str, version: uuid.UUID) -> ResponseReturnValue:
    need("papers:write")
    field, reason = f"reason-{version}", text("reason")
    if not reason:
        return _unit(key, unit, {}, [FormError(field, "Hãy ghi lý do rút bản này")]), 422
    try:
        calls().documents.withdraw_paper(str(version), reason)
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return _unit(key, unit, {}, from_problem(problem, {"reason": field})), problem.status
    flash("Đã rút bản tham luận.")
    return redirect(url_for("papers.unit", key=key, unit=unit))


@blueprint.get("/tep/<uuid:version>")
def file(key: str, version: uuid.UUID) -> ResponseReturnValue:
    """Pass the service's file on as it comes."""
    need("names:read")
    return passed_on(calls().documents.paper_file(str(version)))


def size_vi(size: int) -> str:
    """`1,4 MB`, `350 KB`."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1_000))} KB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def _unit(key: str, unit: str, typed: Json, errors: list[FormError]) -> str:
    conference, paper = load(key), calls().documents.paper(key, unit)
    closed = conference.get("state") == "closed"
    return render_template(
        "papers/unit.html",
        conference=conference,
        paper=paper,
        status_of=STATES[paper["state"]] if paper["asked"] or paper["version"] else UNASKED,
        may_send=account().can("papers:write") and not closed and (paper["asked"] or not account().unit),
        may_order=account().can("documents:write") and not account().unit and not closed,
        size=size_vi,
        formats=",".join(FORMATS),
        typed=typed,
        errors=errors,
        section="papers",
    )


def _missing(typed: Json, filename: str | None) -> list[FormError]:
    named = {"title": "Hãy nhập tên tham luận", "author": "Hãy nhập người trình bày"}
    errors = [FormError(name, message) for name, message in named.items() if not typed[name]]
    if not filename:
        errors.append(FormError("file", "Hãy chọn tệp tham luận"))
    elif not filename.lower().endswith(FORMATS):
        errors.append(FormError("file", "Chỉ nhận tệp .docx, .pdf hoặc .odt"))
    return errors


def _order_refused(problem: ApiProblem) -> str:
    if problem.status == 412:
        return "Tham luận vừa được người khác thay đổi: hãy xem lại rồi ghi thứ tự"
    return "Thứ tự từ 1 đến 999" if problem.status == 422 else problem.title


def _matches(row: Json, wanted: str, state: str) -> bool:
    searched = " ".join(str(row[name] or "") for name in ("unit_name", "title", "author"))
    return wanted.casefold() in searched.casefold() and state in ("", row["state"])

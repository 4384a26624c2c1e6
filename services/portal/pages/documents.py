"""Official documents: what is required, read, edit, issue, replace, recall, take home; the register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.document_text import LineRefused, from_lines, gaps, to_lines
from services.portal.formatting import local
from services.portal.forms import FormError, from_problem, text
from services.portal.gate import account, calls, need, now
from services.portal.pages.conference import load
from services.portal.pages.downloads import passed_on
from services.portal.words import Status

blueprint = Blueprint("documents", __name__, url_prefix="/hoi-nghi/<key>/van-ban")

STATES = {
    "replace": Status("warn", "↻", "Cần thay thế"),
    "recall": Status("bad", "!", "Cần thu hồi"),
    "outdated": Status("warn", "!", "Bản thảo theo phương án cũ"),
    "draft": Status("info", "…", "Bản thảo"),
    "issued": Status("ok", "✓", "Đã ban hành"),
    "recalled": Status("none", "✕", "Đã thu hồi"),
    "superseded": Status("none", "–", "Đã được thay thế"),
    "missing": Status("none", "○", "Chưa có bản thảo"),
}
CHOICES = [(state, STATES[state].word) for state in ("replace", "recall", "draft", "issued", "recalled")]
HOLDS = {
    "start-not-fixed": "chưa chốt thời gian tổ chức",
    "award-not-decided": "chưa quyết định khen thưởng",
}
ACTS = {
    "supersede": ("documents:issue", "Đã lập bản thảo thay thế."),
    "recall": ("documents:issue", "Đã thu hồi văn bản."),
    "redraft": ("documents:write", "Đang soạn lại bản thảo từ kế hoạch."),
    "render": ("documents:write", "Đang tạo tệp Word và PDF."),
}
PATHS = {"thay-the": "supersede", "thu-hoi": "recall", "soan-lai": "redraft", "tao-tep": "render"}
FILES = {"pdf": ".pdf", "docx": ".docx", "xem-truoc.pdf": "/preview.pdf"}
LONGEST = 200_000
GAPS_SHOWN = 30


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    conference, wanted = load(key), request.args.get("trang-thai", "")
    listed = calls().documents.required(key)
    items = [{**item, **_shown(item)} for item in listed["items"]]
    if account().unit:
        items = [item for item in items if item["documents"]]
    return render_template(
        "documents/list.html",
        conference=conference,
        decided=listed["revision"] is not None,
        items=[item for item in items if wanted in ("", item["state"])],
        counts={state: sum(item["state"] == state for item in items) for state in STATES},
        states=STATES,
        holds=HOLDS,
        choices=CHOICES,
        title_of=title_of,
        wanted=wanted,
        section="documents",
    )


@blueprint.get("/so-van-ban-di")
def register(key: str) -> ResponseReturnValue:
    conference = load(key)
    rows = calls().documents.register(key)
    return render_template(
        "documents/register.html", conference=conference, rows=rows, states=STATES, section="documents"
    )


@blueprint.get("/so-van-ban-di.xlsx")
def register_sheet(key: str) -> ResponseReturnValue:
    return passed_on(calls().documents.register_sheet(key))


@blueprint.get("/<uuid:id>")
def detail(key: str, id: UUID) -> ResponseReturnValue:
    need("names:read")
    if request.headers.get("HX-Request"):
        return _files(key, id)
    return _detail(key, id, [])


@blueprint.get("/<uuid:id>/sua")
def edit(key: str, id: UUID) -> ResponseReturnValue:
    need("documents:write")
    document, etag = calls().documents.document(str(id))
    if document["status"] != "draft":
        return redirect(url_for("documents.detail", key=key, id=id))
    return _edit(key, document, etag, _typed_of(document["content"]), [])


@blueprint.post("/<uuid:id>/sua")
def save(key: str, id: UUID) -> ResponseReturnValue:
    need("documents:write")
    typed = {name: _long(name) for name in _FORM}
    document, newest = calls().documents.document(str(id))
    try:
        changes = _changes(typed, document["content"])
        calls().documents.change_document(str(id), changes, text("etag"))
    except LineRefused as refused:
        error = FormError("body", f"Dòng {refused.number}: không có bảng hay khối mang số này")
        return _edit(key, document, text("etag"), typed, [error]), 422
    except ApiProblem as problem:
        if problem.status not in (409, 412, 422):
            raise
        return _save_refused(key, document, newest, typed, problem)
    flash("Đã lưu bản thảo.")
    return redirect(url_for("documents.detail", key=key, id=id))


@blueprint.get("/<uuid:id>/ban-hanh")
def confirm(key: str, id: UUID) -> ResponseReturnValue:
    need("documents:issue")
    document, etag = calls().documents.document(str(id))
    if document["status"] != "draft":
        return redirect(url_for("documents.detail", key=key, id=id))
    return _confirm(key, document, etag, None, [])


@blueprint.post("/<uuid:id>/ban-hanh")
def issue(key: str, id: UUID) -> ResponseReturnValue:
    """The clerk has checked the answers, and seen what is not filled in; the number is given now."""
    need("documents:issue")
    day = text("issued_on")
    document, _ = calls().documents.document(str(id))
    if document["status"] == "draft" and gaps(document["content"]) and not text("unfilled"):
        unseen = FormError("unfilled", "Văn bản còn chỗ chưa điền: hãy điền, hoặc đánh dấu là vẫn ban hành")
        return _confirm(key, document, text("etag"), day, [unseen]), 422
    order = {"issued_on": day} if day else {}
    try:
        issued = calls().documents.issue_document(str(id), order, text("etag"), text("once"))
    except ApiProblem as problem:
        if problem.status not in (409, 412, 422):
            raise
        return _issue_refused(key, id, day, problem), problem.status
    flash(f"Đã ban hành, số {issued['code']}.")
    return redirect(url_for("documents.detail", key=key, id=id))


@blueprint.post("/<uuid:id>/<any('thay-the', 'thu-hoi', 'soan-lai', 'tao-tep'):path>")
def act(key: str, id: UUID, path: str) -> ResponseReturnValue:
    name = PATHS[path]
    scope, done = ACTS[name]
    need(scope)
    body = {"reason": text("reason")} if name == "recall" else {}
    if name == "recall" and not body["reason"]:
        return _detail(key, id, [FormError("reason", "Hãy ghi lý do thu hồi")]), 422
    try:
        made = calls().documents.act_on_document(str(id), name, text("once"), **body)
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return _detail(key, id, [FormError("", problem.title)]), problem.status
    flash(done)
    return redirect(url_for("documents.detail", key=key, id=made["id"] if name == "supersede" else id))


@blueprint.get("/<uuid:id>/tep/<name>")
def file(key: str, id: UUID, name: str) -> ResponseReturnValue:
    """Pass the service's file on as it comes."""
    need("names:read")
    if name not in FILES:
        abort(404)
    try:
        return passed_on(calls().documents.document_file(str(id), FILES[name]))
    except ApiProblem as problem:
        if problem.code != "not-rendered":
            raise
        return _detail(key, id, [FormError("", "Tệp chưa tạo xong: hãy thử lại sau ít giây")]), 409


def _shown(item: Json) -> Json:
    """The state of a required document, the document to open first, and the draft that replaces it."""
    by_status = {one["status"]: one for one in reversed(item["documents"])}
    issued, draft = by_status.get("issued"), by_status.get("draft")
    first = issued or draft or next(iter(item["documents"]), None)
    state = _state_of(first, in_force=item["in_force"]) if first else "missing"
    return {"state": state, "first": first, "replacement": draft if issued else None}


def _state_of(document: Json, *, in_force: bool) -> str:
    status = str(document["status"])
    if document["outdated"] and status == "issued":
        return "replace" if in_force else "recall"
    return "outdated" if document["outdated"] and status == "draft" else status


def _detail(key: str, id: UUID, errors: list[FormError]) -> str:
    conference = load(key)
    document, _ = calls().documents.document(str(id))
    required = _required(key, document)
    return render_template(
        "documents/detail.html",
        conference=conference,
        document=document,
        state=STATES[_state_of(document, in_force=required["in_force"])],
        replacement=_replacement(required, document),
        title=title_of(document),
        related=_related(document),
        holds=HOLDS,
        number=number_text(document["content"]),
        day=day_text(document["content"]),
        errors=errors,
        section="documents",
    )


def _files(key: str, id: UUID) -> ResponseReturnValue:
    """The part that is polled while the files are made; then the whole page comes anew."""
    document, _ = calls().documents.document(str(id))
    page = render_template("documents/_files.html", conference={"key": key}, document=document)
    at_work = document["render_state"] in ("queued", "running") and not document["files"]
    return page, 200, {} if at_work else {"HX-Refresh": "true"}


def _required(key: str, document: Json) -> Json:
    """The requirement that the document answers, with the state that it gives it and its other documents."""
    items = calls().documents.required(key)["items"]
    found = next((item for item in items if item["key"] == document["requirement"]), None)
    return found or {"in_force": False, "documents": []}


def _replacement(required: Json, document: Json) -> Json | None:
    """The draft that will take the place of an issued document."""
    drafts = (one for one in required["documents"] if one["supersedes"] == document["id"])
    return next((one for one in drafts if one["status"] == "draft"), None)


def _related(document: Json) -> list[tuple[str, Json]]:
    """The documents before and after this one, with what they are to it."""
    links = (("Thay thế cho", document["supersedes"]), ("Được thay bằng", document["superseded_by"]))
    return [(word, calls().documents.document(id)[0]) for word, id in links if id]


def _issue_refused(key: str, id: UUID, day: str, problem: ApiProblem) -> str:
    error = _issue_error(problem)
    document, etag = calls().documents.document(str(id))
    if document["status"] != "draft":
        return _detail(key, id, [error])
    return _confirm(key, document, etag, day, [error])


def _confirm(key: str, document: Json, etag: str, day: str | None, errors: list[FormError]) -> str:
    """`day` as it was typed; None for today."""
    conference = load(key)
    return render_template(
        "documents/issue.html",
        conference=conference,
        document=document,
        etag=etag,
        day=local(now()).date().isoformat() if day is None else day,
        gaps=gaps(document["content"]),
        seen=bool(text("unfilled")),
        shown=GAPS_SHOWN,
        related=_related(document),
        title=title_of(document),
        errors=errors,
        section="documents",
    )


def _issue_error(problem: ApiProblem) -> FormError:
    if problem.status == 412:
        return FormError("", "Bản thảo vừa được người khác sửa: hãy đọc lại bên dưới rồi ban hành")
    on_date = problem.code in ("date-before-last", "date-in-future") or "issued_on" in problem.messages()
    message = "Ngày chưa đúng" if problem.code == "invalid" else problem.title
    return FormError("issued_on" if on_date else "", message)


# The form's fields: one line each, or a list with a line for each item.
_LISTS = ("legal_bases", "addressees", "recipients")
_SIGN = {"sign_authority": "authority", "sign_position": "position", "sign_name": "name"}
_FORM = ("subject", *_LISTS, "body", *_SIGN, "archive_line", "urgency")
URGENCIES = [(word, word.capitalize()) for word in ("KHẨN", "THƯỢNG KHẨN", "HỎA TỐC")]


def _long(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:LONGEST]


def _typed_of(content: Json) -> Json:
    sign = {field: content["sign"][name] for field, name in _SIGN.items()}
    lists = {name: "\n".join(content[name]) for name in _LISTS}
    lines = {name: content[name] for name in ("subject", "archive_line", "urgency")}
    return {**lines, **lists, **sign, "body": to_lines(content["body"])}


def _changes(typed: Json, content: Json) -> Json:
    """Only what differs, so that what the form cannot show stays. Raises LineRefused."""
    new: dict[str, Any] = {name: typed[name] for name in ("subject", "archive_line", "urgency")}
    new |= {name: [line.strip() for line in typed[name].splitlines() if line.strip()] for name in _LISTS}
    new["sign"] = {name: typed[field] for field, name in _SIGN.items()}
    new["body"] = from_lines(typed["body"], content["body"])
    # The subject goes along in any case: saving without a change says that the draft was looked through.
    return {name: value for name, value in new.items() if name == "subject" or value != content[name]}


def _save_refused(
    key: str, document: Json, newest: str, typed: Json, problem: ApiProblem
) -> ResponseReturnValue:
    if problem.status == 409:
        return _detail(key, UUID(document["id"]), [FormError("", problem.title)]), 409
    if problem.status == 412:
        return _edit(key, document, newest, typed, [], conflict=True), 412
    names = {"sign": "sign_name"}
    return _edit(key, document, text("etag"), typed, from_problem(problem, names)), 422


def _edit(
    key: str, document: Json, etag: str, typed: Json, errors: list[FormError], *, conflict: bool = False
) -> str:
    return render_template(
        "documents/edit.html",
        conference=load(key),
        document=document,
        etag=etag,
        typed=typed,
        title=title_of(document),
        urgencies=URGENCIES,
        errors=errors,
        conflict=conflict,
        section="documents",
    )


def title_of(document: Json) -> str:
    """ "Kế hoạch: Tổ chức hội nghị", and "Chương trình hội nghị" where the subject says the type itself."""
    kind, subject = document["type_name"], document["subject"]
    return str(subject if subject.lower().startswith(kind.lower()) else f"{kind}: {subject}")


def number_text(content: Json) -> str:
    number = content["number"]
    return f"Số: {f'{number:02d}' if number else '……'}/{content['symbol']}"


def day_text(content: Json) -> str:
    """As on paper: days below 10 and months 1 and 2 with a zero."""
    if not content["day"]:
        return f"{content['place']}, ngày … tháng … năm {content['year']}"
    year, month, day = content["day"].split("-")
    month = month if int(month) <= 2 else str(int(month))
    return f"{content['place']}, ngày {day} tháng {month} năm {year}"

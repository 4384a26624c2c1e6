"""Nominations: find, add, correct, withdraw, review."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, from_problem, text, texts
from services.portal.gate import account, calls, need
from services.portal.pages.awards import KIND_CHOICES, KINDS, STATE_CHOICES, STATES, by_unit
from services.portal.pages.conference import load
from services.portal.pages.downloads import passed_on

FILTERS = {"q": "q", "don-vi": "unit", "loai": "kind", "trang-thai": "state"}
FACTS = ("kind", "name", "representative", "position", "achievement", "order", "override_reason")
REQUIRED = {
    "kind": "Hãy chọn tập thể hay cá nhân",
    "name": "Hãy nhập tên tập thể hoặc họ và tên",
    "achievement": "Hãy ghi tóm tắt thành tích",
}
VERBS = {"rut": "withdraw", "duyet": "approve", "khong-duyet": "reject"}
DONE = {
    "withdraw": "Đã rút đề nghị.",
    "approve": "Đã duyệt đề nghị.",
    "reject": "Đã ghi không duyệt, kèm lý do.",
}
REFUSALS = (409, 412, 422)

blueprint = Blueprint("nominations", __name__, url_prefix="/hoi-nghi/<key>/khen-thuong/de-nghi")


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    need("names:read")
    given = {name: request.args.get(name, "").strip() for name in FILTERS}
    return _list(key, {name: value for name, value in given.items() if value}, [])


@blueprint.get("/tai-ve.xlsx")
def download(key: str) -> ResponseReturnValue:
    need("names:read")
    wanted = {api: request.args.get(name, "") for name, api in FILTERS.items()}
    return passed_on(calls().awards.download(f"/conferences/{key}/nominations.xlsx", wanted))


@blueprint.post("/duyet")
def approve(key: str) -> ResponseReturnValue:
    need("awards:write")
    given = {name: text(name) for name in FILTERS if text(name)}
    wanted = request.form.getlist("nomination")[:500]
    if not wanted:
        return _list(key, given, [FormError("chon", "Hãy chọn ít nhất một đề nghị để duyệt")]), 422
    flash(f"Đã duyệt {calls().awards.approve(key, wanted)} đề nghị.")
    return redirect(url_for("nominations.show", key=key, **given))  # type: ignore[arg-type]


@blueprint.get("/them")
def new(key: str) -> ResponseReturnValue:
    need("awards:nominate")
    return _new(key, {"unit": request.args.get("don-vi", ""), "kind": ""}, [])


@blueprint.post("/them")
def add(key: str) -> ResponseReturnValue:
    need("awards:nominate")
    typed = texts("unit", *FACTS)
    errors = _missing(typed)
    status = 422
    if not errors:
        try:
            body = {**_facts(typed), "unit": typed["unit"] or None}
            made = calls().awards.propose(key, body, text("once"))
        except ApiProblem as problem:
            if problem.status not in REFUSALS:
                raise
            errors, status = _refused(problem), problem.status
        else:
            flash(f"Đã ghi đề nghị khen thưởng: {made['name']}.")
            return redirect(url_for("nominations.detail", key=key, id=made["id"]))
    return _new(key, typed, errors), status


@blueprint.get("/<uuid:id>")
def detail(key: str, id: UUID) -> ResponseReturnValue:
    need("names:read")
    nomination, etag = calls().awards.nomination(str(id))
    return _detail(key, nomination, etag, _typed(nomination), [])


@blueprint.post("/<uuid:id>")
def change(key: str, id: UUID) -> ResponseReturnValue:
    need("awards:nominate")
    typed = texts(*FACTS)
    errors, status, conflict = _missing(typed), 422, False
    if not errors:
        try:
            calls().awards.change_nomination(str(id), _facts(typed), text("etag"))
        except ApiProblem as problem:
            if problem.status not in REFUSALS:
                raise
            status, conflict = problem.status, problem.status == 412
            errors = [] if conflict else _refused(problem)
        else:
            flash("Đã lưu thay đổi.")
            return redirect(url_for("nominations.detail", key=key, id=id))
    nomination, etag = calls().awards.nomination(str(id))
    return _detail(key, nomination, etag, typed, errors, conflict=conflict), status


@blueprint.post("/<uuid:id>/<any('rut', 'duyet', 'khong-duyet'):act>")
def judge(key: str, id: UUID, act: str) -> ResponseReturnValue:
    need("awards:nominate" if act == "rut" else "awards:write")
    verb, body = VERBS[act], {"reason": text("reason")} if act == "khong-duyet" else None
    errors, status, conflict = [], 422, False
    if body and not body["reason"]:
        errors = [FormError("reason", "Hãy ghi lý do không duyệt")]
    else:
        try:
            calls().awards.judge(str(id), verb, text("etag"), body)
        except ApiProblem as problem:
            if problem.status not in REFUSALS:
                raise
            status, conflict = problem.status, problem.status == 412
            errors = [] if conflict else _refused(problem)
        else:
            flash(DONE[verb])
            return redirect(url_for("nominations.detail", key=key, id=id))
    nomination, etag = calls().awards.nomination(str(id))
    return _detail(key, nomination, etag, _typed(nomination), errors, conflict=conflict), status


def _list(key: str, given: dict[str, str], errors: list[FormError]) -> str:
    conference, cursor = load(key), request.args.get("tiep", "")
    wanted = {FILTERS[name]: value for name, value in given.items()}
    return render_template(
        "awards/nominations.html",
        conference=conference,
        listed=calls().awards.nominations(key, cursor=cursor, limit="100", **wanted),
        given=given,
        cursor=cursor,
        units=_units(key),
        states=STATES,
        state_choices=STATE_CHOICES,
        kinds=KINDS,
        kind_choices=KIND_CHOICES,
        errors=errors,
        section="awards",
    )


def _new(key: str, typed: Json, errors: list[FormError]) -> str:
    return render_template(
        "awards/nomination_new.html",
        conference=load(key),
        quotas=by_unit(calls().awards.quotas(key)),
        units=_units(key),
        kind_choices=KIND_CHOICES,
        typed=typed,
        errors=errors,
        section="awards",
    )


def _detail(
    key: str, nomination: Json, etag: str, typed: Json, errors: list[FormError], *, conflict: bool = False
) -> str:
    conference, state = load(key), nomination["state"]
    closed = conference["state"] == "closed"
    reviewer = account().can("awards:write") and not account().unit and not closed
    return render_template(
        "awards/nomination.html",
        conference=conference,
        nomination=nomination,
        etag=etag,
        typed=typed,
        errors=errors,
        conflict=conflict,
        reviewer=reviewer,
        editable=account().can("awards:nominate")
        and not closed
        and (state == "proposed" or (reviewer and state == "approved")),
        states=STATES,
        kinds=KINDS,
        kind_choices=KIND_CHOICES,
        section="awards",
    )


def _units(key: str) -> list[tuple[str, str]]:
    """Those that have a quota, in the order of the annex."""
    return [(unit["key"], unit["name"]) for unit in by_unit(calls().awards.quotas(key))]


def _missing(typed: Json) -> list[FormError]:
    errors = [FormError(name, message) for name, message in REQUIRED.items() if not typed[name]]
    if typed["order"] and not typed["order"].isdigit():
        errors.append(FormError("order", "Thứ tự là một số, từ 1"))
    return errors


def _facts(typed: Json) -> Json:
    """What was typed, as the API takes it."""
    facts: Json = {name: typed[name] or None for name in FACTS}
    return {**facts, "order": int(typed["order"]) if typed["order"] else None}


def _typed(nomination: Json) -> Json:
    return {name: nomination[name] if nomination[name] is not None else "" for name in FACTS}


def _refused(problem: ApiProblem) -> list[FormError]:
    """A refusal beside the field that it is about."""
    if problem.code == "duplicate-nomination":
        return [FormError("name", problem.title)]
    if problem.code == "quota-exceeded":
        field = "override_reason" if account().can("awards:write") else ""
        return [FormError(field, problem.title)]
    return from_problem(problem)

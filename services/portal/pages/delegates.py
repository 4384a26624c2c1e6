"""Delegates: find, add, change, send a link, take out as Excel or CSV."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, from_problem, text, texts
from services.portal.gate import account, calls, need
from services.portal.pages.conference import groups_of, load, option_of
from services.portal.pages.downloads import passed_on

blueprint = Blueprint("delegates", __name__, url_prefix="/hoi-nghi/<key>/dai-bieu")
FILTERS = {
    "q": "q",
    "diem-cau": "site",
    "thanh-phan": "group",
    "don-vi": "unit",
    "trang-thai": "status",
    "tra-loi": "answer",
    "diem-danh": "checked_in",
}
FACTS = ("name", "position", "phone", "email")
DOWNLOADS = ("delegates.xlsx", "delegates.csv", "delegates-template.xlsx")


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    need("names:read")
    conference = load(key)
    given = {name: request.args.get(name, "").strip() for name in FILTERS}
    cursor = request.args.get("tiep", "")
    listed = calls().registration.delegates(key, cursor=cursor, limit="50", **_filters(given))
    return render_template(
        "delegates.html",
        conference=conference,
        listed=listed,
        given={name: value for name, value in given.items() if value},
        cursor=cursor,
        sites=calls().venue.some_sites(key),
        groups=groups_of(conference),
        units=calls().planning.unit_names(key),
        section="delegates",
    )


@blueprint.get("/tai-ve/<name>")
def download(key: str, name: str) -> ResponseReturnValue:
    """Pass the service's file on as it comes."""
    need("names:read")
    if name not in DOWNLOADS:
        abort(404)
    given = {field: request.args.get(field, "") for field in FILTERS}
    source = calls().registration.download(key, name, _filters(given))
    return passed_on(source, f"{key}-{name}")


@blueprint.get("/them")
def new(key: str) -> ResponseReturnValue:
    need("names:write")
    return _new(key, {}, [])


@blueprint.post("/them")
def add(key: str) -> ResponseReturnValue:
    need("names:write")
    typed = texts("group", "unit", "ordinal", *FACTS)
    errors = _missing(typed, {"name": "Hãy nhập họ và tên", "group": "Hãy chọn thành phần"})
    if errors:
        return _new(key, typed, errors), 422
    body: Json = {name: value for name, value in typed.items() if value}
    if typed["ordinal"].isdigit():
        body["ordinal"] = int(typed["ordinal"])
    try:
        made = calls().registration.add_delegate(key, body, text("once"))
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return _new(key, typed, from_problem(problem)), problem.status
    flash(f"Đã thêm đại biểu {made['name']}.")
    return redirect(url_for("delegates.detail", key=key, id=made["id"]))


@blueprint.get("/<uuid:id>")
def detail(key: str, id: str) -> ResponseReturnValue:
    need("names:read")
    delegate, etag = calls().registration.delegate(str(id))
    link = session.pop("rsvp_link", None)
    shown = link if link and link.get("id") == str(id) else None
    return show_delegate(key, delegate, etag, facts_of(delegate), [], link=shown)


@blueprint.post("/<uuid:id>")
def change(key: str, id: str) -> ResponseReturnValue:
    need("names:write")
    typed = texts(*FACTS)
    errors = _missing(typed, {"name": "Hãy nhập họ và tên"})
    status, conflict = 422, False
    if not errors:
        try:
            calls().registration.change_delegate(
                str(id), {name: typed[name] or None for name in FACTS}, text("etag")
            )
        except ApiProblem as problem:
            if problem.status not in (409, 412, 422):
                raise
            status, conflict = problem.status, problem.status == 412
            errors = [] if conflict else from_problem(problem)
        else:
            flash("Đã lưu thay đổi.")
            return redirect(url_for("delegates.detail", key=key, id=id))
    delegate, etag = calls().registration.delegate(str(id))
    return show_delegate(key, delegate, etag, typed, errors, conflict=conflict), status


@blueprint.post("/<uuid:id>/duong-dan")
def link(key: str, id: str) -> ResponseReturnValue:
    need("names:write")
    try:
        made = calls().registration.rsvp_link(str(id), text("once"))
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        delegate, etag = calls().registration.delegate(str(id))
        return show_delegate(
            key, delegate, etag, facts_of(delegate), [FormError("", problem.title)]
        ), problem.status
    session["rsvp_link"] = {"id": str(id), "url": made["url"], "expires_at": made["expires_at"]}
    return redirect(url_for("delegates.detail", key=key, id=id, _anchor="duong-dan"))


def _sites(key: str) -> list[tuple[str, str]]:
    """Key and name of the current option's sites."""
    return [(one["site"], one["site_name"]) for one in calls().registration.headcounts(key)["items"]]


def _filters(given: dict[str, str]) -> dict[str, str]:
    return {FILTERS[name]: value for name, value in given.items() if value}


def _missing(typed: dict[str, str], messages: dict[str, str]) -> list[FormError]:
    return [FormError(name, message) for name, message in messages.items() if not typed[name]]


def facts_of(delegate: Json) -> dict[str, str]:
    return {name: delegate.get(name) or "" for name in FACTS}


def _new(key: str, typed: Json, errors: list[FormError]) -> str:
    conference = load(key)
    return render_template(
        "delegate_new.html",
        conference=conference,
        groups=groups_of(conference),
        units=calls().planning.unit_names(key),
        typed=typed,
        errors=errors,
        section="delegates",
    )


def show_delegate(
    key: str,
    delegate: Json,
    etag: str,
    typed: Json,
    errors: list[FormError],
    *,
    conflict: bool = False,
    link: Json | None = None,
    sending: dict[str, str] | None = None,
) -> str:
    """One delegate's page; `sending`: what was typed about a substitute."""
    conference = load(key)
    return render_template(
        "delegate.html",
        conference=conference,
        current=option_of(conference, conference["current_option"]),
        sites=_sites(key) if account().unit is None else [],
        sending=sending or {},
        delegate=delegate,
        etag=etag,
        typed=typed,
        errors=errors,
        conflict=conflict,
        link=link,
        section="delegates",
    )

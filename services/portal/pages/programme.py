"""The programme: with its times, to print and to amend."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError
from services.portal.gate import calls, need
from services.portal.pages.conference import load, option_of, saved

blueprint = Blueprint("programme", __name__, url_prefix="/hoi-nghi/<key>/chuong-trinh")
EMPTY_ROWS = 3
MOST_ROWS = 200
NAMES = {"order": "Thứ tự", "minutes": "Số phút", "title": "Nội dung"}


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    conference = load(key)
    programme, _etag = calls().planning.programme(key)
    return render_template(
        "programme.html",
        conference=conference,
        current=option_of(conference, conference["current_option"]),
        programme=programme,
        section="programme",
    )


@blueprint.get("/sua")
def edit(key: str) -> ResponseReturnValue:
    need("plan:write")
    conference = load(key)
    programme, etag = calls().planning.programme(key)
    rows = [{name: str(item[name]) for name in NAMES} for item in programme["items"]]
    return _form(conference, etag, rows, [])


@blueprint.post("/sua")
def amend(key: str) -> ResponseReturnValue:
    """Rows without a title are left out; the numbers give the order."""
    need("plan:write")
    rows, etag = _typed(), request.form.get("etag", "")
    conference = load(key)
    if errors := _row_errors(rows):
        return _form(conference, etag, rows, errors), 422
    ordered = sorted((row for row in rows if row["title"]), key=lambda row: int(row["order"]))
    points: list[Json] = [{"minutes": int(row["minutes"]), "title": row["title"]} for row in ordered]
    try:
        made = calls().planning.amend(key, {"programme": points}, etag)
    except ApiProblem as refused:
        if refused.status not in (409, 412, 422):
            raise
        newest = calls().planning.programme(key)[1] if refused.status == 412 else etag
        return _form(conference, newest, ordered, _refused(refused)), refused.status
    flash(saved(conference, made))
    return redirect(url_for("programme.show", key=key))


def _form(conference: Json, etag: str, rows: list[Json], errors: list[FormError]) -> str:
    g.zone = conference["timezone"]
    blank = [{"order": str(len(rows) + n), "minutes": "", "title": ""} for n in range(1, EMPTY_ROWS + 1)]
    return render_template(
        "programme_edit.html",
        conference=conference,
        etag=etag,
        rows=[*rows, *blank] if not any(not row["title"] for row in rows) else rows,
        errors=errors,
        section="programme",
    )


def _typed() -> list[Json]:
    columns = [request.form.getlist(name)[:MOST_ROWS] for name in NAMES]
    return [
        dict(zip(NAMES, (value.strip() for value in row), strict=True)) for row in zip(*columns, strict=False)
    ]


def _row_errors(rows: list[Json]) -> list[FormError]:
    return [
        FormError(f"{name}-{place}", f"Dòng {place + 1}: {NAMES[name]} phải là số")
        for place, row in enumerate(rows)
        for name in ("order", "minutes")
        if row["title"] and not (row[name].isdecimal() and len(row[name]) <= 4)
    ]


def _refused(problem: ApiProblem) -> list[FormError]:
    """Errors of the API by the fields of the row that they are about."""
    if problem.status == 412:
        said = "Kế hoạch vừa có phiên bản mới. Nội dung đã gõ được giữ lại: hãy xem lại rồi lưu lần nữa"
        return [FormError("", said)]
    found = []
    for error in problem.errors:
        parts = str(error.get("pointer", "")).strip("/").split("/")
        if len(parts) == 3 and parts[0] == "programme":
            place = int(parts[1]) + 1
            label = NAMES.get(parts[2], parts[2])
            found.append(FormError(f"{parts[2]}-{parts[1]}", f"Dòng {place}, {label}: {error['message']}"))
    return found or [FormError("", problem.title)]

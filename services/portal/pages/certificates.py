"""Certificates: how they look, make them, follow the work, take them out."""

from __future__ import annotations

import base64
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, from_problem, text
from services.portal.gate import account, calls, need
from services.portal.pages.conference import load
from services.portal.pages.downloads import passed_on

blueprint = Blueprint("certificates", __name__, url_prefix="/hoi-nghi/<key>/khen-thuong/bang-khen")

PAPERS = [("a4", "A4 ngang (297 × 210 mm)"), ("a3", "A3 ngang (420 × 297 mm)"), ("400x300", "400 × 300 mm")]
FRAMES = [("ornate", "Khung hoa văn"), ("plain", "Khung đơn"), ("none", "Không khung (phôi in sẵn)")]
PICTURES = {"image/png": "png", "image/jpeg": "jpeg"}
LARGEST_PICTURE = 2_900_000


@blueprint.before_request
def check_right() -> None:
    need("names:read")
    if account().unit:
        abort(403)


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    """The page, or only its list of what was made, for the poll."""
    if request.headers.get("HX-Request"):
        return render_template("awards/_batches.html", conference={"key": key}, batches=_batches(key))
    return _page(key, None, [])


@blueprint.post("")
def make(key: str) -> ResponseReturnValue:
    """All of them, or the first one only as a proof."""
    need("awards:write")
    ids = None
    if text("proof"):
        ids = [item["id"] for item in calls().awards.recipients(key)["items"][:1]] or None
    try:
        calls().awards.render(key, text("once"), ids)
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return _page(key, None, from_problem(problem)), problem.status
    flash("Đang làm bản in thử." if ids else "Đang làm bằng khen; trang này tự cập nhật.")
    return redirect(url_for("certificates.show", key=key, _anchor="da-lam"))


@blueprint.post("/mau")
def design(key: str) -> ResponseReturnValue:
    need("awards:write")
    before, _etag = calls().awards.design(key)
    wanted, errors = _read_design(before)
    status, conflict = 422, False
    if not errors:
        try:
            calls().awards.set_design(key, wanted, text("etag"))
        except ApiProblem as problem:
            if problem.status not in (409, 412, 422):
                raise
            status, conflict = problem.status, problem.status == 412
            errors = [] if conflict else from_problem(problem)
        else:
            flash("Đã lưu mẫu. Bằng khen làm từ nay theo mẫu mới.")
            return redirect(url_for("certificates.show", key=key))
    return _page(key, wanted, errors, conflict=conflict), status


@blueprint.post("/viec/<uuid:job>/<any('huy', 'lam-lai'):act>")
def job(key: str, job: UUID, act: str) -> ResponseReturnValue:
    need("awards:write")
    try:
        calls().awards.stop(str(job), "cancel" if act == "huy" else "retry")
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        flash(f"{problem.title}.")
    return redirect(url_for("certificates.show", key=key, _anchor="da-lam"))


@blueprint.get("/tai-ve/<uuid:batch>.<any('pdf', 'zip'):ending>")
def download(key: str, batch: UUID, ending: str) -> ResponseReturnValue:
    return passed_on(calls().awards.download(f"/certificates/{batch}.{ending}"))


def _read_design(before: Json) -> tuple[Json, list[FormError]]:
    names = ("paper", "frame", "colour", "title_colour", "word")
    wanted = {**before, **{name: text(name, 100) for name in names}, "pattern": bool(text("pattern"))}
    wanted["giver"] = [line.strip() for line in text("giver").splitlines() if line.strip()] or None
    wanted["place"] = text("place", 100) or None
    if text("no_background"):
        wanted["background"] = None
    picture = request.files.get("background")
    if picture is None or not picture.filename:
        return wanted, []
    content, kind = picture.read(), PICTURES.get(picture.mimetype)
    if kind is None or len(content) > LARGEST_PICTURE:
        return wanted, [FormError("background", "Cần ảnh PNG hoặc JPEG, không quá 2,9 MB")]
    wanted["background"] = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return wanted, []


def _batches(key: str) -> list[Json]:
    return calls().awards.certificates(key)


def _page(key: str, typed: Json | None, errors: list[FormError], *, conflict: bool = False) -> str:
    design, etag = calls().awards.design(key)
    decisions = calls().awards.decisions(key)
    return render_template(
        "awards/certificates.html",
        conference=load(key),
        design=typed or design,
        etag=etag,
        decision=decisions[0] if decisions else None,
        batches=_batches(key),
        papers=PAPERS,
        frames=FRAMES,
        errors=errors,
        conflict=conflict,
        open_design=typed is not None,
        section="awards",
    )

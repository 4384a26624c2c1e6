"""One site: who is there, what differs from the layout, and its line test."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, text, texts
from services.portal.gate import account, calls, need
from services.portal.pages.conference import load

blueprint = Blueprint("sites", __name__, url_prefix="/hoi-nghi/<key>/diem-cau/<site>")

PERSONS = {"contact": ("name", "phone", "email"), "technician": ("name", "phone")}
PLACE = ("room", "address", "capacity")
LABELS = {
    "contact_name": "Người phụ trách",
    "contact_phone": "Điện thoại người phụ trách",
    "contact_email": "Thư điện tử",
    "technician_name": "Kỹ thuật viên",
    "technician_phone": "Điện thoại kỹ thuật viên",
    "room": "Phòng",
    "address": "Địa chỉ",
    "capacity": "Sức chứa",
    "probe_address": "Địa chỉ thiết bị đầu cuối",
    "note": "Ghi chú",
}
ACTIVE = ("queued", "running")


class Shown(NamedTuple):
    """What the page is shown with besides the site itself: typed text, errors, a conflict."""

    typed: dict[str, str] | None = None
    errors: list[FormError] | None = None
    conflict: bool = False
    test_note: str = ""
    reason: str = ""


@blueprint.get("")
def show(key: str, site: str) -> ResponseReturnValue:
    return _page(key, site, Shown())


@blueprint.post("")
def change(key: str, site: str) -> ResponseReturnValue:
    need("sites:write")
    typed = texts(*LABELS)
    capacity = typed["capacity"].replace(".", "")
    if capacity and not capacity.isdecimal():
        error = FormError("capacity", "Sức chứa là một số nguyên, ví dụ 60")
        return _page(key, site, Shown(typed, [error])), 422
    stored, _etag = calls().venue.site(key, site)
    try:
        calls().venue.change_site(stored["id"], _changes(typed, capacity), text("etag"))
    except ApiProblem as problem:
        if problem.status == 412:
            return _page(key, site, Shown(typed, conflict=True)), 412
        return _refused(key, site, problem, Shown(typed))
    flash("Đã lưu thông tin điểm cầu.")
    return redirect(url_for("sites.show", key=key, site=site))


@blueprint.post("/thu")
def test(key: str, site: str) -> ResponseReturnValue:
    need("sites:write")
    outcome, note = text("outcome"), text("test_note", 2000)
    if outcome not in ("ok", "failed"):
        error = FormError("outcome", "Hãy chọn kết quả thử")
        return _page(key, site, Shown(errors=[error], test_note=note)), 422
    try:
        calls().venue.add_test(_id(key, site), outcome, note, text("once"))
    except ApiProblem as problem:
        return _refused(key, site, problem, Shown(test_note=note))
    flash("Đã ghi kết quả thử.")
    return redirect(url_for("sites.show", key=key, site=site))


@blueprint.post("/thu-tu-dong")
def probe(key: str, site: str) -> ResponseReturnValue:
    need("sites:write")
    try:
        job = calls().venue.probe(_id(key, site), text("once"))
    except ApiProblem as problem:
        return _refused(key, site, problem, Shown())
    return redirect(url_for("sites.show", key=key, site=site, viec=job))


@blueprint.post("/mien-thu")
def waive(key: str, site: str) -> ResponseReturnValue:
    reason = text("reason", 2000)
    if not reason:
        return _page(key, site, Shown(errors=[FormError("reason", "Hãy ghi lý do cho miễn thử")])), 422
    try:
        calls().venue.waive(_id(key, site), reason, text("once"))
    except ApiProblem as problem:
        return _refused(key, site, problem, Shown(reason=reason))
    flash("Đã cho miễn thử.")
    return redirect(url_for("sites.show", key=key, site=site))


@blueprint.post("/bo-mien-thu")
def unwaive(key: str, site: str) -> ResponseReturnValue:
    try:
        calls().venue.unwaive(_id(key, site), text("reason", 2000), text("once"))
    except ApiProblem as problem:
        return _refused(key, site, problem, Shown())
    flash("Đã bỏ miễn thử: điểm cầu này lại phải thử đường truyền.")
    return redirect(url_for("sites.show", key=key, site=site))


def _page(key: str, site: str, shown: Shown) -> str:
    conference = load(key)
    stored, etag = calls().venue.site(key, site)
    saved = _typed(stored)
    typed = shown.typed or saved
    job, closed = _job(request.args.get("viec", "")), conference["state"] == "closed"
    return render_template(
        "sites/_line.html" if request.headers.get("HX-Request") else "sites/site.html",
        conference=conference,
        site=stored,
        etag=etag,
        line=calls().venue.line_tests(stored["id"]),
        typed=typed,
        errors=shown.errors or [],
        conflict=shown.conflict,
        differing=[(label, saved[name]) for name, label in LABELS.items() if typed[name] != saved[name]],
        editing=shown.typed is not None,
        test_note=shown.test_note,
        reason=shown.reason,
        job=job,
        waiting=job is not None and job["state"] in ACTIVE,
        may_write=account().can("sites:write") and not closed,
        may_waive=not closed and _waives(),
        section="board",
    )


def _waives() -> bool:
    return account().can("decide") or (account().can("sites:write") and account().unit is None)


def _refused(key: str, site: str, problem: ApiProblem, shown: Shown) -> ResponseReturnValue:
    """The page again with what the service said; what is no matter of this form is not answered here."""
    if problem.status not in (409, 422):
        raise problem
    errors = [
        FormError(str(one.get("pointer", "")).strip("/").replace("/", "_"), str(one.get("message", "")))
        for one in problem.errors
    ]
    known = [error if error.field in LABELS else FormError("", error.message) for error in errors]
    return _page(key, site, shown._replace(errors=known or [FormError("", problem.title)])), problem.status


def _id(key: str, site: str) -> str:
    stored, _etag = calls().venue.site(key, site)
    return str(stored["id"])


def _job(given: str) -> Json | None:
    """The probe that the page waits for; None for what is no job."""
    try:
        return calls().venue.job(str(UUID(given)))
    except ValueError:
        return None
    except ApiProblem as problem:
        if problem.status != 404:
            raise
        return None


def _typed(site: Json) -> dict[str, str]:
    """The form as the site is stored."""
    found = {f"{who}_{part}": (site[who] or {}).get(part) for who, parts in PERSONS.items() for part in parts}
    found |= {name: site["overrides"][name] for name in PLACE}
    found |= {"probe_address": site["probe_address"], "note": site["note"]}
    return {name: "" if value is None else str(value) for name, value in found.items()}


def _changes(typed: dict[str, str], capacity: str) -> Json:
    changes: Json = {
        "room": typed["room"] or None,
        "address": typed["address"] or None,
        "capacity": int(capacity) if capacity else None,
        "probe_address": typed["probe_address"] or None,
        "note": typed["note"],
    }
    for who, parts in PERSONS.items():
        person = {part: typed[f"{who}_{part}"] for part in parts}
        changes[who] = person if any(person.values()) else None
    return changes

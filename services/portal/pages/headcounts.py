"""How many delegates each site has: computed, reported by the sites, come."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, from_problem, text, texts
from services.portal.gate import account, calls, need
from services.portal.pages.conference import load

blueprint = Blueprint("headcounts", __name__, url_prefix="/hoi-nghi/<key>/dai-bieu/so-luong")
ON_A_PAGE = 200


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    return _page(key, {}, [])


@blueprint.post("")
def report(key: str) -> ResponseReturnValue:
    """A site says how many it has; what was computed stays beside it."""
    need("names:write")
    typed = texts("site", "count", "note")
    errors = _errors(typed)
    if errors:
        return _page(key, typed, errors), 422
    try:
        line = calls().registration.report_headcount(
            key, typed["site"], int(typed["count"]), typed["note"], text("once")
        )
    except ApiProblem as problem:
        if problem.status not in (404, 409, 422):
            raise
        return _page(key, typed, from_problem(problem)), problem.status
    difference = line["difference"]
    beside = "khớp với danh sách" if not difference else f"lệch {difference:+d} so với danh sách"
    flash(f"Đã báo {line['site_name']}: {line['reported']} đại biểu, {beside}.")
    return redirect(url_for("headcounts.show", key=key))


def _errors(typed: dict[str, str]) -> list[FormError]:
    errors = [] if typed["site"] else [FormError("site", "Hãy chọn điểm cầu")]
    count = typed["count"]
    if not (count.isascii() and count.isdigit() and len(count) <= 6):
        errors.append(FormError("count", "Hãy nhập số đại biểu bằng chữ số"))
    return errors


def _page(key: str, typed: Json, errors: list[FormError]) -> str:
    counts = calls().registration.headcounts(key)
    mine = account().unit
    pages = max(1, -(-len(counts["items"]) // ON_A_PAGE))
    wanted = request.args.get("trang", "")
    page = min(int(wanted), pages) if wanted.isdecimal() and len(wanted) < 6 and int(wanted) else 1
    sites = [one for one in counts["items"] if mine is None or one["unit"] == mine]
    return render_template(
        "headcounts.html",
        conference=load(key),
        counts=counts,
        shown=counts["items"][(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
        page=page,
        pages=pages,
        reporting=[(one["site"], one["site_name"]) for one in sites] if account().can("names:write") else [],
        own=sites[0] if mine is not None and sites else None,
        typed=typed,
        errors=errors,
        section="delegates",
    )

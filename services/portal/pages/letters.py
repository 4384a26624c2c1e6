"""Personal invitation letters: have a batch made, see how far it is, take it home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem
from services.portal.formatting import names
from services.portal.forms import FormError, from_problem, text
from services.portal.gate import account, calls, need
from services.portal.pages.conference import groups_of, load
from services.portal.pages.downloads import passed_on

blueprint = Blueprint("letters", __name__, url_prefix="/hoi-nghi/<key>/van-ban/giay-moi-theo-nguoi")
FORMATS = ("pdf", "zip")


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    need("names:read")
    if request.headers.get("HX-Request"):
        return _batches(key)
    return _show(key, [])


@blueprint.post("")
def make(key: str) -> ResponseReturnValue:
    """Letters of the current option, all of them or those of one group or unit."""
    if not _may_make():
        abort(403)
    wanted = {name: text(name, 100) for name in ("group", "unit")}
    try:
        calls().documents.make_letters(key, wanted, text("once"))
    except ApiProblem as problem:
        if problem.status not in (404, 409, 422):
            raise
        return _show(key, _errors(problem)), problem.status
    flash("Đang tạo giấy mời.")
    return redirect(url_for("letters.show", key=key))


@blueprint.get("/<uuid:batch>/<format>")
def file(key: str, batch: UUID, format: str) -> ResponseReturnValue:
    need("names:read")
    if format not in FORMATS:
        abort(404)
    return passed_on(calls().documents.letters_file(key, str(batch), format))


def _may_make() -> bool:
    return account().can("documents:write") or account().can("names:write")


def _errors(problem: ApiProblem) -> list[FormError]:
    if problem.code == "unknown-revision":
        return [FormError("", "Chưa quyết định phương án nên chưa có giấy mời")]
    return from_problem(problem)


def _show(key: str, errors: list[FormError]) -> str:
    listed, frame = calls().documents.letters(key), _frame(key)
    return render_template(
        "documents/letters.html",
        **frame,
        listed=listed,
        live=_is_live(listed["items"]),
        group_choices=list(frame["groups"].items()),
        units=calls().planning.unit_names(key),
        may_make=_may_make() and listed["revision"] is not None,
        errors=errors,
        section="documents",
    )


def _frame(key: str) -> dict[str, Any]:
    conference = load(key)
    return {"conference": conference, "groups": names(groups_of(conference))}


def _batches(key: str) -> ResponseReturnValue:
    """The part that is polled; once no batch is at work, the whole page comes anew."""
    listed = calls().documents.letters(key)
    page = render_template("documents/_letters.html", listed=listed, **_frame(key))
    return page, 200, {} if _is_live(listed["items"]) else {"HX-Refresh": "true"}


def _is_live(batches: list[dict[str, object]]) -> bool:
    return any(one["state"] in ("queued", "running") for one in batches)

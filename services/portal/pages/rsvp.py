"""The delegate's own page, by signed link and without an account. A GET never answers."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.formatting import ZONE
from services.portal.forms import FormError, from_problem, text
from services.portal.gate import calls

blueprint = Blueprint("rsvp", __name__)
REFUSALS = {
    "link-expired": "expired",
    "link-unknown": "unknown",
    "not-found": "unknown",
    "place-closed": "closed",
    "site-full": "full",
}


@blueprint.get("/tra-loi/<token>")
def show(token: str) -> ResponseReturnValue:
    try:
        invitation = calls().invitation(token)
    except ApiProblem as problem:
        return _refused(problem)
    return _page(invitation, token, [], invitation.get("note") or "")


@blueprint.post("/tra-loi/<token>")
def answer(token: str) -> ResponseReturnValue:
    chosen, note = text("answer"), text("note", 500)
    if chosen not in ("accepted", "declined"):
        error = FormError("accept", "Hãy chọn «Tôi sẽ dự» hoặc «Tôi không dự được»")
        return _page(calls().invitation(token), token, [error], note), 422
    try:
        calls().answer(token, chosen, note)
    except ApiProblem as problem:
        return _answer_refused(problem, token, note)
    return redirect(url_for("rsvp.show", token=token, _anchor="tra-loi"))


def _answer_refused(problem: ApiProblem, token: str, note: str) -> ResponseReturnValue:
    if problem.code == "site-full":
        return _page(calls().invitation(token), token, [], note, full=True), 409
    if problem.status in (422, 503) or problem.code == "not-decided":
        return _page(calls().invitation(token), token, from_problem(problem), note), problem.status
    return _refused(problem)


def _page(invitation: Json, token: str, errors: list[FormError], note: str, *, full: bool = False) -> str:
    g.zone = ZONE
    return render_template(
        "rsvp.html", invitation=invitation, token=token, errors=errors, note=note, full=full
    )


def _refused(problem: ApiProblem) -> ResponseReturnValue:
    state = REFUSALS.get(problem.code)
    if state is None:
        raise problem
    return render_template("rsvp_refused.html", state=state), problem.status

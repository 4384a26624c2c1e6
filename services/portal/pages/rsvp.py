"""The delegate's own page, by signed link and without an account. A GET never answers."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.formatting import ZONE
from services.portal.forms import FormError, from_problem, text, texts
from services.portal.gate import calls

blueprint = Blueprint("rsvp", __name__)
REFUSALS = {
    "link-expired": "expired",
    "link-unknown": "unknown",
    "not-found": "unknown",
    "place-closed": "closed",
    "conference-closed": "finished",
}
SHOWN_ON_THE_PAGE = ("not-decided", "start-not-fixed", "same-person", "substitute-invited")
FACTS = ("name", "position", "phone", "email")


@blueprint.get("/tra-loi/<token>")
def show(token: str) -> ResponseReturnValue:
    try:
        invitation = calls().registration.invitation(token)
    except ApiProblem as problem:
        return _refused(problem)
    return _page(invitation, token, [], {"note": invitation.get("note") or ""})


@blueprint.post("/tra-loi/<token>")
def answer(token: str) -> ResponseReturnValue:
    chosen, typed = text("answer"), {**texts(*FACTS), "note": text("note", 500)}
    if chosen == "substituted":
        return _send(token, typed)
    if chosen not in ("accepted", "declined"):
        error = FormError("accept", "Hãy chọn «Tôi sẽ dự» hoặc «Tôi không dự được»")
        return _page(calls().registration.invitation(token), token, [error], typed), 422
    try:
        calls().registration.answer(token, chosen, typed["note"])
    except ApiProblem as problem:
        return _answer_refused(problem, token, typed)
    return redirect(url_for("rsvp.show", token=token, _anchor="tra-loi"))


@blueprint.get("/tra-loi/<token>/ma-diem-danh.svg")
def badge(token: str) -> ResponseReturnValue:
    try:
        picture = calls().registration.invitation_badge(token)
    except ApiProblem as problem:
        return "", problem.status
    return Response(picture, content_type="image/svg+xml")


def _send(token: str, typed: dict[str, str]) -> ResponseReturnValue:
    if not typed["name"]:
        error = FormError("name", "Hãy nhập họ và tên người đi thay")
        return _page(calls().registration.invitation(token), token, [error], typed), 422
    person: Json = {name: typed[name] or None for name in FACTS}
    try:
        sent = calls().registration.send_somebody(token, person, typed["note"], text("once"))
    except ApiProblem as problem:
        return _answer_refused(problem, token, typed)
    session["substitute_link"] = {"token": token[-40:], **sent["link"]}
    return redirect(url_for("rsvp.show", token=token, _anchor="tra-loi"))


def _answer_refused(problem: ApiProblem, token: str, typed: dict[str, str]) -> ResponseReturnValue:
    if problem.code == "link-expired":
        # Somebody was sent meanwhile, or the link ended: the page itself says which.
        return redirect(url_for("rsvp.show", token=token))
    invitation = calls().registration.invitation(token)
    if problem.status in (422, 503) or problem.code in SHOWN_ON_THE_PAGE:
        return _page(invitation, token, _errors(problem), typed), problem.status
    return _refused(problem)


def _errors(problem: ApiProblem) -> list[FormError]:
    """Those of the substitute stand beside the fields of their form."""
    if problem.code in ("same-person", "substitute-invited"):
        return [FormError("name", problem.title)]
    found = [
        FormError(str(one["pointer"]).rpartition("/")[2], str(one["message"]))
        for one in problem.errors
        if str(one.get("pointer", "")).startswith("/substitute/")
    ]
    return found or from_problem(problem)


def _page(invitation: Json, token: str, errors: list[FormError], typed: dict[str, str]) -> str:
    g.zone = ZONE
    made = session.get("substitute_link") or {}
    return render_template(
        "rsvp.html",
        invitation=invitation,
        token=token,
        errors=errors,
        typed=typed,
        link=made if made.get("token") == token[-40:] else None,
    )


def _refused(problem: ApiProblem) -> ResponseReturnValue:
    state = REFUSALS.get(problem.code)
    if state is None:
        raise problem
    return render_template("rsvp_refused.html", state=state), problem.status

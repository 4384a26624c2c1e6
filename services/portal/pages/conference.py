"""One conference: facts and their amendment, open and close, deadlines, decisions; the frame of its pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.clients.asking import Asking
from services.portal.comparison import tasks_by_title
from services.portal.formatting import date_vi, local, number_vi
from services.portal.forms import FormError, from_problem, text, texts
from services.portal.gate import calls, need, now
from services.portal.words import SERVICES

blueprint = Blueprint("conference", __name__)
DAYS_SHOWN = 60
ACTS = {"khai-mac": "open", "be-mac": "close", "mo-lai": "reopen"}
FROM = {"khai-mac": "planned", "be-mac": "open"}
"""Acts that are confirmed on a page of their own, and the state that they are for."""
DONE = {"open": "Hội nghị đã khai mạc.", "close": "Hội nghị đã bế mạc.", "reopen": "Hội nghị đã được mở lại."}
FACTS = ("title", "short_title", "decided_by", "starts_at", "ends_at", "window_from", "window_to")
POINTERS = {"window": "window_from"}


@blueprint.get("/hoi-nghi/<key>")
def show(key: str) -> ResponseReturnValue:
    return _show(key, [])


@blueprint.get("/hoi-nghi/<key>/<any('khai-mac', 'be-mac'):act>")
def confirm(key: str, act: str) -> ResponseReturnValue:
    """What opening or closing does, and what is still open; nothing is done."""
    need("decide")
    conference = load(key)
    if conference["state"] != FROM[act]:
        return redirect(url_for("conference.show", key=key))
    return _confirm(conference, act, [])


@blueprint.post("/hoi-nghi/<key>/<any('khai-mac', 'be-mac', 'mo-lai'):act>")
def act(key: str, act: str) -> ResponseReturnValue:
    """Open, close, open again; a refusal says what is missing."""
    need("decide")
    name, reason = ACTS[act], text("reason")
    if name == "reopen" and not reason:
        return _show(key, [FormError("reason", "Hãy ghi lý do mở lại hội nghị")]), 422
    try:
        calls().planning.act(key, name, reason, text("once"))
    except ApiProblem as refused:
        if refused.status not in (409, 422):
            raise
        return _refused(key, act, refused.title), refused.status
    flash(DONE[name])
    return redirect(url_for("conference.show", key=key))


@blueprint.get("/hoi-nghi/<key>/sua")
def edit(key: str) -> ResponseReturnValue:
    need("plan:write")
    conference, etag = calls().planning.conference_tagged(key)
    g.zone = conference["timezone"]
    return _form(conference, etag, typed_of(conference), [])


@blueprint.post("/hoi-nghi/<key>/sua")
def amend(key: str) -> ResponseReturnValue:
    """Only what was changed is sent; on a conflict what was typed stays, the rest is shown as it is now."""
    need("plan:write")
    typed, etag = texts(*FACTS), text("etag")
    touched = {name for name in FACTS if typed[name] != text(f"seen_{name}")}
    conference, newest = calls().planning.conference_tagged(key)
    g.zone = conference["timezone"]
    if not touched:
        flash("Không có gì thay đổi.")
        return redirect(url_for("conference.show", key=key))
    try:
        made = calls().planning.amend(key, _changes(typed, touched), etag)
    except ApiProblem as refused:
        if refused.status not in (409, 412, 422):
            raise
        errors = _errors(refused, conference)
        typed = typed_of(conference) | {name: typed[name] for name in touched}
        return _form(conference, newest, typed, errors, conflict=refused.status == 412), refused.status
    flash(saved(conference, made))
    return redirect(url_for("conference.show", key=key))


def saved(conference: Json, made: Json) -> str:
    """What a new plan version means now."""
    if not made["created"]:
        return "Không có gì thay đổi."
    if conference["current_revision"] is None:
        return f"Đã lưu kế hoạch phiên bản {made['version']}."
    return f"Đã lưu kế hoạch phiên bản {made['version']}. Phiên bản này có hiệu lực với quyết định tiếp theo."


def load(key: str) -> Json:
    """The conference; its time zone holds for the whole page."""
    conference = calls().planning.conference(key)
    g.zone = conference.get("timezone")
    return conference


def option_of(conference: Json, key: str | None) -> Json | None:
    return next((option for option in conference["options"] if option["key"] == key), None)


def groups_of(conference: Json) -> list[Json]:
    """The groups of all options, each key once; those of the current option come first."""
    current = option_of(conference, conference["current_option"])
    options = [current] if current else []
    options += [option for option in conference["options"] if option is not current]
    found: dict[str, Json] = {}
    for option in options:
        for group in option["groups"]:
            found.setdefault(group["key"], group)
    return list(found.values())


def _refused(key: str, act: str, said: str) -> str:
    conference = load(key)
    if conference["state"] == FROM.get(act):
        return _confirm(conference, act, [FormError("", said)])
    return _show(key, [FormError("h-opening", said)])


def _confirm(conference: Json, act: str, errors: list[FormError]) -> str:
    asking = Asking()
    start = conference["starts_at"]
    return render_template(
        "conference_act.html",
        conference=conference,
        act=act,
        today=now(),
        other_day=start is None or local(start).date() != local(now()).date(),
        unfinished=_unfinished(asking, conference["key"]),
        down=[SERVICES[name] for name in asking.down],
        errors=errors,
        reason=text("reason"),
        section="conference",
    )


def _unfinished(asking: Asking, key: str) -> list[tuple[str, str]]:
    """What is not done yet, and where to do it; a service that does not answer is left out."""
    required = asking.try_for(lambda: calls().documents.required(key)) or {"items": []}
    invitations = asking.try_for(lambda: calls().registration.invitations(key, limit="1"))
    late = asking.try_for(lambda: calls().planning.tasks(key, overdue="true", limit="1"))
    documents = [one for item in required["items"] for one in item["documents"]]
    drafts = sum(one["status"] == "draft" and one["numbered"] for one in documents)
    routes = {name: one["routes"] for name, one in invitations["counts"].items()} if invitations else {}
    found = [
        (drafts, "bản thảo văn bản chưa ban hành", "documents.show", "draft"),
        (routes.get("to_issue"), "giấy mời cần phát hành", "invitations.show", "to_issue"),
        (routes.get("to_replace"), "giấy mời cần thay thế", "invitations.show", "to_replace"),
        (routes.get("to_withdraw"), "giấy mời cần thu hồi", "invitations.show", "to_withdraw"),
        (late and late["total"], "nhiệm vụ quá hạn", "tasks.show", "overdue"),
    ]
    return [
        (f"{number_vi(count)} {word}", url_for(page, key=key, **{"trang-thai": state}))  # type: ignore[arg-type]
        for count, word, page, state in found
        if count
    ]


def _show(key: str, errors: list[FormError]) -> str:
    conference = load(key)
    listed = calls().planning.tasks(key, order="due", limit="1000")
    return render_template(
        "conference.html",
        conference=conference,
        current=option_of(conference, conference["current_option"]),
        opening=calls().planning.opening(key),
        timeline=_timeline(listed["items"])[:DAYS_SHOWN],
        left_out=listed["total"] - len(listed["items"]),
        decisions=calls().planning.decisions(key),
        errors=errors,
        reason=text("reason") if errors else "",
        section="conference",
    )


def _timeline(tasks: list[Json]) -> list[dict[str, Any]]:
    """Deadlines by day, the earliest first; a task that many units have stands once."""
    days: dict[str, list[Json]] = {}
    for task in tasks:
        days.setdefault(date_vi(task["due_at"]), []).append(task)
    return [
        {
            "day": found[0]["due_at"],
            "done": sum(1 for task in found if task["state"] == "done"),
            "overdue": sum(1 for task in found if task["overdue"]),
            "total": len(found),
            "tasks": tasks_by_title(found),
        }
        for found in days.values()
    ]


def _form(
    conference: Json, etag: str, typed: Json, errors: list[FormError], *, conflict: bool = False
) -> str:
    return render_template(
        "conference_edit.html",
        conference=conference,
        etag=etag,
        typed=typed,
        seen=typed_of(conference),
        errors=errors,
        conflict=conflict,
        section="conference",
    )


def typed_of(conference: Json) -> Json:
    """The facts as the form's fields hold them; local times as the plan writes them."""
    return {
        "title": conference["title"],
        "short_title": conference["short_title"],
        "decided_by": conference["decided_by"] or "",
        "starts_at": (conference["starts_at"] or "")[:16],
        "ends_at": (conference["ends_at"] or "")[:16],
        "window_from": conference["window"]["from"],
        "window_to": conference["window"]["to"],
    }


def _changes(typed: Json, changed: set[str]) -> Json:
    found: Json = {name: typed[name] for name in ("title", "short_title") if name in changed}
    found |= {name: typed[name] or None for name in ("decided_by", "starts_at", "ends_at") if name in changed}
    if changed & {"window_from", "window_to"}:
        found["window"] = {"from": typed["window_from"], "to": typed["window_to"]}
    return found


def _errors(problem: ApiProblem, conference: Json) -> list[FormError]:
    if problem.status != 412:
        return from_problem(problem, POINTERS)
    said = f"Kế hoạch đã có phiên bản {conference['plan_version']} từ lúc mở trang này"
    return [FormError("", f"{said}. Nội dung đã gõ được giữ lại: hãy so với bản hiện nay rồi lưu lại")]

"""The option switch: choose, preview, decide, follow, undo."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.comparison import (
    awards_by_unit,
    by_group,
    compare,
    counts_of,
    invitations_by_group,
    irrevocable,
    task_lines,
)
from services.portal.formatting import names
from services.portal.forms import FormError, from_problem, text, texts
from services.portal.gate import calls, need
from services.portal.pages.conference import groups_of, load, option_of

blueprint = Blueprint("switch", __name__, url_prefix="/hoi-nghi/<key>/phuong-an")
FIELDS = ("reason", "paper_number", "paper_date", "decided_by")
PARTS = ("planning", "venue", "registration", "documents", "awards")
CONFLICTS = ("stale-preview", "current-changed")
POINTERS = {"paper": "paper_number"}


@blueprint.get("")
def choose(key: str) -> ResponseReturnValue:
    return _choose(key, [])


@blueprint.post("")
def propose(key: str) -> ResponseReturnValue:
    """Prepare a preview; what was typed for an older one is kept for the new one."""
    need("decide")
    option = text("option")
    if not option_of(load(key), option):
        return _choose(key, [FormError("option", "Hãy chọn một phương án để xem trước")]), 422
    typed = {name: value for name, value in texts(*FIELDS).items() if value}
    number = calls().planning.propose(key, option, text("once"))
    if typed:
        session["draft"] = {"conference": key, "option": option, **typed}
    return redirect(_preview_of(key, number, undoing=bool(text("undoing"))))


@blueprint.get("/<int:number>")
def preview(key: str, number: int) -> ResponseReturnValue:
    conference, revision = load(key), calls().planning.revision(key, number)
    if revision["state"] not in ("preparing", "prepared"):
        return redirect(url_for("switch.progress", key=key, number=number))
    if revision["state"] == "preparing":
        return _waiting(conference, revision, "preparing.html")
    if request.headers.get("HX-Request"):
        return _reload()
    return _preview(conference, revision, _draft(key, revision["option"]), [])


@blueprint.post("/<int:number>")
def decide(key: str, number: int) -> ResponseReturnValue:
    need("decide")
    typed = texts(*FIELDS)
    errors = _decision_errors(typed)
    problem = None
    if not errors:
        send = calls().planning.undo if text("undoing") else calls().planning.decide
        try:
            adopted = send(key, _decision(number, typed), text("once"))
        except ApiProblem as refused:
            if refused.status not in (409, 422):
                raise
            problem = refused if refused.code in CONFLICTS else None
            errors = [] if problem else _refusal(refused)
        else:
            session.pop("draft", None)
            return redirect(url_for("switch.progress", key=key, number=adopted))
    page = _preview(load(key), calls().planning.revision(key, number), typed, errors, problem)
    return page, 409 if problem else 422


@blueprint.get("/<int:number>/tien-do")
def progress(key: str, number: int) -> ResponseReturnValue:
    conference, revision = load(key), calls().planning.revision(key, number)
    if revision["state"] in ("preparing", "prepared"):
        return redirect(url_for("switch.preview", key=key, number=number))
    if revision["state"] in ("deciding", "settling"):
        return _waiting(conference, revision, "progress.html")
    if request.headers.get("HX-Request"):
        return _reload()
    return _progress(conference, revision)


@blueprint.post("/<int:number>/thu-lai")
def retry(key: str, number: int) -> ResponseReturnValue:
    need("decide")
    calls().planning.retry(key, number)
    flash("Đã gửi lại yêu cầu tới các dịch vụ còn chờ.")
    return redirect(url_for("switch.progress", key=key, number=number))


@blueprint.post("/hoan-tac")
def undo(key: str) -> ResponseReturnValue:
    """Show beforehand what going back would change; the decision follows on that page."""
    need("decide")
    previous = load(key)["previous_option"]
    if previous is None:
        return _choose(key, [FormError("", "Chưa có phương án trước đó để quay lại")]), 409
    number = calls().planning.propose(key, previous, text("once"))
    return redirect(_preview_of(key, number, undoing=True))


def _preview_of(key: str, number: int, *, undoing: bool) -> str:
    mark = {"hoan-tac": "1"} if undoing else {}
    return url_for("switch.preview", key=key, number=number, **mark)  # type: ignore[arg-type]


def _choose(key: str, errors: list[FormError]) -> str:
    conference = load(key)
    return render_template(
        "switch.html",
        conference=conference,
        current=option_of(conference, conference["current_option"]),
        previous=option_of(conference, conference["previous_option"]),
        chosen=conference["current_option"],
        decisions=calls().planning.decisions(key),
        errors=errors,
        section="switch",
    )


def _preview(
    conference: Json, revision: Json, typed: Json, errors: list[FormError], problem: ApiProblem | None = None
) -> str:
    key, number = conference["key"], revision["revision"]
    changes = {part: calls().changes(part, key, number) for part in PARTS}
    base = calls().planning.revision(key, revision["base"]) if revision["base"] else None
    option, before = option_of(conference, revision["option"]), option_of(conference, revision["base_option"])
    after, now = counts_of(revision), counts_of(base) if base else None
    group_names = names(groups_of(conference))
    newer_plan = conference["plan_version"] != revision["plan_version"]
    newest = problem.newest if problem else revision["newest"] if revision["stale"] else None
    if newer_plan and conference["selected_revision"] == revision["base"]:
        newest = None  # nobody has decided since: that decision is what the preview starts from
    return render_template(
        "preview.html",
        conference=conference,
        revision=revision,
        option=option,
        before=before,
        current=option_of(conference, conference["current_option"]),
        chosen=revision["option"],
        rows=compare(after, now, changes),
        changes=changes,
        groups=by_group(changes["registration"]["groups"]),
        group_names=group_names,
        unit_names=names(calls().planning.unit_names(key)),
        invitations=invitations_by_group(changes["documents"]["items"], list(group_names)),
        opened=task_lines(changes["planning"]["opened"]),
        closed=task_lines(changes["planning"]["closed"]),
        awards=awards_by_unit(changes["awards"]["items"]),
        irrevocable=irrevocable(changes["registration"]["invitations"]),
        typed=typed,
        undoing=bool(request.values.get("undoing") or request.values.get("hoan-tac")),
        errors=errors,
        stale=bool(problem) or revision["stale"],
        newer_plan=newer_plan,
        newest=newest,
        newest_option=option_of(conference, (newest or {}).get("option")),
        section="switch",
    )


def _progress(conference: Json, revision: Json) -> str:
    return render_template(
        "progress.html",
        conference=conference,
        revision=revision,
        option=option_of(conference, revision["option"]),
        previous=option_of(conference, conference["previous_option"]),
        is_newest=conference["selected_revision"] == revision["revision"],
        newest_option=option_of(conference, (revision["newest"] or {}).get("option")),
        section="switch",
    )


def _waiting(conference: Json, revision: Json, page: str) -> ResponseReturnValue:
    """The whole page, or for htmx only the list of services."""
    if request.headers.get("HX-Request"):
        return render_template("_services.html", conference=conference, revision=revision)
    if page == "progress.html":
        return _progress(conference, revision)
    option = option_of(conference, revision["option"])
    return render_template(page, conference=conference, revision=revision, option=option, section="switch")


def _reload() -> ResponseReturnValue:
    """For htmx: the waiting is over, show the whole page."""
    response = make_response("", 200)
    response.headers["HX-Refresh"] = "true"
    return response


def _draft(key: str, option: str) -> Json:
    """What was typed for a preview of the same option that went stale."""
    draft = session.get("draft") or {}
    return dict(draft) if (draft.get("conference"), draft.get("option")) == (key, option) else {}


def _decision_errors(typed: dict[str, str]) -> list[FormError]:
    found = [] if typed["reason"] else [FormError("reason", "Hãy ghi lý do của quyết định")]
    if typed["paper_date"] and not typed["paper_number"]:
        found.append(FormError("paper_number", "Có ngày văn bản thì cần ghi số văn bản"))
    return found


def _decision(number: int, typed: dict[str, str]) -> Json:
    body: Json = {"revision": number, "reason": typed["reason"]}
    if text("while_open"):
        body["while_open"] = True
    if text("expected_current").isdigit():
        body["expected_current"] = int(text("expected_current"))
    if typed["decided_by"]:
        body["decided_by"] = typed["decided_by"]
    if typed["paper_number"]:
        body["paper"] = {"number": typed["paper_number"], "date": typed["paper_date"] or None}
    return body


def _refusal(problem: ApiProblem) -> list[FormError]:
    if problem.code == "conference-open":
        return [FormError("while_open", "Hội nghị đang họp: hãy đánh dấu là vẫn chuyển")]
    return from_problem(problem, POINTERS)

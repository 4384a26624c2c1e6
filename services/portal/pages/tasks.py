"""Tasks by unit: what is due, mark as done, take it back, take it out as Excel."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, text
from services.portal.gate import account, calls, need
from services.portal.pages.conference import load
from services.portal.pages.downloads import passed_on

blueprint = Blueprint("tasks", __name__, url_prefix="/hoi-nghi/<key>/nhiem-vu")
FILTERS = {"q": "q", "don-vi": "unit", "trang-thai": "state"}
OVERDUE = "overdue"
CONFLICTS = (409, 412)


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    given = {name: request.args.get(name, "").strip() for name in FILTERS}
    if "don-vi" not in request.args:
        given["don-vi"] = account().unit or ""
    return _page(key, given, request.args.get("tiep", ""), [])


@blueprint.get("/tai-ve")
def download(key: str) -> ResponseReturnValue:
    """Pass the service's file on as it comes."""
    given = {name: request.args.get(name, "") for name in FILTERS}
    source = calls().planning.tasks_workbook(key, **_filters(given))
    return passed_on(source)


@blueprint.post("/<id>")
def mark(key: str, id: str) -> ResponseReturnValue:
    need("tasks:write")
    done = text("state") == "done"
    back = {name: text(name) for name in FILTERS if text(name)}
    cursor = text("tiep", 2000)
    try:
        calls().planning.set_task(key, id, "done" if done else "open", text("note"), text("etag"))
    except ApiProblem as refused:
        if refused.status not in CONFLICTS:
            raise
        given = {name: back.get(name, "") for name in FILTERS}
        return _page(key, given, cursor, [_conflict(key, id, refused)]), refused.status
    flash("Đã đánh dấu xong." if done else "Đã mở lại nhiệm vụ.")
    if cursor:
        back["tiep"] = cursor
    return redirect(url_for("tasks.show", key=key, **back, _anchor=f"viec-{id}"))  # type: ignore[arg-type]


def _page(key: str, given: dict[str, str], cursor: str, errors: list[FormError]) -> str:
    conference = load(key)
    listed = calls().planning.tasks(key, cursor=cursor, **_filters(given))
    return render_template(
        "tasks.html",
        conference=conference,
        listed=listed,
        groups=_by_unit(listed["items"]),
        units=calls().planning.unit_names(key),
        given=given,
        used={name: value for name, value in given.items() if value},
        cursor=cursor,
        errors=errors,
        section="tasks",
    )


def _filters(given: dict[str, str]) -> dict[str, str]:
    """The form's filters as the API's; overdue is not a state of its own there."""
    found = {FILTERS[name]: value for name, value in given.items() if name in FILTERS and value}
    if found.get("state") == OVERDUE:
        del found["state"]
        found["overdue"] = "true"
    return found


def _conflict(key: str, id: str, problem: ApiProblem) -> FormError:
    """Who was quicker, with a link to the task as it is now."""
    if problem.status != 412:
        return FormError(f"viec-{id}", problem.title)
    task = calls().planning.task(key, id)
    state = "đã xong" if task["state"] == "done" else "chưa xong"
    who = task["changed_by"] or "hệ thống"
    return FormError(
        f"viec-{id}", f"«{task['title']}» vừa được {who} đổi thành {state}. Hãy xem lại rồi làm tiếp"
    )


def _by_unit(tasks: list[Json]) -> list[Json]:
    groups: dict[str, list[Json]] = {}
    for task in tasks:
        groups.setdefault(task["unit_name"] or task["unit"], []).append(task)
    return [{"unit": unit, "tasks": found} for unit, found in groups.items()]

"""Tasks by unit: what is due, mark as done, take it back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import Json
from services.portal.forms import text
from services.portal.gate import account, calls, need
from services.portal.pages.conference import load

blueprint = Blueprint("tasks", __name__, url_prefix="/hoi-nghi/<key>/nhiem-vu")
FILTERS = {"don-vi": "unit", "trang-thai": "state"}
SHOWN = 300


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    conference = load(key)
    given = {name: request.args.get(name, "") for name in FILTERS}
    if "don-vi" not in request.args:
        given["don-vi"] = account().unit or ""
    listed = calls().tasks(key, **{FILTERS[name]: value for name, value in given.items()})
    return render_template(
        "tasks.html",
        conference=conference,
        groups=_by_unit(listed["items"][:SHOWN]),
        left_out=max(0, len(listed["items"]) - SHOWN),
        units=calls().units(key),
        given=given,
        section="tasks",
    )


@blueprint.post("/<id>")
def mark(key: str, id: str) -> ResponseReturnValue:
    need("tasks:write")
    done = text("state") == "done"
    calls().set_task(key, id, "done" if done else "open", text("note"))
    flash("Đã đánh dấu xong." if done else "Đã mở lại nhiệm vụ.")
    back = {name: text(name) for name in FILTERS if text(name)}
    return redirect(url_for("tasks.show", key=key, **back, _anchor=f"viec-{id}"))  # type: ignore[arg-type]


def _by_unit(tasks: list[Json]) -> list[Json]:
    groups: dict[str, list[Json]] = {}
    for task in tasks:
        groups.setdefault(task["unit_name"] or task["unit"], []).append(task)
    return [{"unit": unit, "tasks": found} for unit, found in groups.items()]

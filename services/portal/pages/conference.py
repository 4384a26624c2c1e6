"""One conference: facts, options, deadlines, programme, decisions; and the frame of all its pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from services.portal.clients import Json
from services.portal.formatting import clock_times
from services.portal.gate import calls

blueprint = Blueprint("conference", __name__)
UNITS_SHOWN = 60


@blueprint.get("/hoi-nghi/<key>")
def show(key: str) -> ResponseReturnValue:
    conference = load(key)
    return render_template(
        "conference.html",
        conference=conference,
        current=option_of(conference, conference["current_option"]),
        programme=clock_times(conference["programme"], conference["starts_at"]),
        deadlines=_by_unit(calls().tasks(key)["items"]),
        shown=UNITS_SHOWN,
        decisions=calls().decisions(key),
        section="conference",
    )


def load(key: str) -> Json:
    """The conference; its time zone holds for the whole page."""
    conference = calls().conference(key)
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


def _by_unit(tasks: list[Json]) -> list[dict[str, Any]]:
    """Deadlines grouped by unit, each group and the groups themselves by date."""
    groups: dict[str, list[Json]] = {}
    for task in sorted(tasks, key=lambda one: str(one["due_at"])):
        groups.setdefault(task["unit_name"] or task["unit"], []).append(task)
    return [{"unit": unit, "deadlines": found} for unit, found in groups.items()]

"""The first page: the conferences, and what needs me today."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from services.portal.clients import Calls, Json
from services.portal.formatting import local
from services.portal.gate import account, calls
from shared.clock import Clock

SOON = timedelta(days=3)
SHOWN = 8


def pages(clock: Clock) -> Blueprint:
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    def show() -> ResponseReturnValue:
        found = [_card(calls(), one, clock.now()) for one in calls().conferences()]
        g.zone = None
        return render_template("home.html", cards=found, shown=SHOWN)

    return blueprint


def _card(services: Calls, listed: Json, now: datetime) -> Json:
    """One conference with its options' names and the open tasks that are due soon."""
    conference = services.conference(listed["key"])
    g.zone = conference.get("timezone")
    options = {option["key"]: option for option in conference["options"]}
    tasks = services.tasks(listed["key"], state="open", unit=account().unit or "")["items"]
    due = [task for task in tasks if task["due_at"] and local(task["due_at"]) <= now + SOON]
    due.sort(key=lambda task: str(task["due_at"]))
    return {
        "conference": conference,
        "option": options.get(conference["current_option"]),
        "unsettled": conference["selected_revision"] != conference["current_revision"],
        "due": due,
        "late": sum(1 for task in due if task["overdue"]),
    }

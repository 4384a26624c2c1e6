"""The first page: the conferences, and what needs me today, asked of all services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import Calls, Json
from services.portal.clients.asking import Asking
from services.portal.formatting import local, number_vi
from services.portal.gate import account, calls
from services.portal.pages.first_steps import first_steps
from services.portal.words import SERVICES, Status
from shared.clock import Clock

SOON = timedelta(days=3)
LATELY = timedelta(hours=24)
SHOWN = 8
TESTS_SHOWN_BEFORE = timedelta(days=3)
BAD, WARN = Status("bad", "!", "Cần xử lý"), Status("warn", "!", "Chú ý")


def pages(clock: Clock) -> Blueprint:
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    def show() -> ResponseReturnValue:
        asking = Asking()
        listed = asking.try_for(calls().planning.conferences)
        found = [_card(calls(), asking, one, clock.now()) for one in listed or []]
        g.zone = None
        return render_template(
            "home.html",
            cards=[card for card in found if card],
            system=_of_the_system(calls(), asking),
            down=[SERVICES[name] for name in asking.down],
            known=listed is not None,
            shown=SHOWN,
        )

    return blueprint


def _card(services: Calls, asking: Asking, listed: Json, now: datetime) -> Json | None:
    """One conference: what is wrong with it, the tasks that are due, the reminders of the last day."""
    key = listed["key"]
    conference = asking.try_for(lambda: services.planning.conference(key))
    if conference is None:
        return None
    g.zone = conference.get("timezone")
    options = {option["key"]: option for option in conference["options"]}
    at_door = account().role == "door"  # others' tasks are nothing to the door
    due = {"items": [], "total": 0} if at_door else _due(services, asking, key, now)
    return {
        "conference": conference,
        "option": options.get(conference["current_option"]),
        "unsettled": conference["selected_revision"] != conference["current_revision"],
        "first": first_steps(services, asking, conference, account()),
        "attention": [] if at_door else _attention(services, asking, conference, now),
        "due": due["items"],
        "due_total": due["total"],
        "late": 0 if at_door else _late(services, asking, key),
        "reminders": {} if at_door else _reminded(services, asking, key, now),
        "tasks": conference["state"] != "closed" and not at_door,
    }


def _due(services: Calls, asking: Asking, key: str, now: datetime) -> Json:
    filters = {"state": "open", "order": "due", "limit": "50", "due_before": (now + SOON).isoformat()}
    unit = account().unit or ""
    found = asking.try_for(lambda: services.planning.tasks(key, unit=unit, **filters))
    return found or {"items": [], "total": 0}


def _late(services: Calls, asking: Asking, key: str) -> int:
    unit = account().unit or ""
    found = asking.try_for(lambda: services.planning.tasks(key, unit=unit, overdue="true", limit="1"))
    return int(found["total"]) if found else 0


def _reminded(services: Calls, asking: Asking, key: str, now: datetime) -> Json:
    """Reminders of open tasks since yesterday, by state."""
    unit = account().unit or ""
    found = asking.try_for(lambda: services.planning.reminders(key, unit=unit, open="true", limit="200"))
    fresh = [one for one in (found or {"items": []})["items"] if local(one["at"]) > now - LATELY]
    return {state: sum(1 for one in fresh if one["state"] == state) for state in ("sent", "missed")}


def _attention(services: Calls, asking: Asking, conference: Json, now: datetime) -> list[Json]:
    """What stands in the way, the worst first: a state, a text and where to go."""
    key = conference["key"]
    found = [_newer_plan(conference)]
    opening = asking.try_for(lambda: services.planning.opening(key))
    if opening and conference["state"] == "planned":
        found.append(_untested(conference, opening, now))
    for name in SERVICES:
        if name not in ("planning", "portal"):
            found.append(_failed_jobs(services, asking, name, key))
    return [one for one in found if one]


def _newer_plan(conference: Json) -> Json | None:
    current = conference["current_plan_version"]
    if current is None or current == conference["plan_version"] or conference["state"] == "closed":
        return None
    text = f"Kế hoạch phiên bản {conference['plan_version']} chưa áp dụng (đang theo phiên bản {current})"
    return _line(WARN, text, url_for("switch.choose", key=conference["key"]))


def _untested(conference: Json, opening: Json, now: datetime) -> Json | None:
    """Line tests that are missing, once the day is near."""
    start, count = conference["starts_at"], opening["untested_count"]
    if not count or not start or local(start) - now > TESTS_SHOWN_BEFORE:
        return None
    text = f"{number_vi(count)} điểm cầu chưa kiểm tra đường truyền đạt"
    return _line(WARN, text, url_for("board.show", key=conference["key"]))


def _failed_jobs(services: Calls, asking: Asking, name: str, key: str) -> Json | None:
    if not account().can("decide"):
        return None
    jobs = asking.try_for(lambda: services.api(name).items(f"/conferences/{key}/jobs", state="failed"))
    if not jobs:
        return None
    text = f"{number_vi(len(jobs))} việc nền bị lỗi: {SERVICES[name].lower()}"
    return _line(BAD, text, url_for("jobs.show"))


def _of_the_system(services: Calls, asking: Asking) -> list[Json]:
    """What is no conference's own: parked events."""
    if not account().can("decide"):
        return []
    found = []
    for name in SERVICES:
        if name == "portal":
            continue
        parked = asking.try_for(lambda name=name: services.api(name).get("/parked"))  # type: ignore[misc]
        if parked and parked["total"]:
            text = f"{number_vi(parked['total'])} thông điệp chưa xử lý được: {SERVICES[name].lower()}"
            found.append(_line(BAD, text, url_for("parked.show")))
    return found


def _line(status: Status, text: str, link: str) -> dict[str, Any]:
    return {"status": status, "text": text, "link": link}

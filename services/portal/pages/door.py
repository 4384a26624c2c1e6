"""The check-in table: scan or type a name, see at once what came of it, take the last one back."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import text
from services.portal.gate import calls, need
from services.portal.pages.conference import load
from services.portal.words import Status
from shared.clock import Clock

OUTCOMES = {
    "checked_in": Status("ok", "✓", "Đã điểm danh"),
    "duplicate": Status("info", "…", "Đã điểm danh từ trước"),
    "elsewhere": Status("warn", "→", "Mời sang điểm khác"),
    "withdrawn": Status("warn", "–", "Không có chỗ trong phương án hiện tại"),
    "undone": Status("warn", "!", "Lượt này đã bỏ điểm danh"),
    "closed": Status("warn", "–", "Hội nghị đã kết thúc"),
    "unknown": Status("bad", "✕", "Không nhận ra mã"),
    "error": Status("bad", "✕", "Chưa ghi được"),
}
FOUND = 12
SHORTEST_CODE = 20
LONGEST_WAIT = 7 * 24 * 3600


def pages(clock: Clock) -> Blueprint:
    blueprint = Blueprint("door", __name__, url_prefix="/hoi-nghi/<key>/diem-danh")

    @blueprint.before_request
    def check_right() -> None:
        need("door:write")

    @blueprint.get("")
    def show(key: str) -> ResponseReturnValue:
        if "diem" in request.args:
            session["door_site"] = {"conference": key, "site": request.args["diem"]}
        result = session.pop("door_result", None)
        wanted = request.args.get("q", "").strip()[:100]
        return _page(key, result, wanted)

    @blueprint.post("")
    def scan(key: str) -> ResponseReturnValue:
        return _scan(key, clock)

    @blueprint.post("/hoan-tac")
    def undo(key: str) -> ResponseReturnValue:
        return _undo(key)

    return blueprint


def _scan(key: str, clock: Clock) -> ResponseReturnValue:
    """A script sends `waited`: seconds since the scan, if the line was down meanwhile."""
    by_script = "X-Door" in request.headers
    item, wanted = _item(key, clock)
    if item is None:
        target = url_for("door.show", key=key) + ("?" + urlencode({"q": wanted}) if wanted else "")
        return {"go": target} if by_script else redirect(target)
    result = _check_in(key, item)
    if by_script:
        return render_template("door/_result.html", **_state(key, result))
    session["door_result"] = result
    return redirect(url_for("door.show", key=key))


def _undo(key: str) -> ResponseReturnValue:
    try:
        guest = calls().registration.undo_check_in(key, text("place"), text("reason") or "Điểm danh nhầm")
    except ApiProblem as problem:
        if problem.status not in (404, 409):
            raise
        session["door_result"] = {"outcome": "error", "message": problem.title}
    else:
        flash(f"Đã bỏ điểm danh của {guest['name']}.")
    return redirect(url_for("door.show", key=key))


def _item(key: str, clock: Clock) -> tuple[Json | None, str]:
    """The scan, or None and what was typed to look for by name."""
    typed, place = text("text", 200), text("place", 40)
    code = "".join(typed.split())
    if not place and not (code.isdigit() and len(code) >= SHORTEST_CODE):
        return None, typed
    item: Json = {"id": text("once", 40) or str(uuid.uuid4()), "site": _site(key)}
    waited = text("waited", 10)
    if waited.isdigit() and int(waited) > 1:
        item["at"] = (clock.now() - timedelta(seconds=min(int(waited), LONGEST_WAIT))).isoformat()
    return item | ({"place": place} if place else {"code": code[:100]}), ""


def _check_in(key: str, item: Json) -> Json:
    try:
        return calls().registration.check_in(key, item)
    except ApiProblem as problem:
        if problem.status not in (400, 409, 422):
            raise
        return {"outcome": "error", "message": problem.title}


def _site(key: str) -> str:
    """The door that this browser stands at; "" for no site in particular."""
    kept = session.get("door_site") or {}
    return str(kept.get("site", "")) if kept.get("conference") == key else ""


def _state(key: str, result: Json | None) -> dict[str, Any]:
    conference, site = load(key), _site(key)
    return {
        "conference": conference,
        "result": result,
        "outcomes": OUTCOMES,
        "present": calls().registration.present(key, site),
        "site": site,
    }


def _page(key: str, result: Json | None, wanted: str) -> str:
    state = _state(key, result)
    found = _found(key, wanted, state["site"]) if wanted else []
    sites = calls().registration.headcounts(key)["items"]
    return render_template(
        "door/show.html",
        **state,
        sites=[(one["site"], one["site_name"]) for one in sites],
        q=wanted,
        found=found,
        most=FOUND,
        section="door",
    )


def _found(key: str, wanted: str, site: str) -> list[Json]:
    """Those of this door before others, and who is still to come before who came."""
    ask, most = calls().registration.delegates, str(FOUND)
    here = ask(key, q=wanted, site=site, limit=most)["items"] if site else []
    known = {one["id"] for one in here}
    others = [one for one in ask(key, q=wanted, limit=most)["items"] if one["id"] not in known]
    return sorted([*here, *others], key=lambda one: bool(one["checked_in_at"]))[:FOUND]

"""The board of bridge points: line tests and headcounts, kept fresh."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Calls, Json, ServiceDown
from services.portal.gate import account, calls
from services.portal.pages.conference import load, option_of
from services.portal.words import LINE_TESTS

blueprint = Blueprint("board", __name__)
KIND_ORDER = {"hub": 0, "hall": 0, "bridge": 1}


@blueprint.get("/hoi-nghi/<key>/diem-cau")
def show(key: str) -> ResponseReturnValue:
    conference = load(key)
    board = calls().venue.board(key)
    counts = _headcounts(calls(), key)
    sites = sorted(board["items"], key=lambda site: KIND_ORDER.get(site["kind"], 1))
    wanted, state = request.args.get("q", "").strip(), request.args.get("trang-thai", "")
    page = "_board.html" if request.headers.get("HX-Request") else "board.html"
    return render_template(
        page,
        conference=conference,
        current=option_of(conference, conference["current_option"]),
        sites=[_with_counts(site, counts) for site in sites if _matches(site, wanted, state)],
        attention=_attention(sites),
        late=board["counts"]["late"],
        mine=[site for site in sites if account().unit and site["unit"] == account().unit],
        total=len(sites),
        chips=_chips(sites),
        names_known=counts is not None,
        q=wanted,
        state=state,
        section="board",
    )


def _attention(sites: list[Json]) -> list[Json]:
    """What failed, then what should have been tested by now."""
    failed = [site for site in sites if site["line_test"] == "failed"]
    return failed + [site for site in sites if site["late"] and site["line_test"] == "not_tested"]


def _headcounts(services: Calls, key: str) -> dict[str, Json] | None:
    """By site key; None when registration is down or the role may not see it: the board still works."""
    try:
        return {item["site"]: item for item in services.registration.headcounts(key)["items"]}
    except (ServiceDown, ApiProblem):
        return None


def _with_counts(site: Json, counts: dict[str, Json] | None) -> Json:
    return {**site, "counts": (counts or {}).get(site["key"])}


def _matches(site: Json, wanted: str, state: str) -> bool:
    return wanted.casefold() in site["name"].casefold() and state in ("", site["line_test"])


def _chips(sites: list[Json]) -> list[dict[str, Any]]:
    """How many sites per state; states that no site can have here are left out."""
    found = [{"key": key, "status": status, "count": 0} for key, status in LINE_TESTS.items()]
    for chip in found:
        chip["count"] = sum(1 for site in sites if site["line_test"] == chip["key"])
    if any(site["line_test"] != "not_required" for site in sites):
        return [chip for chip in found if chip["key"] != "not_required" or chip["count"]]
    return [chip for chip in found if chip["count"]]

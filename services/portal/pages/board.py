"""The board of bridge points: lines, who is expected, who came; followed live, polled, or reloaded."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.board.boards import Boards
from services.portal.board.events import why
from services.portal.board.model import STATES, Wanted, view_of
from services.portal.gate import account, need
from services.portal.pages.conference import load, option_of

blueprint = Blueprint("board", __name__)
BUSY = 60
"""Seconds after which a viewer that found no seat tries again; it polls meanwhile."""
FOLLOWED = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}


@blueprint.get("/hoi-nghi/<key>/diem-cau")
def show(key: str) -> ResponseReturnValue:
    return _page("_board.html" if request.headers.get("HX-Request") else "board.html", key)


@blueprint.get("/hoi-nghi/<key>/man-hinh")
def screen(key: str) -> ResponseReturnValue:
    """The same for a big screen that hangs in the room: tiles in fixed places."""
    return _page("_screen.html" if request.headers.get("HX-Request") else "screen.html", key)


@blueprint.get("/hoi-nghi/<key>/diem-cau.json")
def poll(key: str) -> ResponseReturnValue:
    """The live figures once, for who cannot follow them."""
    need("plan:read")
    board = _boards().of(key)
    latest = board.recent()
    body = b'{"state":%b,"beat":%b}' % (board.told(latest, _wanted()), latest.beat)
    return Response(body, content_type="application/json")


@blueprint.get("/truc-tiep/<key>")
def follow(key: str) -> ResponseReturnValue:
    """Server-sent events, for as many viewers as there are seats; 503 for the others."""
    need("plan:read")
    seat = _boards().take_seat(key)
    if seat is None:
        return Response(status=503, headers={"Retry-After": str(BUSY)})
    board, leave = seat
    response = Response(board.follow(_wanted()), content_type="text/event-stream", headers=FOLLOWED)
    response.call_on_close(leave)
    return response


def _page(template: str, key: str) -> str:
    need("plan:read")
    conference = load(key)
    board = _boards().of(key)
    # A filter that is typed asks at each letter: what was read a moment ago is good enough for it.
    latest = board.recent() if request.headers.get("HX-Request") else board.latest()
    view = view_of(latest.reading, _wanted())
    return render_template(
        template,
        conference=conference,
        current=option_of(conference, conference["current_option"]),
        view=view,
        age=latest.age,
        query=_query(view.wanted),
        page_of=lambda number: url_for("board.show", key=key, **_query(view.wanted) | {"trang": number}),
        why=lambda site: why(site, view.reading.zone),
        section="board",
    )


def _wanted() -> Wanted:
    asked, state, page = request.args, request.args.get("trang-thai", ""), request.args.get("trang", "")
    return Wanted(
        area=asked.get("khu-vuc", "")[:80],
        text=asked.get("q", "").strip().casefold()[:80],
        state=state if state in STATES else "",
        page=int(page) if page.isdecimal() and len(page) < 6 else 1,
        unit=account().unit or "",
    )


def _query(wanted: Wanted) -> dict[str, Any]:
    """The part of the address that says what is looked at."""
    page = str(wanted.page) if wanted.page > 1 else ""
    asked = {"khu-vuc": wanted.area, "q": wanted.text, "trang-thai": wanted.state, "trang": page}
    return {name: value for name, value in asked.items() if value}


def _boards() -> Boards:
    return cast(Boards, current_app.extensions["boards"])

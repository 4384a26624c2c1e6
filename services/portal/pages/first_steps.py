"""What somebody's role does first in a conference: the block on top of its card on the first page."""

from __future__ import annotations

from typing import Any

from flask import url_for

from services.portal.clients import Calls, Json
from services.portal.clients.asking import Asking
from services.portal.formatting import moment_vi, number_vi
from services.portal.model import Account
from services.portal.pages import papers
from services.portal.pages.documents import HOLDS, title_of
from services.portal.words import LINE_TESTS, Status

DRAFTS_SHOWN = 8
DRAFT = Status("info", "…", "Bản thảo")
OUTDATED = Status("warn", "!", "Cần sửa lại")
HELD = Status("none", "–", "Phải chờ")
TO_ISSUE = Status("info", "○", "Chưa phát hành")
TO_REPLACE = Status("warn", "⟳", "Cần thay thế")
NOTHING = Status("ok", "✓", "Đã xong")
REPORTED, UNREPORTED = Status("ok", "✓", "Đã báo"), Status("none", "○", "Chưa báo")


def first_steps(services: Calls, asking: Asking, conference: Json, who: Account) -> Json | None:
    """A title, lines (state, text, link, what else to know) and, for the door, a button; None: no block."""
    key = conference["key"]
    if who.role == "door":
        button = {"text": "Điểm danh", "link": url_for("door.show", key=key)}
        return {"title": "Đón tiếp đại biểu", "lines": [], "button": button}
    if conference["state"] == "closed":
        return None
    if who.role == "clerk":
        return _of_the_clerk(services, asking, key)
    if who.unit:
        lines = _of_the_unit(services, asking, key, who.unit)
        return {"title": "Việc của đơn vị", "lines": lines} if lines else None
    return None


def _of_the_clerk(services: Calls, asking: Asking, key: str) -> Json | None:
    """Drafts that wait for their number."""
    listed = asking.try_for(lambda: services.documents.required(key))
    if listed is None:
        return None
    every = [one for item in listed["items"] for one in item["documents"]]
    drafts = [one for one in every if one["status"] == "draft" and one["numbered"]]
    lines = [_draft(key, one) for one in drafts[:DRAFTS_SHOWN]]
    found: Json = {"title": f"Bản thảo chờ ban hành ({number_vi(len(drafts))})", "lines": lines}
    if len(drafts) > DRAFTS_SHOWN:
        link = url_for("documents.show", key=key, **{"trang-thai": "draft"})  # type: ignore[arg-type]
        found["more"] = {"text": f"Xem cả {number_vi(len(drafts))} bản thảo", "link": link}
    return found if drafts else {**found, "nothing": "Không có bản thảo nào chờ ban hành."}


def _draft(key: str, one: Json) -> dict[str, Any]:
    state = OUTDATED if one["outdated"] else HELD if one["holds"] else DRAFT
    held = HOLDS.get(one["holds"] or "", "")
    return _line(state, title_of(one), url_for("documents.detail", key=key, id=one["id"]), held)


def _of_the_unit(services: Calls, asking: Asking, key: str, unit: str) -> list[dict[str, Any]]:
    """Its site, paper, invitations and headcount, as far as the plan asks for them."""
    board = asking.try_for(lambda: services.venue.board(key)) or {"items": []}
    counts = asking.try_for(lambda: services.registration.headcounts(key)) or {"items": []}
    own = [site for site in board["items"] if site["unit"] == unit]
    reporting = [one for one in counts["items"] if one["unit"] == unit]
    asked = (_paper(services, asking, key, unit), _invitations(services, asking, key))
    found = [_site(key, site) for site in own] + [one for one in asked if one]
    return found + [_headcount(key, one) for one in reporting]


def _site(key: str, site: Json) -> dict[str, Any]:
    due = f"hạn thử {moment_vi(site['due_at'])}" if site["due_at"] else ""
    return _line(
        LINE_TESTS[site["line_test"]],
        f"Điểm cầu: {site['name']}",
        url_for("sites.show", key=key, site=site["key"]),
        f"quá {due}" if due and site["late"] else due,
    )


def _paper(services: Calls, asking: Asking, key: str, unit: str) -> dict[str, Any] | None:
    paper = asking.try_for(lambda: services.documents.paper(key, unit))
    if paper is None or not (paper["asked"] or paper["version"]):
        return None
    due = f"hạn gửi {moment_vi(paper['due'])}" if paper["due"] else ""
    state = papers.STATES.get(paper["state"], papers.UNASKED)
    return _line(state, "Tham luận", url_for("papers.unit", key=key, unit=unit), due)


def _invitations(services: Calls, asking: Asking, key: str) -> dict[str, Any] | None:
    listed = asking.try_for(lambda: services.registration.invitations(key, limit="1"))
    if listed is None or not listed["revision"]:
        return None
    routes = {name: int(one["routes"]) for name, one in listed["counts"].items()}
    changed = routes["to_replace"] + routes["to_withdraw"]
    waiting, issued = routes["to_issue"] + changed, routes["issued"]
    if not waiting and not issued:
        return None
    state = TO_REPLACE if changed else TO_ISSUE if waiting else NOTHING
    said = f"{number_vi(waiting)} giấy chờ xử lý" if waiting else f"{number_vi(issued)} giấy đã phát hành"
    return _line(state, "Giấy mời", url_for("invitations.show", key=key), said)


def _headcount(key: str, one: Json) -> dict[str, Any]:
    reported = one["reported"] is not None
    said = f"{number_vi(one['expected'])} người dự kiến theo danh sách"
    state = REPORTED if reported else UNREPORTED
    return _line(state, "Báo số lượng đại biểu", url_for("headcounts.show", key=key), said)


def _line(status: Status, text: str, link: str, said: str = "") -> dict[str, Any]:
    return {"status": status, "text": text, "link": link, "said": said}

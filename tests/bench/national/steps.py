"""The steps that are measured, in the order of a conference's life."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, nullcontext
from typing import Any

from tests.bench.national.guest import answering
from tests.bench.national.meter import Figures, Meter
from tests.bench.national.system import KEY

PLANNING = f"planning/v1/conferences/{KEY}"
REGISTRATION = f"registration/v1/conferences/{KEY}"
SITE = "t01-h01-x01"
LARGEST_WORKBOOK = 200_000  # delegates: a workbook takes some 90 µs a row, and nobody opens one of millions
PAGES = {
    "home": "/",
    "conference": "",
    "switch": "/phuong-an",
    "preview": "/phuong-an/{preview}",
    "board": "/diem-cau",
    "delegates": "/dai-bieu",
    "headcounts": "/dai-bieu/so-luong",
    "invitations": "/giay-moi",
    "documents": "/van-ban",
    "papers": "/tham-luan",
    "awards": "/khen-thuong",
    "tasks": "/nhiem-vu",
    "door": "/diem-danh",
}


def measure(meter: Meter) -> None:
    for part in (load, switches, lists, exports, pages):
        part(meter)


def load(meter: Meter) -> None:
    system = meter.system
    with meter.step("plan posted"):
        system.api.post_plan(system.folder / "plan.json")
    with meter.step("plan known to all"):
        system.wait_until_told("diemcau.planning.conference.planned.v1")
    with meter.step("delegates imported") as figures:
        figures |= system.api.import_delegates(KEY, system.folder / "delegates.csv")
    with meter.step("events published"):
        system.wait_until_quiet()


def switches(meter: Meter) -> None:
    """Into the first option, to the other and back; every preview is of nearly everybody. A guest answers
    meanwhile, once there is something to answer."""
    http = meter.system.http
    for name, option in (("first", "online"), ("there", "in_person"), ("back", "online")):
        guest = answering(meter.system) if name != "first" else nullcontext([])
        with guest as answers, meter.step(f"{name}: all prepared") as figures:
            number = http.post(f"{PLANNING}/revisions", json={"option": option}).json()["revision"]
            _follow(meter, number, "prepared", figures)
            figures |= {"answers": len(answers), "longest_answer": round(max(answers, default=0.0), 3)}
        with meter.step(f"{name}: all settled") as figures:
            order = {"revision": number, "reason": "Đo thời gian chuyển"}
            http.post(f"{PLANNING}/decisions", json=order).raise_for_status()
            _follow(meter, number, "settled", figures)
        meter.system.wait_until_quiet()


def lists(meter: Meter) -> None:
    get = _getter(meter)
    meter.repeat("page of a site", 20, lambda: get(f"{REGISTRATION}/delegates?site={SITE}&limit=50"))
    meter.repeat("first page of all", 5, lambda: get(f"{REGISTRATION}/delegates?limit=50"))
    meter.repeat("search by fragment", 5, lambda: get(f"{REGISTRATION}/delegates?q=thanh+huo&limit=50"))
    meter.repeat("headcount of all sites", 3, lambda: get(f"{REGISTRATION}/headcounts"))
    meter.repeat("changes by group and site", 3, lambda: get(f"{REGISTRATION}/revisions/2/changes"))
    meter.repeat("tasks, a page", 5, lambda: get(f"{PLANNING}/tasks?limit=50"))
    meter.repeat("conference", 5, lambda: get(PLANNING))


def exports(meter: Meter) -> None:
    size = meter.steps["delegates imported"]["rows"]
    with meter.step("NDJSON of all") as figures:
        figures["bytes"] = _stream(meter, f"{REGISTRATION}/delegates.ndjson")
    for kind in ("csv", "xlsx") if size <= LARGEST_WORKBOOK else ():
        with meter.step(f"{kind.upper()} of all") as figures:
            figures["bytes"] = _stream(meter, f"{REGISTRATION}/delegates.{kind}")


def pages(meter: Meter) -> None:
    """The portal's pages as an organiser sees them, with a preview of the other option open."""
    number = meter.system.http.post(f"{PLANNING}/revisions", json={"option": "in_person"}).json()["revision"]
    _follow(meter, number, "prepared", {})
    with closing(meter.system.visitor()) as visitor:
        for name, path in PAGES.items():
            place = path if path == "/" else f"/hoi-nghi/{KEY}{path}".format(preview=number)
            with meter.step(f"page: {name}") as figures:
                answer = visitor.get(place)
                answer.raise_for_status()
                figures["bytes"] = len(answer.content)


def _follow(meter: Meter, number: int, goal: str, figures: Figures) -> None:
    """Until all services have reached `goal`; notes what they counted."""
    found: dict[str, Any] = {}

    def reached() -> bool:
        found.update(meter.system.http.get(f"{PLANNING}/revisions/{number}").json())
        return bool(found[goal] == len(found["participants"]) or found["state"] == "failed")

    meter.system.wait(reached)
    assert found["state"] != "failed", found["problem"]
    figures["counts"] = {name: part["counts"] for name, part in found["services"].items()}


def _getter(meter: Meter) -> Callable[[str], None]:
    def get(path: str) -> None:
        meter.system.http.get(path).raise_for_status()

    return get


def _stream(meter: Meter, path: str) -> int:
    with meter.system.http.stream("GET", path) as answer:
        answer.raise_for_status()
        return sum(len(part) for part in answer.iter_bytes())

"""Headcounts that sites report beside the computed ones, and sites as people set them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.integration.registration.test_answers import emitted, problem


def report(desk: Any, site: str, count: Any, *, unit: str | None = None, note: str = "") -> Any:
    path = desk.of(f"headcounts/{site}:report")
    return desk.call("POST", path, json={"count": count, "note": note}, unit=unit)


def test_report_stands_beside_the_computed_figures(small: Any) -> None:
    small.adopt("online")
    places = [small.name("huyen", "vinh", f"Nguyễn Văn {n}") for n in range(3)]
    small.answer(small.link(places[0]["id"]), "declined")
    made = report(small, "vinh", 5, unit="vinh", note="Thêm ba người của phường")
    assert made.status_code == 201, made.text
    line = small.headcounts()["vinh"]
    assert (line["expected"], line["reported"], line["difference"]) == (2, 5, 3)
    assert (line["note"], line["reported_by"]) == ("Thêm ba người của phường", "contact-vinh")
    assert small.headcounts()["hub"]["reported"] is None
    assert emitted(small)["reported"] == 1


def test_later_report_keeps_the_earlier_one(small: Any) -> None:
    small.adopt("online")
    report(small, "vinh", 5)
    small.name("huyen", "vinh", "Nguyễn Văn An")
    report(small, "vinh", 1)
    assert (small.headcounts()["vinh"]["reported"], small.headcounts()["vinh"]["difference"]) == (1, 0)
    past = small.get(small.of("headcounts/vinh/reports"))["items"]
    assert [(one["reported"], one["computed"]["expected"]) for one in past] == [(1, 1), (5, 0)]


def test_report_is_for_its_site_and_start(small: Any) -> None:
    small.adopt("online")
    report(small, "vinh", 5)
    small.adopt("in_person")
    assert [line["reported"] for line in small.headcounts().values()] == [None]
    small.adopt("online")
    assert small.headcounts()["vinh"]["reported"] == 5
    small.plan(starts_at=datetime.fromisoformat("2021-06-30T08:00"))
    small.adopt("online")
    assert small.headcounts()["vinh"]["reported"] is None


def test_contact_reports_for_their_own_site_only(small: Any) -> None:
    assert problem(report(small, "vinh", 5)) == (409, "not-decided")
    small.adopt("online")
    assert problem(report(small, "dien-chau", 5, unit="vinh")) == (404, "unknown-site")
    assert problem(report(small, "hub", 5, unit="vinh")) == (404, "unknown-site")
    assert problem(report(small, "khong-co", 5)) == (404, "unknown-site")
    for bad in (-1, 1.5, "5", None, 2_000_000):
        assert report(small, "vinh", bad).status_code == 422, bad
    small.close()
    assert problem(report(small, "vinh", 5)) == (409, "conference-closed")
    assert small.headcounts()["vinh"]["reported"] is None


def test_nothing_is_reported_while_the_start_is_open(small: Any) -> None:
    small.plan(starts_at=None)
    small.adopt("online")
    assert problem(report(small, "vinh", 5)) == (409, "start-not-fixed")
    assert small.headcounts()["vinh"]["reported"] is None


def test_contact_reads_notes_and_reports_of_their_own_site_only(small: Any) -> None:
    small.adopt("online")
    for site in ("vinh", "dien-chau"):
        assert report(small, site, 5, note="Thêm ba người của phường").status_code == 201
    listed = small.get(small.of("headcounts"), unit="vinh")["items"]
    seen = {item["site"]: (item["reported"], item["note"], item["reported_by"]) for item in listed}
    assert seen["dien-chau"] == (5, None, None)
    assert seen["vinh"][1:] == ("Thêm ba người của phường", "Dòng lệnh")
    assert len(small.get(small.of("headcounts/vinh/reports"), unit="vinh")["items"]) == 1
    other = small.call("GET", small.of("headcounts/dien-chau/reports"), unit="vinh")
    assert problem(other) == (404, "unknown-site")


def test_changed_site_shows_everywhere_and_limits_answers(small: Any) -> None:
    small.adopt("online")
    preview = small.propose("online")
    tokens = [small.link(small.name("lanh-dao", None, f"Nguyễn Văn {n}")["id"]) for n in range(2)]
    small.change_site("hub", room="Phòng họp lớn", capacity=1)
    shown = small.get(f"rsvp/{tokens[0]}")
    assert (shown["room"], shown["address"]) == ("Phòng họp lớn", "Vinh")
    assert small.headcounts()["hub"]["capacity"] == small.headcounts(preview)["hub"]["capacity"] == 1
    assert small.answer(tokens[0], "accepted").status_code == 200
    assert small.answer(tokens[1], "accepted").status_code == 202
    small.select(preview, "online")
    assert small.answer(tokens[1], "accepted", "Vẫn chờ").json["waiting"] == {"position": 1, "of": 1}
    small.change_site("hub")
    assert small.get(f"rsvp/{tokens[1]}")["answer"] == "accepted"
    assert (small.headcounts()["hub"]["capacity"], small.get(f"rsvp/{tokens[0]}")["room"]) == (3, "Tầng 3")


def test_site_may_be_changed_before_any_layout_has_it(small: Any) -> None:
    small.change_site("hall", capacity=1, address="Nhà văn hóa")
    small.adopt("in_person")
    assert small.headcounts()["hall"]["capacity"] == 1
    token = small.link(small.name("lanh-dao", None, "Nguyễn Văn An")["id"])
    assert small.get(f"rsvp/{token}")["address"] == "Nhà văn hóa"

"""Placement and its counts through switches there and back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any


def test_first_preview_adds_every_place_and_changes_nothing(reference: Any) -> None:
    number = reference.propose("online")
    assert reference.counts(number) == {
        "places": 516,
        "places_added": 516,
        "places_moved": 0,
        "places_withdrawn": 0,
        "named": 0,
        "named_added": 0,
        "named_moved": 0,
        "named_withdrawn": 0,
    }
    assert reference.headcounts() == {}


def test_switch_to_the_hall_counts_places_and_persons(reference: Any, reference_list: bytes) -> None:
    reference.adopt("online")
    report = reference.upload(reference_list)
    assert report.status_code == 200, report.text
    assert report.json["created"] == report.json["rows"] == 442
    counts = reference.counts(reference.propose("in_person"))
    assert {name: counts[name] for name in counts if name.startswith("places")} == {
        "places": 106,
        "places_moved": 96,
        "places_added": 10,
        "places_withdrawn": 420,
    }
    told = counts["named_added"] + counts["named_moved"] + counts["named_withdrawn"]
    assert told == len(reference.delegates()) == 442
    assert counts["named"] == counts["named_moved"] + counts["named_added"]


def test_changes_add_up_to_the_counts(reference: Any, reference_list: bytes) -> None:
    reference.upload(reference_list)
    reference.adopt("online")
    number = reference.propose("in_person")
    counts = reference.counts(number)
    changes = reference.get(reference.of(f"revisions/{number}/changes"))
    items, groups = changes["items"], changes["groups"]
    for name in counts:
        if name not in ("places", "named"):
            assert sum(item[name] for item in items) == counts[name], name
            assert sum(group[name] for group in groups) == counts[name], name
    [moved] = [line for line in groups if line["group"] == "btt-mttq-huyen"]
    assert (moved["units"], moved["from_sites"], moved["sites"], moved["site_name"]) == (
        21, 21, 1, "Hội trường tầng 3",
    )  # fmt: skip
    board = [item for item in items if item["group"] == "btt-mttq-huyen"]
    assert len(board) == 21
    assert {item["site"] for item in board} == {"hall"}
    assert {(item["places_moved"], item["places_withdrawn"]) for item in board} == {(2, 1)}


def test_there_and_back_is_the_identity(reference: Any, reference_list: bytes) -> None:
    reference.upload(reference_list)
    reference.adopt("online")
    before = reference.delegates()
    token = reference.link(before[0]["id"])
    assert reference.answer(token, "accepted").status_code == 200
    before, heads = reference.delegates(), reference.headcounts()
    reference.adopt("in_person")
    assert {item["answer"] for item in reference.delegates()} == {None}
    reference.adopt("online")
    assert reference.delegates() == before
    assert reference.headcounts() == heads
    assert sum(head["accepted"] for head in heads.values()) == 1


def test_another_start_asks_again(small: Any) -> None:
    small.adopt("online")
    place = small.name("lanh-dao", None, "Nguyễn Văn An")
    small.answer(small.link(place["id"]), "accepted")
    small.plan(starts_at=datetime.fromisoformat("2021-06-30T08:00"))
    assert small.delegates()[0]["answer"] == "accepted"
    small.adopt("online")
    assert small.delegates()[0]["answer"] is None
    assert small.taken() == {(2, "hub"): 0, (2, "vinh"): 0, (2, "dien-chau"): 0}
    small.plan(starts_at=datetime.fromisoformat("2021-06-29T08:00"))
    small.adopt("online")
    assert small.delegates()[0]["answer"] == "accepted"


def test_person_with_two_places_counts_once_at_the_higher_rank(small: Any) -> None:
    small.adopt("online")
    local = small.name("huyen", "vinh", "Trần Thị Bình", phone="0900000678")
    assert (local["status"], local["special"]) == ("placed", False)
    high = small.name("bao-chi", None, "Trần Thị Bình", phone="+84 900 000 678")
    assert high["person"] == local["person"]
    status = {item["group"]: (item["status"], item["site"]) for item in small.delegates()}
    assert status == {"huyen": ("placed", "vinh"), "bao-chi": ("elsewhere", None)}
    assert sum(head["named"] for head in small.headcounts().values()) == 1
    small.adopt("in_person")
    status = {item["group"]: (item["status"], item["site"]) for item in small.delegates()}
    assert status == {"huyen": ("placed", "hall"), "bao-chi": ("withdrawn", None)}


def test_equal_ranks_follow_the_order_of_the_plan(small: Any) -> None:
    small.adopt("online")
    small.name("huyen", "vinh", "Trần Thị Bình", phone="0900000678")
    small.name("lanh-dao", None, "Trần Thị Bình", phone="0900000678")
    status = {item["group"]: item["status"] for item in small.delegates()}
    assert status == {"lanh-dao": "placed", "huyen": "elsewhere"}


def test_override_holds_while_its_site_exists(small: Any) -> None:
    small.adopt("online")
    place = small.name("huyen", "vinh", "Lê Văn Cường")
    path = f"delegates/{place['id']}/override"
    moved = small.call("PUT", path, json={"option": "online", "site": "dien-chau"})
    assert (moved.json["site"], moved.json["status"]) == ("dien-chau", "placed")
    assert small.headcounts()["dien-chau"]["named"] == 1
    assert [item["id"] for item in small.delegates(site="dien-chau")] == [place["id"]]
    assert small.delegates(site="vinh") == []
    small.adopt("in_person")
    assert small.delegates()[0]["site"] == "hall"
    small.adopt("online")
    assert small.delegates()[0]["site"] == "dien-chau"
    small.tree["units"] = [unit for unit in small.tree["units"] if unit["key"] != "dien-chau"]
    small.plan()
    small.adopt("online")
    assert small.delegates()[0]["site"] == "vinh"
    assert small.call("PUT", path, json={"option": "online", "site": "nowhere"}).status_code == 422


def test_settle_counts_again_when_somebody_was_named_in_between(small: Any) -> None:
    small.adopt("online")
    number = small.propose("in_person")
    assert small.counts(number)["named"] == 0
    small.name("lanh-dao", None, "Nguyễn Văn An")
    small.select(number, "in_person")
    counts = small.counts(number)
    assert (counts["named"], counts["named_moved"]) == (1, 1)


def test_headcount_of_a_preview(small: Any) -> None:
    small.adopt("online")
    for name in ("An", "Bình", "Cường", "Dung"):
        small.name("lanh-dao", None, f"Nguyễn {name}")
    number = small.propose("in_person")
    hub = small.headcounts()["hub"]
    shown = ("site_name", "seats", "capacity", "named", "accepted", "declined", "unanswered")
    assert {name: hub[name] for name in shown} == {
        "site_name": "Điểm cầu tỉnh",
        "seats": 6,
        "capacity": 3,
        "named": 4,
        "accepted": 0,
        "declined": 0,
        "unanswered": 4,
    }
    assert small.headcounts(number)["hall"]["named"] == 3


def test_placements_by_change(small: Any) -> None:
    small.adopt("online")
    for name in ("An", "Bình", "Cường", "Dung"):
        small.name("lanh-dao", None, f"Nguyễn {name}")
    small.name("huyen", "vinh", "Trần Em")
    number = small.propose("in_person")

    def read(**query: Any) -> list[tuple[str, Any, Any]]:
        answer = small.call("GET", small.of("placements"), query_string={"revision": number, **query})
        lines = [json.loads(line) for line in answer.text.splitlines()]
        return [(line["name"], line["from_site"], line["site"]) for line in lines]

    assert read(change="withdrawn") == [("Nguyễn Dung", "hub", None)]
    assert sorted(read(change="moved", group="huyen")) == [("Trần Em", "vinh", "hall")]
    assert len(read()) == 4
    assert read(change="added") == []
    assert read(unit="dien-chau") == []


def test_unknown_conference_and_revision(small: Any) -> None:
    for path in ("conferences/none/delegates", "conferences/%00/headcounts", small.of("revisions/9/changes")):
        assert small.call("GET", path).status_code == 404, path
    huge = small.of(f"revisions/{2**40}/changes")
    assert small.call("GET", huge).status_code == 404

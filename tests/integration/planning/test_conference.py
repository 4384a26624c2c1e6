"""Amending a conference, its programme with times, plan versions, what is told of papers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.bus.tables import outbox
from tests.house import House
from tests.integration.planning.conftest import BASE, Stage, amended, decided


@pytest.fixture
def house(stage: Stage) -> House:
    made = stage.at("2021-06-24T09:00")
    made.post_plan()
    made.pump()
    return made


def errors(house: House, changes: dict[str, Any]) -> dict[str, str]:
    answer = amended(house, changes)
    assert answer.status_code == 422, answer.text
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


def test_programme_has_its_times(house: House) -> None:
    found = house.get(f"{BASE}/programme")
    assert (found["provisional"], found["minutes"]) == (False, 185)
    times = [(one["starts_at"], one["ends_at"], one["after"]) for one in found["items"]]
    assert times[0] == ("2021-06-29T08:00:00+07:00", "2021-06-29T08:15:00+07:00", 0)
    assert times[3] == ("2021-06-29T08:55:00+07:00", "2021-06-29T09:55:00+07:00", 55)


def test_unit_names_are_those_of_the_units(house: House) -> None:
    units = house.get(f"{BASE}/units")["items"]
    named = house.get(f"{BASE}/unit-names")["items"]
    assert named == [{"key": unit["key"], "name": unit["name"]} for unit in units]


def test_programme_is_relative_while_the_start_is_open(house: House) -> None:
    amended(house, {"starts_at": None, "ends_at": None})
    found = house.get(f"{BASE}/programme")
    assert found["provisional"]
    assert found["starts_at"] is None
    assert [(one["starts_at"], one["after"]) for one in found["items"]][:3] == [
        (None, 0),
        (None, 15),
        (None, 25),
    ]


def test_programme_is_amended_and_old_version_stays(house: House) -> None:
    points = [{"minutes": 20, "title": "Khai mạc"}, {"minutes": 40, "title": "Thảo luận"}]
    assert amended(house, {"programme": points}).json()["version"] == 2
    new = house.get(f"{BASE}/programme")
    assert [(one["order"], one["title"]) for one in new["items"]] == [(1, "Khai mạc"), (2, "Thảo luận")]
    assert len(house.get(f"{BASE}/programme?version=1")["items"]) == 7
    assert len(house.get(f"{BASE}/plan?version=1")["programme"]) == 7
    assert len(house.get(f"{BASE}/plan")["programme"]) == 2


def test_unknown_plan_version_is_not_found(house: House) -> None:
    answer = house.http.get(f"{BASE}/plan?version=7")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:diemcau:unknown-plan-version")


def test_mistakes_point_into_the_posted_body(house: House) -> None:
    assert errors(house, {"title": " ", "starts_at": "29/06/2021"}) == {
        "/title": "blank",
        "/starts_at": "invalid-value",
    }
    points = [{"minutes": 5, "title": "A"}, {"minutes": -1, "title": "B"}, {"minutes": "x", "titel": "C"}]
    assert errors(house, {"programme": points}) == {
        "/programme/1/minutes": "too-small",
        "/programme/2/minutes": "wrong-type",
        "/programme/2/title": "missing-key",
        "/programme/2/titel": "unknown-key",
    }
    assert errors(house, {"window": {"from": "2021-06-28"}}) == {"/window/to": "missing-key"}
    assert house.conference()["plan_version"] == 1


def test_the_times_that_were_read_are_taken_back_as_they_are(house: House) -> None:
    read = house.conference()
    same = {name: read[name] for name in ("starts_at", "ends_at")}
    assert amended(house, same).json() == {"conference": read["key"], "version": 1, "created": False}
    assert amended(house, {"starts_at": "2021-06-29T08:30:00+07:00"}).status_code == 200
    assert house.get(f"{BASE}/plan")["conference"]["starts_at"] == "2021-06-29T08:30"


@pytest.mark.parametrize(
    "starts_at", ["2021-06-29T08:00+08:00", "2021-06-29T01:00Z", "2021-06-29T08:00+99:99"]
)
def test_offset_of_another_zone_is_refused(house: House, starts_at: str) -> None:
    assert errors(house, {"starts_at": starts_at}) == {"/starts_at": "invalid-value"}


def test_mistake_in_a_fact_that_was_not_sent_points_to_its_cause(house: House) -> None:
    assert errors(house, {"starts_at": "2021-06-29T12:00"}) == {"/starts_at": "ends-before-start"}
    assert errors(house, {"window": {"from": "2021-06-10", "to": "2021-06-11"}}) == {
        "/window": "outside-window"
    }


def test_amendment_waits_for_the_next_decision(house: House) -> None:
    decided(house)
    amended(house, {"title": "Hội nghị tổng kết"})
    found = house.conference()
    assert (found["plan_version"], found["current_plan_version"]) == (2, 1)
    house.pump()
    decided(house)
    assert house.conference()["current_plan_version"] == 2


def test_plan_tells_who_is_asked_for_papers_and_until_when(house: House) -> None:
    with house.system.databases["planning"].read() as session:
        raw = session.execute(outbox.select().order_by(outbox.c.seq)).all()
    pages = [json.loads(row.envelope)["data"] for row in raw if "conference.planned" in row.type]
    [papers] = [page for page in pages if page["table"] == "papers"]
    assert papers["papers_due"] == "2021-06-26T10:00:00+00:00"
    assert (papers["columns"], len(papers["rows"])) == (["unit"], 21)
    assert ["nam-dan"] in papers["rows"]

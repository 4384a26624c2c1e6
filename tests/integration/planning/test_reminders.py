"""Reminders come once when their time has come, move with the start, and are never silently dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from shared.contracts.venue import LineTestedV1
from tests.house import House
from tests.integration.planning.conftest import (
    BASE,
    DAY,
    Stage,
    amended,
    decided,
    mark,
    reminded,
    reminders,
    tasks,
    told,
)

PRINTING = "In ấn tài liệu"  # due 27 June at 17:00: reminders on the 24th, 26th and 27th


def of(house: House, title: str) -> dict[int, str]:
    """State by days before, of the task with this title."""
    return {one["days_before"]: one["state"] for one in reminders(house) if one["title"] == title}


@pytest.fixture
def prepared(stage: Stage) -> Stage:
    """Planned and decided on 20 June."""
    house = stage.at("2021-06-20T09:00")
    house.post_plan()
    house.pump()
    decided(house)
    reminded(house)
    return stage


def test_no_reminder_before_its_time(prepared: Stage) -> None:
    house = prepared.at("2021-06-24T16:59")
    reminded(house)
    assert of(house, PRINTING) == {}


def test_reminder_is_sent_when_its_time_comes(prepared: Stage) -> None:
    house = prepared.at("2021-06-24T17:01")
    reminded(house)
    assert of(house, PRINTING) == {3: "sent"}
    [task] = [task for task in tasks(house) if task["title"] == PRINTING]
    assert task["reminder"]["state"] == "sent"
    assert task["reminder"]["at"] == "2021-06-24T10:00:00+00:00"


def test_reminder_is_recorded_once(prepared: Stage) -> None:
    house = prepared.at("2021-06-24T17:01")
    reminded(house)
    first = reminders(house)
    reminded(house)
    again = prepared.at("2021-06-24T17:30")
    reminded(again)
    assert reminders(again) == first


@pytest.mark.parametrize(("moment", "state"), [("2021-06-25T04:59", "sent"), ("2021-06-25T05:01", "missed")])
def test_reminder_more_than_twelve_hours_late_is_missed(prepared: Stage, moment: str, state: str) -> None:
    house = prepared.at(moment)
    reminded(house)
    assert of(house, PRINTING) == {3: state}


def test_task_that_is_done_gets_no_reminder(prepared: Stage) -> None:
    house = prepared.at("2021-06-24T10:00")
    [task] = [task for task in tasks(house) if task["title"] == PRINTING]
    assert mark(house, task).status_code == 200
    house = prepared.at("2021-06-24T17:01")
    reminded(house)
    assert of(house, PRINTING) == {}


def test_tested_line_gets_no_reminder(prepared: Stage) -> None:
    house = prepared.at("2021-06-25T09:00")
    told(house, "venue", LineTestedV1, "nam-dan", site="nam-dan", day=DAY, outcome="ok")
    house = prepared.at("2021-06-28T15:01")
    reminded(house)
    units = {one["unit"] for one in reminders(house, limit=1000) if "đường truyền điểm cầu" in one["title"]}
    assert "nam-dan" not in units
    assert len(units) == 20


def test_what_was_over_before_the_task_came_into_force_is_missed(stage: Stage) -> None:
    house = stage.at("2021-06-24T18:00")  # an hour after the first reminder of the printing
    house.post_plan()
    house.pump()
    reminded(house)
    assert of(house, PRINTING) == {3: "missed"}


def test_reminders_follow_a_new_start_once_it_is_adopted(prepared: Stage) -> None:
    house = prepared.at("2021-06-24T17:01")
    reminded(house)
    assert amended(house, {"starts_at": "2021-06-30T08:00", "ends_at": None}).status_code == 200
    house.pump()
    reminded(house)
    assert of(house, PRINTING) == {3: "sent"}  # not adopted: still the old deadline
    decided(house)
    reminded(house)
    assert of(house, PRINTING) == {}  # due on the 28th now: the first reminder is tomorrow
    house = prepared.at("2021-06-25T17:01")
    reminded(house)
    assert of(house, PRINTING) == {3: "sent"}


def test_coming_back_to_a_start_finds_its_reminders(prepared: Stage) -> None:
    house = prepared.at("2021-06-24T17:01")
    reminded(house)
    before = reminders(house)
    for start in ("2021-06-30T08:00", "2021-06-29T08:00"):
        assert amended(house, {"starts_at": start, "ends_at": None}).status_code == 200
        house.pump()
        decided(house)
        reminded(house)
    assert [(one["title"], one["at"], one["state"]) for one in reminders(house)] == [
        (one["title"], one["at"], one["state"]) for one in before
    ]


def test_decision_does_not_make_a_reminder_of_the_old_option_missed(prepared: Stage) -> None:
    house = prepared.at("2021-06-24T17:30")  # no round has gone since 17:00
    decided(house, "in_person")
    reminded(house)
    assert of(house, PRINTING) == {3: "sent"}


def test_all_reminders_of_the_reference_conference(prepared: Stage) -> None:
    house = prepared.at("2021-06-29T18:00")
    reminded(house)
    found = Counter(one["state"] for one in reminders(house, limit=1000))
    total = house.get(f"{BASE}/tasks?limit=1")["total"]
    assert sum(found.values()) == 3 * total
    assert found["missed"] > found["sent"] > 0


def test_pages_of_reminders(prepared: Stage) -> None:
    house = prepared.at("2021-06-29T18:00")
    reminded(house)
    whole = reminders(house, limit=1000)
    page = house.get(f"{BASE}/reminders?limit=200")
    rest = house.get(f"{BASE}/reminders?limit=1000&cursor={page['next']}")
    assert page["items"] + rest["items"] == whole


def test_district_sees_its_own_reminders(prepared: Stage, district: Callable[[str], dict[str, str]]) -> None:
    house = prepared.at("2021-06-26T18:00")
    reminded(house)
    answer = house.http.get(f"{BASE}/reminders", headers=district("nam-dan"))
    assert {one["unit"] for one in answer.json()["items"]} == {"nam-dan"}


def test_closed_conference_reminds_nobody(prepared: Stage) -> None:
    house = prepared.at("2021-06-24T16:00")
    decided(house, "in_person")
    assert house.http.post(f"{BASE}:open", json={}).status_code == 200
    assert house.http.post(f"{BASE}:close", json={}).status_code == 200
    before = reminders(house)
    house = prepared.at("2021-06-24T17:01")
    reminded(house)
    assert reminders(house) == before

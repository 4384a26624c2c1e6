"""Awardees on the places of their groups, in the order of the annex."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

import pytest

from services.registration.honours.commands import fill_awardees
from services.registration.honours.model import read_recipient
from tests.house import KEY, PLAN, House
from tests.integration.registration.conftest import SMALL
from tests.integration.registration.test_answers import emitted
from tests.integration.registration.test_substitutes import replace

HONOURED = UUID("5c1f3f0e-0000-7000-8000-000000000000")


def line(unit: str, name: str, *, kind: str = "individual", representative: str | None = None) -> Any:
    return {
        "id": str(uuid5(HONOURED, f"{unit}/{name}")),
        "unit": unit,
        "kind": kind,
        "name": name,
        "representative": representative,
        "position": "Trưởng ban",
    }


PROVINCE = [
    line("tinh", "Hội Nông dân", kind="collective", representative="Lê Văn Một"),
    line("tinh", "Lê Văn Hai"),
]
VINH = [line("vinh", f"Trần Văn {name}") for name in ("An", "Bình", "Cường")]
DIEN_CHAU = [line("dien-chau", "Hồ Thị Dung")]
ANNEX = [*PROVINCE, *VINH, *DIEN_CHAU]


@pytest.fixture
def desk(new_desk: Callable[[Any], Any]) -> Any:
    """Online each district honours two of its own and the hub two; the hall has three places for all."""
    tree = copy.deepcopy(SMALL)
    online, in_person = (option["groups"] for option in tree["options"])  # type: ignore[index]
    online.append(
        {
            "key": "khen", "name": "Khen thưởng tỉnh", "at": "hub", "seats": 2, "rank": 9,
            "awardees": {"from": ["province"]},
        }
    )  # fmt: skip
    online.append(
        {
            "key": "khen-huyen", "name": "Khen thưởng huyện", "at": "bridge", "seats": 2, "rank": 8,
            "awardees": {"from": ["district"]},
        }
    )  # fmt: skip
    in_person.append(
        {
            "key": "khen", "name": "Khen thưởng", "at": "hall", "seats": 4, "rank": 9,
            "awardees": {"from": ["province", "district"]},
        }
    )  # fmt: skip
    made = new_desk(tree)
    made.adopt("online")
    return made


def fill(desk: Any, annex: list[Any]) -> dict[str, Any]:
    with desk.database.write() as session:
        return fill_awardees(session, desk.key, [read_recipient(item) for item in annex])


def seated(desk: Any, group: str, unit: str = "") -> dict[int, str]:
    return {item["ordinal"]: item["name"] for item in desk.delegates(group=group, unit=unit)}


def test_own_places_have_the_units_own_and_the_organisers_have_all_in_order(desk: Any) -> None:
    report = fill(desk, ANNEX)
    assert seated(desk, "khen-huyen", "vinh") == {1: "Trần Văn An", 2: "Trần Văn Bình"}
    assert seated(desk, "khen-huyen", "dien-chau") == {1: "Hồ Thị Dung"}
    assert seated(desk, "khen") == {1: "Lê Văn Một", 2: "Lê Văn Hai", 3: "Trần Văn An", 4: "Trần Văn Bình"}
    assert (report["places"], report["without_place"], report["gave_way"]) == (7, 3, [])
    desk.adopt("in_person")
    placed = {item["name"] for item in desk.delegates(status="placed")}
    assert placed == {"Lê Văn Một", "Lê Văn Hai", "Trần Văn An", "Trần Văn Bình"}


def test_collective_comes_by_its_representative(desk: Any) -> None:
    fill(desk, ANNEX)
    [first] = [item for item in desk.delegates(group="khen") if item["ordinal"] == 1]
    assert (first["name"], first["position"]) == ("Lê Văn Một", "Đại diện Hội Nông dân")


def test_one_awardee_is_one_person_at_both_places(desk: Any) -> None:
    fill(desk, ANNEX)
    persons = {item["person"] for item in desk.delegates(q="Trần Văn An")}
    assert len(persons) == 1


def test_filling_again_changes_nothing(desk: Any) -> None:
    fill(desk, ANNEX)
    before, told = desk.delegates(), emitted(desk)
    report = fill(desk, ANNEX)
    assert (desk.delegates(), emitted(desk)) == (before, told)
    assert (report["seated"], report["moved"], report["kept"]) == (0, 0, 7)


def test_imported_person_of_that_name_stays_who_they_are_and_keeps_place_and_link(desk: Any) -> None:
    other = desk.name("khen-huyen", "vinh", "Người Khác", ordinal=1)
    known = desk.name("khen-huyen", "vinh", "TRẦN VĂN AN", ordinal=2, phone="0900000700")
    token = desk.link(known["id"])
    desk.answer(token, "accepted")
    report = fill(desk, ANNEX)
    [now] = [item for item in desk.delegates(group="khen-huyen", unit="vinh") if item["ordinal"] == 1]
    assert (now["id"], now["person"], now["phone"]) == (known["id"], known["person"], "+84900000700")
    assert desk.get(f"rsvp/{token}")["answer"] == "accepted"
    assert report["gave_way"] == [{"person": other["person"], "unit": "vinh", "group": "khen-huyen"}]
    assert "Người Khác" not in seated(desk, "khen-huyen", "vinh").values()


def test_new_decision_refills_and_who_is_no_longer_in_it_gives_way(desk: Any) -> None:
    fill(desk, ANNEX)
    report = fill(desk, [*PROVINCE[1:], line("vinh", "Người Mới"), *VINH[1:]])
    assert seated(desk, "khen-huyen", "vinh") == {1: "Người Mới", 2: "Trần Văn Bình"}
    assert seated(desk, "khen-huyen", "dien-chau") == {}
    assert seated(desk, "khen") == {
        1: "Lê Văn Hai",
        2: "Người Mới",
        3: "Trần Văn Bình",
        4: "Trần Văn Cường",
    }
    assert len(report["gave_way"]) == 4


def test_name_set_right_here_stays(desk: Any) -> None:
    fill(desk, ANNEX)
    [item] = desk.delegates(group="khen-huyen", unit="dien-chau")
    etag = desk.call("GET", f"delegates/{item['id']}").headers["ETag"]
    desk.call("PATCH", f"delegates/{item['id']}", json={"name": "Hồ Thị Dzung"}, headers={"If-Match": etag})
    fill(desk, ANNEX)
    assert seated(desk, "khen-huyen", "dien-chau") == {1: "Hồ Thị Dzung"}


def test_substitute_of_an_awardee_keeps_the_place(desk: Any) -> None:
    fill(desk, ANNEX)
    [item] = desk.delegates(group="khen-huyen", unit="dien-chau")
    replace(desk, item["id"])
    fill(desk, ANNEX)
    assert seated(desk, "khen-huyen", "dien-chau") == {1: "Lê Thị Hạnh"}


def test_kinds_that_a_group_does_not_take_stay_out(desk: Any) -> None:
    group = desk.tree["options"][1]["groups"][-1]
    for option in desk.tree["options"]:
        for each in option["groups"]:
            if each["key"] == "khen":
                each["awardees"] = {"from": ["province"], "kinds": ["individual"]}
    assert group["key"] == "khen"
    desk.plan()
    desk.adopt("online")
    fill(desk, ANNEX)
    assert seated(desk, "khen") == {1: "Lê Văn Hai"}


def test_there_and_back_is_the_identity(desk: Any) -> None:
    fill(desk, ANNEX)
    before = desk.delegates(), desk.headcounts()
    desk.adopt("in_person")
    desk.adopt("online")
    assert (desk.delegates(), desk.headcounts()) == before


def honour(house: House, *, without: str = "") -> dict[str, Any]:
    """The reference nominations are all decided; returns the result of filling the places."""
    awards = f"awards/v1/conferences/{KEY}"
    file = {"file": ("nominations.csv", (PLAN.parent / "nominations.csv").read_bytes())}
    assert house.http.post(f"{awards}/nominations:import", files=file).status_code == 200
    nominated: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = house.get(f"{awards}/nominations?limit=100&cursor={cursor}")
        nominated += [one["id"] for one in page["items"]]
        cursor = page.get("next") or page.get("next_cursor")
    house.http.post(f"{awards}/nominations:approve", json={"nominations": nominated}).raise_for_status()
    house.http.post(f"{awards}/award-decision", json={"reason": "Theo quota"}).raise_for_status()
    house.pump(without=without)
    jobs = house.get(f"registration/v1/conferences/{KEY}/jobs?kind=fill_awardees")["items"]
    return dict(jobs[0]["result"] or {}) if jobs else {}


def test_reference_awardees_keep_their_delegates_and_fill_both_options(planned: House) -> None:
    path = f"registration/v1/conferences/{KEY}"
    planned.decide(option="online")
    planned.pump()
    file = {"file": ("delegates.csv", (PLAN.parent / "delegates.csv").read_bytes())}
    planned.http.post(f"{path}/delegates:import", files=file).raise_for_status()
    result = honour(planned)
    assert (result["places"], result["gave_way"], result["without_place"]) == (156, [], 116)
    online = planned.get(f"{path}/delegates?group=khen-thuong-tinh&status=placed&limit=500")["items"]
    assert len(online) == 20 - 1  # one of them sits as a member of the election committee
    districts = planned.get(f"{path}/delegates?group=khen-thuong-huyen&limit=500")["items"]
    assert len(districts) == 126
    assert sum(1 for one in districts if one["phone"]) == 102
    planned.decide(option="in_person")
    planned.pump()
    hall = planned.get(f"{path}/delegates?group=khen-thuong-tinh&status=placed&limit=500")["items"]
    assert {one["ordinal"] for one in hall} | {8} == set(range(1, 31))


def test_awards_decided_while_registration_is_away_are_filled_when_it_is_back(planned: House) -> None:
    planned.decide(option="online")
    planned.pump()
    assert honour(planned, without="registration") == {}
    planned.pump()
    listed = planned.get(f"registration/v1/conferences/{KEY}/delegates?group=khen-thuong-huyen")
    assert listed["total"] == 126

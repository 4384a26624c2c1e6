"""The reference example fits together: its delegate list is reproducible, made up, and fits its plan."""

import csv
import re
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

EXAMPLE = Path(__file__).parents[2] / "examples" / "nghe-an-2021"
HEADINGS = ["Thành phần", "Đơn vị", "Thứ tự", "Họ và tên", "Chức vụ", "Điện thoại", "Email"]

Place = tuple[str, str, int]
Row = dict[str, str]


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    return yaml.safe_load((EXAMPLE / "plan.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def delegates() -> dict[Place, Row]:
    """Place → its row."""
    with (EXAMPLE / "delegates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    places = {(row["Thành phần"], row["Đơn vị"], int(row["Thứ tự"])): row for row in rows}
    assert len(places) == len(rows), "a place stands twice"
    return places


def places_of(plan: dict[str, Any], option_key: str) -> set[Place]:
    """Every place that an option of the plan seats."""
    option = next(each for each in plan["options"] if each["key"] == option_key)
    districts = [unit["key"] for unit in plan["units"] if unit["level"] == "district"]
    return {
        (group["key"], unit, ordinal)
        for group in option["groups"]
        for unit in (districts if group["at"] == "bridge" or "per" in group else [""])
        for ordinal in range(1, group["seats"] + 1)
    }


def people_of(delegates: dict[Place, Row]) -> dict[str, list[Row]]:
    """Phone → the rows of its owner."""
    people: dict[str, list[Row]] = defaultdict(list)
    for row in delegates.values():
        people[row["Điện thoại"]].append(row)
    return people


@pytest.fixture(scope="module")
def nominations() -> list[Row]:
    with (EXAMPLE / "nominations.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_script_reproduces_both_lists_byte_for_byte(tmp_path: Path) -> None:
    made = [tmp_path / name for name in ("delegates.csv", "nominations.csv")]
    subprocess.run([sys.executable, "-I", EXAMPLE / "make_delegates.py", *made], check=True)
    for file in made:
        assert file.read_bytes() == (EXAMPLE / file.name).read_bytes()


def test_nominations_fill_the_quotas_exactly(plan: dict[str, Any], nominations: list[Row]) -> None:
    quotas = plan["awards"]["quotas"]
    districts = [unit["key"] for unit in plan["units"] if unit["level"] == "district"]
    wanted = {("", "collective"): quotas["province"]["collectives"]}
    wanted |= {("", "individual"): quotas["province"]["individuals"]}
    wanted |= {(unit, "collective"): quotas["per_unit"]["collectives"] for unit in districts}
    wanted |= {(unit, "individual"): quotas["per_unit"]["individuals"] for unit in districts}
    assert Counter((row["unit"], row["kind"]) for row in nominations) == wanted
    assert len(nominations) == 146


def test_commended_delegates_are_nominated_in_the_same_order(
    delegates: dict[Place, Row], nominations: list[Row]
) -> None:
    for group in ("khen-thuong-tinh", "khen-thuong-huyen"):
        for unit in {place[1] for place in delegates if place[0] == group}:
            persons = [row["Họ và tên"] for place, row in delegates.items() if place[:2] == (group, unit)]
            honoured = [row["representative"] or row["name"] for row in nominations if row["unit"] == unit]
            assert [name for name in honoured if name in persons] == persons


def test_nobody_is_nominated_twice(nominations: list[Row]) -> None:
    names = [row["representative"] or row["name"] for row in nominations]
    assert len(set(names)) == len(names)
    assert all(row["representative"] for row in nominations if row["kind"] == "collective")


def test_headings_are_those_of_the_import() -> None:
    first = (EXAMPLE / "delegates.csv").read_text(encoding="utf-8").splitlines()[0]
    assert first.split(",") == HEADINGS


def test_every_row_names_a_place_of_the_plan(plan: dict[str, Any], delegates: dict[Place, Row]) -> None:
    assert set(delegates) <= places_of(plan, "online") | places_of(plan, "in_person")


def test_about_85_percent_of_online_places_are_named(
    plan: dict[str, Any], delegates: dict[Place, Row]
) -> None:
    places = places_of(plan, "online")
    assert len(places) == 516
    assert 0.84 <= len(places & set(delegates)) / len(places) <= 0.86


def test_first_place_of_every_group_is_named(plan: dict[str, Any], delegates: dict[Place, Row]) -> None:
    assert {place for place in places_of(plan, "online") if place[2] == 1} <= set(delegates)


def test_few_of_the_places_that_only_in_person_has_are_named(
    plan: dict[str, Any], delegates: dict[Place, Row]
) -> None:
    extra = places_of(plan, "in_person") - places_of(plan, "online")
    assert extra == {("khen-thuong-tinh", "", ordinal) for ordinal in range(21, 31)}
    assert 1 <= len(extra & set(delegates)) <= 5


def test_four_people_hold_two_places_in_different_groups(delegates: dict[Place, Row]) -> None:
    twice = [rows for rows in people_of(delegates).values() if len(rows) > 1]
    assert [len(rows) for rows in twice] == [2] * 4
    for one, other in twice:
        assert one["Thành phần"] != other["Thành phần"]
        assert [one[key] for key in HEADINGS[3:]] == [other[key] for key in HEADINGS[3:]]


def test_no_two_people_share_a_name(delegates: dict[Place, Row]) -> None:
    names = [rows[0]["Họ và tên"] for rows in people_of(delegates).values()]
    assert len(set(names)) == len(names)


def test_names_are_composed_unicode_of_both_genders(delegates: dict[Place, Row]) -> None:
    names = [row["Họ và tên"] for row in delegates.values()]
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert all(3 <= len(name.split()) <= 4 for name in names)
    women = sum(" Thị " in name for name in names)
    assert 0.2 < women / len(names) < 0.6


def test_contacts_are_visibly_made_up(delegates: dict[Place, Row]) -> None:
    for row in delegates.values():
        assert re.fullmatch(r"090000[01]\d{3}", row["Điện thoại"])
        assert not row["Email"] or re.fullmatch(r"[a-z.]+@[a-z-]+\.example\.org", row["Email"])

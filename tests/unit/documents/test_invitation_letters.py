"""Which personal letters a route gives, and what they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.drafting.facts import read_facts
from services.documents.invitations.model import Letter, Named, Route, chunks_of, letters_of
from services.documents.invitations.wording import Sources, draw_code, order_routes, organ_of, word_letters
from services.documents.typesetting.model import Agency, Document, Sign
from services.planning.plan.tree import read_tree

PLAN = Path(__file__).parents[3] / "examples" / "nghe-an-2021" / "plan.yaml"
THAM = Named(1, "Hồ Thị Thắm", "Ủy viên Ban Thường trực", "123456")


def read_sources(**facts: Any) -> Sources:
    tree: dict[str, Any] = dict(read_tree(PLAN.read_bytes(), yaml=True)[0])  # type: ignore[arg-type]
    tree["conference"] = {**tree["conference"], **facts}
    [option] = [one for one in tree["options"] if one["key"] == "online"]
    hub = {
        "key": "hub",
        "kind": "hub",
        "name": "Điểm cầu tỉnh",
        "room": "Hội trường tầng 3",
        "address": "Số 02",
    }
    bridge = {"key": "quy-hop", "kind": "bridge", "name": "Huyện Quỳ Hợp", "room": "Phòng họp", "address": ""}
    sites = [{**site, "unit": None, "seats": 9} for site in (hub, bridge)]
    return Sources(
        read_facts(tree, "online", sites, {}, None),
        None,
        {group["key"]: group for group in option["groups"]},
        {unit["key"]: unit for unit in tree["units"]},
        {str(site["key"]): site for site in sites},
    )


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources()


AT_HUB = Route("tinh-uy", "mttq-nghe-an", "hub", 2)
AT_BRIDGE = Route("btt-mttq-huyen", "quy-hop", "quy-hop", 3)


def words(letter: Letter, sources: Sources) -> dict[str, Any]:
    [found] = word_letters([letter], sources)
    return found


def facts_of(found: dict[str, Any]) -> dict[str, str]:
    return {fact["label"]: fact["text"] for fact in found["facts"]}


@given(st.integers(0, 9), st.integers(1, 9))
def test_route_gives_a_letter_per_named_place_and_one_for_the_rest(named: int, seats: int) -> None:
    named = min(named, seats)
    route = Route("tinh-uy", "quy-hop", "quy-hop", seats)
    persons = [Named(at + 1, f"Người {at}", "", "") for at in range(named)]
    letters = list(letters_of([route], {("tinh-uy", "quy-hop"): persons}))
    assert [letter.named for letter in letters if letter.named] == persons
    assert sum(letter.places for letter in letters) == seats
    assert len(letters) == named + (seats > named)


def test_letters_are_told_apart_without_names() -> None:
    letters = letters_of([AT_BRIDGE], {("btt-mttq-huyen", "quy-hop"): [THAM]})
    assert [letter.key for letter in letters] == [
        "quy-hop_btt-mttq-huyen_001",
        "quy-hop_btt-mttq-huyen_con-lai",
    ]


def test_chunks_hold_all_letters_in_order() -> None:
    letters = [Letter(AT_HUB, None, at) for at in range(7)]
    chunks = chunks_of(letters, 3)
    assert [len(chunk) for chunk in chunks] == [3, 3, 1]
    assert [letter for chunk in chunks for letter in chunk] == letters


def test_routes_come_by_unit_as_planned_then_by_rank(sources: Sources) -> None:
    later = Route("lanh-dao-huyen", "quy-hop", "quy-hop", 3)
    assert order_routes([AT_BRIDGE, later, AT_HUB], sources) == [AT_HUB, later, AT_BRIDGE]


def test_named_person_is_invited_by_name_and_position(sources: Sources) -> None:
    found = words(Letter(AT_HUB, THAM, 1), sources)
    assert found["issuer"] == "Ban Thường trực Ủy ban MTTQ Việt Nam tỉnh Nghệ An"
    assert (found["guest"], found["about-guest"]) == ("Hồ Thị Thắm", ["Ủy viên Ban Thường trực"])
    assert found["code"] == "123456"


def test_places_without_a_name_go_to_the_unit_with_their_number(sources: Sources) -> None:
    found = words(Letter(AT_BRIDGE, None, 3), sources)
    assert found["guest"] == "Ban Thường trực Ủy ban MTTQ Việt Nam cấp huyện"
    assert found["about-guest"] == ["Huyện Quỳ Hợp", "(03 đại biểu)"]
    assert found["code"] == ""


def test_letter_says_to_what_when_and_where(sources: Sources) -> None:
    told = facts_of(words(Letter(AT_HUB, THAM, 1), sources))
    assert told["Tới dự"].startswith("Hội nghị tổng kết công tác Mặt trận tham gia bầu cử")
    assert told["Chủ trì"] == "Ban Thường trực Ủy ban MTTQ Việt Nam tỉnh Nghệ An."
    assert told["Thời gian"] == "08 giờ 00, ngày 29 tháng 6 năm 2021 (thứ Ba)."
    assert told["Địa điểm"] == "Điểm cầu tỉnh, Hội trường tầng 3, Số 02."


def test_bridge_is_told_as_a_bridge_point(sources: Sources) -> None:
    told = facts_of(words(Letter(AT_BRIDGE, THAM, 1), sources))
    assert told["Địa điểm"] == "Điểm cầu huyện Quỳ Hợp, Phòng họp."


def test_start_that_is_not_fixed_is_provisional() -> None:
    told = facts_of(words(Letter(AT_HUB, THAM, 1), read_sources(starts_at=None, ends_at=None)))
    assert told["Thời gian"].startswith("dự kiến")
    assert "(sẽ có giấy mời sau)" in told["Thời gian"]


def test_organiser_signs_its_own_letters(sources: Sources) -> None:
    found = words(Letter(AT_HUB, THAM, 1), sources)
    assert found["agency"] == ["BAN THƯỜNG TRỰC"]
    assert found["parents"] == ["ỦY BAN MTTQ VIỆT NAM", "TỈNH NGHỆ AN"]
    assert found["sign"]["name"] == "Nguyễn Văn A"


def test_district_issues_its_own_letters_with_number_day_and_signer_blank(sources: Sources) -> None:
    found = words(Letter(AT_BRIDGE, THAM, 1), sources)
    assert found["issuer"] == "Ban Thường trực Ủy ban MTTQ Việt Nam huyện Quỳ Hợp"
    assert found["parents"] == ["ỦY BAN MTTQ VIỆT NAM", "HUYỆN QUỲ HỢP"]
    assert found["number"].split() == ["Số:", "/GM-MTTQ-BTT"]
    assert found["date"] == "Quỳ Hợp, ngày … tháng … năm 2021"
    assert found["sign"] == {"authority": "TM. BAN THƯỜNG TRỰC", "position": "", "name": ""}


def test_district_letter_stays_blank_when_the_general_one_is_issued(sources: Sources) -> None:
    general = Document(
        "mttq",
        "GM",
        "Giấy mời",
        Agency("Ban Thường trực"),
        "GM-MTTQ-BTT",
        "Nghệ An",
        2021,
        "Dự hội nghị",
        (),
        Sign(),
        12,
    )
    issued = replace(sources, general=general)
    assert words(Letter(AT_HUB, THAM, 1), issued)["number"] == "Số: 12/GM-MTTQ-BTT"
    assert words(Letter(AT_BRIDGE, THAM, 1), issued)["number"].split() == ["Số:", "/GM-MTTQ-BTT"]


@pytest.mark.parametrize(
    ("name", "level", "organ"),
    [
        ("Huyện Quỳ Hợp", "district", "Ủy ban MTTQ Việt Nam huyện Quỳ Hợp"),
        ("Ủy ban MTTQ Việt Nam tỉnh Nghệ An", "province", "Ủy ban MTTQ Việt Nam tỉnh Nghệ An"),
        ("Hội Nông dân tỉnh", "partner", "Hội Nông dân tỉnh"),
    ],
)
def test_unit_is_named_as_the_organ_that_it_has(sources: Sources, name: str, level: str, organ: str) -> None:
    assert organ_of({"name": name, "level": level}, sources.facts) == organ


def test_position_that_names_the_unit_is_not_followed_by_it(sources: Sources) -> None:
    chair = replace(THAM, position="Chủ tịch Ủy ban MTTQ Việt Nam huyện Quỳ Hợp")
    assert words(Letter(AT_BRIDGE, chair, 1), sources)["about-guest"] == [chair.position]


def test_code_is_drawn_and_nothing_without_one() -> None:
    assert draw_code("123456").startswith("<svg")
    assert draw_code("") == ""

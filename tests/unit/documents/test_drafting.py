"""What drafts say, and which drafts there are: pure, from the reference plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.documents.drafting.composing import compose, held_back
from services.documents.drafting.facts import Facts, read_facts
from services.documents.drafting.model import DROP, KEEP, MAKE, REFRESH, Held, Step, plan_steps
from services.documents.drafting.profiles import initials, place_of, profile_of
from services.documents.drafting.wording import cited, figure, joined, moment_text, window_text
from services.documents.plan.model import Requirement
from services.documents.typesetting.model import Document
from services.documents.typesetting.reading import read_document, write_document
from services.planning.plan.tree import read_tree

PLAN = Path(__file__).parents[3] / "examples" / "nghe-an-2021" / "plan.yaml"
HUB = {"name": "Điểm cầu tỉnh", "kind": "hub", "unit": "mttq-nghe-an", "room": "Hội trường tầng 3"}
BRIDGE = {"kind": "bridge", "room": "Phòng họp trực tuyến UBND cấp huyện", "address": "", "seats": 22}


@pytest.fixture
def tree() -> dict[str, Any]:
    """The plan as planning answers it."""
    return dict(read_tree(PLAN.read_bytes(), yaml=True)[0])  # type: ignore[arg-type]


def online(tree: dict[str, Any], award: dict[str, Any] | None = None) -> Facts:
    districts = [unit for unit in tree["units"] if unit["level"] == "district"]
    sites = [{**HUB, "address": "Số 02, đường Phan Đăng Lưu, thành phố Vinh", "seats": 54}]
    sites += [{**BRIDGE, "name": f"Điểm cầu {unit['name']}", "unit": unit["key"]} for unit in districts]
    [option] = [one for one in tree["options"] if one["key"] == "online"]
    seats = {g["key"]: g["seats"] * (1 if g["at"] == "hub" else 21) for g in option["groups"]}
    return read_facts(tree, "online", sites, seats, award)


def in_person(tree: dict[str, Any]) -> Facts:
    hall = {
        "name": "Hội trường tầng 3",
        "kind": "hall",
        "unit": None,
        "room": "",
        "address": "",
        "seats": 106,
    }
    return read_facts(tree, "in_person", [hall], {"btt-mttq-huyen": 42}, None)


def wanted(type: str, subject: str = "Việc cần làm", **rest: Any) -> Requirement:
    given = {"drafted_by": "dan-chu-phap-luat", "to": (), "only": (), "per": None, **rest}
    return Requirement(key=f"{type}-1", type=type, subject=subject, **given)


def text_of(document: Document) -> str:
    return str(write_document(document))


TYPES = ("KH", "CTr", "GM", "CV", "HD", "QĐ", "BC", "BAI", "DT", "MAKET", "TB", "XYZ")


@pytest.mark.parametrize("type", TYPES)
def test_every_draft_is_a_valid_document(tree: dict[str, Any], type: str) -> None:
    document = compose(online(tree), wanted(type))
    assert read_document(write_document(document)) == document
    assert document.number is None
    assert document.day is None


@pytest.mark.parametrize("type", TYPES)
def test_drafts_of_a_conference_without_a_start_promise_no_day(tree: dict[str, Any], type: str) -> None:
    tree["conference"] |= {"starts_at": None, "ends_at": None}
    text = text_of(compose(online(tree), wanted(type)))
    assert "29/06/2021" not in text
    assert "29 tháng 6" not in text


def test_plan_tells_time_places_guests_and_who_does_what(tree: dict[str, Any]) -> None:
    text = text_of(compose(online(tree), wanted("KH")))
    for part in (
        "Căn cứ Thông tri số 13/TT-MTTW-BTT ngày 19 tháng 01 năm 2021",
        "08 giờ 00, ngày 29 tháng 6 năm 2021 (thứ Ba)",
        "Hội trường tầng 3",
        "21 điểm cầu cấp huyện",
        "Tổng số: 516 đại biểu",
        "Đại diện Ủy ban bầu cử cấp huyện: 42 đại biểu (mỗi đơn vị 02)",
        "15 giờ 00 ngày 28/06/2021",
        "In ấn tài liệu, phối hợp với Ban Phong trào (hoàn thành chậm nhất ngày 27/06/2021)",
        "đồng chí Trần Thị B, Chuyên viên, Ban Dân chủ - Pháp luật, điện thoại 0900000000",
    ):
        assert part in text


def test_plan_of_the_hall_has_no_bridges_and_no_line_test(tree: dict[str, Any]) -> None:
    text = text_of(compose(in_person(tree), wanted("KH")))
    assert "Hội nghị trực tiếp tại tỉnh" in text
    assert "điểm cầu cấp huyện" not in text
    assert "đường truyền" not in text


def test_plan_without_a_start_is_provisional(tree: dict[str, Any]) -> None:
    tree["conference"]["starts_at"] = None
    text = text_of(compose(online(tree), wanted("KH")))
    assert "dự kiến một buổi trong khoảng từ ngày 28/06/2021 đến ngày 30/06/2021 (sẽ có giấy mời sau)" in text


def test_letter_lists_the_bridges_and_asks_for_the_test(tree: dict[str, Any]) -> None:
    letter = compose(
        online(tree), wanted("CV", drafted_by="van-phong", to=("vp-ubnd-tinh", "so-tttt"), only=("online",))
    )
    assert letter.symbol == "MTTQ-VP"
    assert letter.addressees[1] == "Sở Thông tin và Truyền thông tỉnh Nghệ An"
    assert len(letter.annexes[0].body[0].rows) == 21  # type: ignore[union-attr]
    assert "15 giờ 00, ngày 28 tháng 6 năm 2021" in text_of(letter)


def test_programme_runs_from_the_start_without_gaps(tree: dict[str, Any]) -> None:
    [schedule] = [b for b in compose(online(tree), wanted("CTr")).body if hasattr(b, "entries")]
    times = [entry.time for entry in schedule.entries]
    assert times[:2] == ["08:00 - 08:15", "08:15 - 08:25"]
    assert times[-1] == "10:55 - 11:05"


def test_programme_without_a_start_tells_how_long(tree: dict[str, Any]) -> None:
    tree["conference"]["starts_at"] = None
    [schedule] = [b for b in compose(online(tree), wanted("CTr")).body if hasattr(b, "entries")]
    assert schedule.entries[0].time == "15 phút"


def test_invitation_names_only_whom_the_organiser_invites(tree: dict[str, Any]) -> None:
    text = text_of(compose(online(tree), wanted("GM")))
    assert "Đại diện Thường trực Tỉnh ủy" in text
    assert "Đại diện Ủy ban bầu cử cấp huyện" not in text
    assert "địa phương nơi đặt điểm cầu phát hành giấy mời" in text


def test_guidance_says_until_when(tree: dict[str, Any]) -> None:
    assert "chậm nhất ngày 26 tháng 6 năm 2021" in text_of(compose(online(tree), wanted("HD")))


def test_decision_before_the_award_shows_the_quota_and_is_held(tree: dict[str, Any]) -> None:
    facts = online(tree)
    decision = compose(facts, wanted("QĐ", drafted_by="to-chuc-tuyen-giao"))
    [table] = decision.annexes[0].body
    assert len(table.rows) == 22  # type: ignore[union-attr]
    assert table.total_row == ("", "Tổng cộng", "50", "96")  # type: ignore[union-attr]
    assert held_back(facts, wanted("QĐ")) == "award-not-decided"


def test_decision_lists_the_recipients_in_annex_order(tree: dict[str, Any]) -> None:
    people = [
        {"name": "Ủy ban MTTQ huyện Đô Lương", "kind": "collective", "unit_name": "Huyện Đô Lương"},
        {
            "name": "Nguyễn Văn Mẫu",
            "kind": "individual",
            "unit_name": "Huyện Đô Lương",
            "position": "Chủ tịch",
        },
        {
            "name": "Lê Thị Ví Dụ",
            "kind": "individual",
            "unit_name": "Huyện Nam Đàn",
            "achievement": "Xuất sắc",
        },
    ]
    facts = online(tree, {"decision": {"id": str(ID)}, "items": people})
    decision = compose(facts, wanted("QĐ", drafted_by="to-chuc-tuyen-giao"))
    text = text_of(decision)
    assert "01 tập thể và 02 cá nhân" in text
    assert text.index("Nguyễn Văn Mẫu") < text.index("Lê Thị Ví Dụ")
    assert "Chủ tịch, Huyện Đô Lương" in text
    assert held_back(facts, wanted("QĐ")) is None
    assert decision.decider == "BAN THƯỜNG TRỰC ỦY BAN MTTQ VIỆT NAM TỈNH NGHỆ AN"


def test_invitation_is_held_while_the_start_is_open(tree: dict[str, Any]) -> None:
    tree["conference"]["starts_at"] = None
    assert held_back(online(tree), wanted("GM")) == "start-not-fixed"


def test_front_signs_as_its_standing_board_and_others_under_their_parent(tree: dict[str, Any]) -> None:
    agency = compose(online(tree), wanted("KH")).agency
    assert (agency.name, agency.parent_lines) == (
        "Ban Thường trực",
        ("Ủy ban MTTQ Việt Nam tỉnh Nghệ An",),
    )
    tree["units"][0]["name"] = "Bộ Nội vụ"
    tree["units"][1]["name"] = "Sở Nội vụ tỉnh Nghệ An"
    other = compose(online(tree), wanted("KH"))
    assert (other.agency.name, other.agency.parent_lines) == ("Sở Nội vụ tỉnh Nghệ An", ("Bộ Nội vụ",))
    assert other.profile == "nd30"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Văn phòng", "VP"), ("Ban Dân chủ - Pháp luật", "DCPL"), ("Ban Phong trào", "PT")],
)
def test_initials_of_a_unit(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_place_before_the_date() -> None:
    assert place_of("Ủy ban MTTQ Việt Nam tỉnh Nghệ An") == "Nghệ An"
    assert place_of("Ủy ban Trung ương MTTQ Việt Nam") == "Hà Nội"


def test_profile_is_found_by_the_organisers_name() -> None:
    assert profile_of("Ủy ban MTTQ Việt Nam tỉnh Nghệ An").organ == "MTTQ-BTT"
    assert profile_of("Sở Y tế").layout == "nd30"


def test_words_of_time_and_number(tree: dict[str, Any]) -> None:
    facts = online(tree)
    assert facts.starts_at is not None
    assert moment_text(facts.starts_at) == "08 giờ 00, ngày 29 tháng 6 năm 2021 (thứ Ba)"
    assert window_text(facts.window[0], facts.window[0]) == "dự kiến ngày 28/06/2021 (sẽ có giấy mời sau)"
    assert [figure(one) for one in (4, 21, 1930000)] == ["04", "21", "1.930.000"]
    assert joined(("A", "B", "C")) == "A, B và C"
    assert joined(("A",)) == "A"
    assert (
        cited("7/XX-Y", facts.window[0], "ai", "")
        == "Căn cứ Văn bản số 7/XX-Y ngày 28 tháng 6 năm 2021 của ai"
    )


ID, OTHER = UUID(int=1), UUID(int=2)


def held(status: str, *, current: bool = True, edited: bool = False, **rest: Any) -> Held:
    given = {"id": ID, "requirement": "KH-1", "cause": "plan", "supersedes": None, **rest}
    return Held(status=status, edited=edited, current=current, **given)


def test_missing_document_is_drafted() -> None:
    assert plan_steps(["KH-1"], []) == [Step(MAKE, "KH-1")]


def test_unedited_draft_is_refreshed_and_an_edited_one_kept() -> None:
    assert plan_steps(["KH-1"], [held("draft", current=False)]) == [Step(REFRESH, "KH-1", ID)]
    assert plan_steps(["KH-1"], [held("draft", current=False, edited=True)]) == [Step(KEEP, "KH-1", ID)]


def test_issued_document_that_holds_needs_no_draft() -> None:
    assert plan_steps(["KH-1"], [held("issued")]) == []


def test_issued_document_that_no_longer_holds_gets_a_replacement() -> None:
    assert plan_steps(["KH-1"], [held("issued", current=False)]) == [Step(MAKE, "KH-1", supersedes=ID)]


def test_replacement_is_dropped_when_the_issued_one_holds_again() -> None:
    there = [held("issued"), held("draft", id=OTHER, supersedes=ID, current=False)]
    assert plan_steps(["KH-1"], there) == [Step(DROP, "KH-1", OTHER)]


def test_replacement_that_a_person_asked_for_stays() -> None:
    there = [held("issued"), held("draft", id=OTHER, supersedes=ID, cause="person", edited=True)]
    assert plan_steps(["KH-1"], there) == [Step(KEEP, "KH-1", OTHER, ID)]


def test_dropped_draft_comes_back_as_it_was() -> None:
    assert plan_steps(["KH-1"], [held("dropped", edited=True)]) == [Step(KEEP, "KH-1", ID)]
    there = [held("issued", current=False), held("dropped", id=OTHER, supersedes=ID)]
    assert plan_steps(["KH-1"], there) == [Step(REFRESH, "KH-1", OTHER, ID)]


def test_draft_that_the_option_does_not_need_is_dropped_and_the_issued_one_left() -> None:
    assert plan_steps([], [held("draft")]) == [Step(DROP, "KH-1", ID)]
    assert plan_steps([], [held("issued", current=False)]) == []


def test_steps_twice_change_nothing_more() -> None:
    refreshed = [held("draft")]
    assert plan_steps(["KH-1"], refreshed) == plan_steps(["KH-1"], refreshed)

"""Invitations: how they stand, issue, replace, withdraw, there and back; and whom they reach."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.mailbox import body_of

HUB = ("lanh-dao", "tinh")
PRESS = ("bao-chi", "tinh")
VINH = ("huyen", "vinh")
DIEN_CHAU = ("huyen", "dien-chau")


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rpartition(":")[2]


def receivers(office: Any, subject: str) -> list[str]:
    letters = [letter for letter in office.mailbox.letters if str(letter["Subject"]).startswith(subject)]
    return sorted(letter["To"].addresses[0].addr_spec.partition("@")[0] for letter in letters)


# how they stand


def test_nothing_is_to_issue_before_the_first_decision(office: Any) -> None:
    listed = office.list()
    assert (listed["revision"], listed["items"]) == (None, [])
    assert problem(office.order("issue")) == (409, "not-decided")
    assert problem(office.order("withdraw", reason="x")) == (409, "not-decided")


def test_every_route_has_one_invitation_to_issue(office: Any) -> None:
    office.desk.adopt("online")
    listed = office.list()
    assert {(i["group"], i["unit"]): (i["state"], i["site"], i["places"]) for i in listed["items"]} == {
        HUB: ("to_issue", "hub", 4),
        PRESS: ("to_issue", "hub", 2),
        VINH: ("to_issue", "vinh", 3),
        DIEN_CHAU: ("to_issue", "dien-chau", 3),
    }
    assert listed["counts"]["to_issue"] == {"routes": 4, "seats": 12}
    assert listed["counts"]["issued"] == {"routes": 0, "seats": 0}


def test_switch_shows_what_is_to_replace_and_to_withdraw(office: Any) -> None:
    office.desk.adopt("online")
    office.issue()
    office.desk.adopt("in_person")
    assert office.states() == {
        HUB: "to_replace",
        VINH: "to_replace",
        DIEN_CHAU: "to_replace",
        PRESS: "to_withdraw",
    }
    hub = next(item for item in office.list()["items"] if item["group"] == "lanh-dao")
    assert (hub["site"], hub["places"]) == ("hall", 3)
    assert (hub["was"]["site"], hub["was"]["site_name"], hub["was"]["places"]) == ("hub", "Điểm cầu tỉnh", 4)


def test_there_and_back_shows_the_invitations_issued_again(office: Any) -> None:
    office.desk.adopt("online")
    office.issue()
    before = office.list()["items"]
    office.desk.adopt("in_person")
    office.desk.adopt("online")
    assert office.list()["items"] == before


def test_there_replaced_and_back_asks_to_replace_again(office: Any) -> None:
    office.desk.adopt("online")
    office.issue()
    office.desk.adopt("in_person")
    office.issue(group="lanh-dao")
    office.desk.adopt("online")
    assert office.states() == {HUB: "to_replace", PRESS: "issued", VINH: "issued", DIEN_CHAU: "issued"}


def test_another_start_asks_to_replace_all(office: Any) -> None:
    from datetime import datetime

    office.desk.adopt("online")
    office.issue()
    office.desk.plan(starts_at=datetime.fromisoformat("2021-06-30T14:00"))
    office.desk.adopt("online")
    assert set(office.states().values()) == {"to_replace"}
    office.issue()
    assert set(office.states().values()) == {"issued"}


def test_open_start_refuses_to_issue(office: Any) -> None:
    office.desk.plan(starts_at=None)
    office.desk.adopt("online")
    assert problem(office.order("issue", dry_run=True)) == (409, "start-not-fixed")
    assert problem(office.order("issue")) == (409, "start-not-fixed")
    assert set(office.states().values()) == {"to_issue"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"group": "huyen"}, {VINH, DIEN_CHAU}),
        ({"unit": "vinh"}, {VINH}),
        ({"site": "hub"}, {HUB, PRESS}),
        ({"q": "dien chau"}, {DIEN_CHAU}),
        ({"q": "BÁO CHÍ"}, {PRESS}),
        ({"q": "khong co"}, set()),
        ({"state": "issued"}, set()),
        ({"issuer": "organiser"}, {HUB, PRESS}),
        ({"issuer": ""}, {HUB, PRESS}),
        ({"issuer": "bridge_unit"}, {VINH, DIEN_CHAU}),
    ],
)
def test_list_is_narrowed(office: Any, query: dict[str, str], found: set[Any]) -> None:
    office.desk.adopt("online")
    assert set(office.states(**query)) == found


def test_counts_hold_for_all_states_of_what_else_is_asked(office: Any) -> None:
    office.desk.adopt("online")
    office.issue(group="bao-chi")
    counts = office.list(state="to_issue", issuer="organiser")["counts"]
    assert (counts["to_issue"]["routes"], counts["issued"]["routes"]) == (1, 1)


def test_pages_lead_through_all_in_the_order_of_the_plan(office: Any) -> None:
    office.desk.adopt("online")
    whole = [(item["group"], item["unit"]) for item in office.list()["items"]]
    assert whole == [HUB, PRESS, VINH, DIEN_CHAU]
    seen, cursor = [], ""
    while cursor is not None:
        page = office.list(limit=1, cursor=cursor)
        seen += [(item["group"], item["unit"]) for item in page["items"]]
        cursor = page["next"]
    assert seen == whole


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"state": "lost"}, "/query/state"),
        ({"issuer": "me"}, "/query/issuer"),
        ({"cursor": "e30"}, "/query/cursor"),
    ],
)
def test_wrong_query_names_its_field(office: Any, query: dict[str, str], pointer: str) -> None:
    answer = office.desk.call("GET", office.desk.of("invitations"), query_string=query)
    assert problem(answer) == (422, "invalid")
    assert answer.json["errors"][0]["pointer"] == pointer


# issue and replace


def test_dry_run_counts_what_issuing_then_does(office: Any) -> None:
    office.desk.adopt("online")
    for name in ("Nguyễn Văn An", "Nguyễn Văn Ba"):
        office.name("lanh-dao", None, name)
    office.name("huyen", "vinh", "Trần Thị Cam", email=None)
    totals = office.order("issue", dry_run=True).json
    assert (totals["routes"], totals["to_issue"], totals["to_replace"], totals["seats"]) == (4, 4, 0, 12)
    assert (totals["named"], totals["to_send"], totals["by_hand"], totals["job"]) == (3, 2, 1, None)
    assert (office.counts()["queued"], len(office.events("issued"))) == (0, 0)
    done = office.issue()
    assert {name: done[name] for name in totals if name not in ("job", "dry_run")} == {
        name: totals[name] for name in totals if name not in ("job", "dry_run")
    }
    assert (len(office.events("issued")), office.counts()["sent"]) == (4, 2)
    assert receivers(office, "Giấy mời") == ["an", "ba"]


def test_dry_run_of_a_replacement_counts_what_it_then_does(office: Any) -> None:
    office.desk.adopt("online")
    for name in ("An", "Ba", "Cam", "Dung"):
        office.name("lanh-dao", None, f"Nguyễn Văn {name}")
    office.issue()
    office.desk.adopt("in_person")  # three places instead of four
    totals = office.order("issue", dry_run=True, group="lanh-dao").json
    assert (totals["to_replace"], totals["seats"], totals["to_send"], totals["to_tell"]) == (1, 3, 3, 1)
    office.issue(group="lanh-dao")
    assert receivers(office, "Thay thế") == ["an", "ba", "cam"]
    assert receivers(office, "Thu hồi") == ["dung"]


def test_issuing_again_does_nothing(office: Any) -> None:
    office.desk.adopt("online")
    office.name("lanh-dao", None, "Nguyễn Văn An")
    office.issue()
    again = office.order("issue")
    assert (again.status_code, again.json["routes"], again.json["to_send"], again.json["job"]) == (
        200,
        0,
        0,
        None,
    )
    assert (len(office.events("issued")), len(office.mailbox.letters)) == (4, 1)


def test_replacement_names_the_invitation_before_it(office: Any) -> None:
    office.desk.adopt("online")
    office.issue(group="lanh-dao")
    office.desk.adopt("in_person")
    office.issue(group="lanh-dao")
    first, second = office.events("issued")
    assert (first["sequence"], first["replaces"], first["site"], first["revision"]) == (1, None, "hub", 1)
    assert (second["sequence"], second["replaces"], second["site"]) == (2, first["invitation"], "hall")
    history = office.desk.get(office.desk.of("invitations/lanh-dao/tinh"))["history"]
    assert [(one["sequence"], one["ended"], one["site_name"]) for one in history] == [
        (2, None, "Hội trường"),
        (1, "replaced", "Điểm cầu tỉnh"),
    ]


def test_only_what_is_asked_for_is_issued(office: Any) -> None:
    office.desk.adopt("online")
    office.issue(group="huyen", unit="vinh")
    assert office.list()["counts"]["issued"]["routes"] == 1
    office.desk.adopt("in_person")
    office.issue(state="to_issue")
    assert office.states()[VINH] == "to_replace"
    assert office.states()[HUB] == "issued"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"group": "nobody"}, "/group"),
        ({"unit": "nowhere"}, "/unit"),
        ({"state": "to_withdraw"}, "/state"),
        ({"issuer": "me"}, "/issuer"),
        ({"more": 1}, "/more"),
    ],
)
def test_wrong_order_names_its_field_and_issues_nothing(
    office: Any, body: dict[str, Any], pointer: str
) -> None:
    office.desk.adopt("online")
    answer = office.order("issue", **body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer
    office.work()
    assert office.events("issued") == []


def test_persons_named_later_are_written_to_and_the_others_not_again(office: Any) -> None:
    office.desk.adopt("online")
    office.name("lanh-dao", None, "Nguyễn Văn An")
    office.issue()
    office.name("lanh-dao", None, "Nguyễn Văn Ba")
    line = office.list(group="lanh-dao")["items"][0]
    assert (line["state"], line["sent"], line["unsent"]) == ("issued", 1, 1)
    done = office.issue()
    assert (done["routes"], done["to_send"]) == (0, 1)
    assert receivers(office, "Giấy mời") == ["an", "ba"]


def test_issuing_that_the_option_overtakes_stops(office: Any) -> None:
    office.desk.adopt("online")
    answer = office.order("issue")
    office.desk.adopt("in_person")
    office.work()
    job = office.desk.get(f"jobs/{answer.json['job']}")
    assert (job["state"], office.events("issued")) == ("failed", [])
    assert "option was changed" in job["problem"]


def test_list_tells_who_heard_and_what_they_said(office: Any) -> None:
    office.desk.adopt("online")
    place = office.name("lanh-dao", None, "Nguyễn Văn An")
    office.name("lanh-dao", None, "Nguyễn Văn Ba", email=None)
    office.name("lanh-dao", None, "Nguyễn Văn Cam")
    office.issue()
    office.desk.answer(office.desk.link(place["id"]), "accepted")
    line = office.list(group="lanh-dao")["items"][0]
    figures = ("places", "named", "with_email", "sent", "unsent", "accepted", "declined", "unanswered")
    assert [line[name] for name in figures] == [4, 3, 2, 2, 0, 1, 0, 2]


def test_who_holds_two_places_is_written_to_once(office: Any) -> None:
    office.desk.adopt("online")
    facts = {"phone": "0900000001"}
    for group in ("lanh-dao", "bao-chi"):
        office.desk.name(group, None, "Nguyễn Văn An", email="an@dai-bieu.example.org", **facts)
    office.issue()
    assert receivers(office, "Giấy mời") == ["an"]


# withdraw


def test_withdrawing_tells_those_who_were_written_to(office: Any) -> None:
    office.desk.adopt("online")
    office.name("bao-chi", None, "Nguyễn Văn An")
    office.issue()
    office.name("bao-chi", None, "Nguyễn Văn Ba")
    office.desk.adopt("in_person")
    totals = office.order("withdraw", dry_run=True).json
    assert (totals["routes"], totals["seats"], totals["to_tell"]) == (1, 2, 1)
    office.withdraw()
    assert receivers(office, "Thu hồi") == ["an"]
    assert [event["group"] for event in office.events("withdrawn")] == ["bao-chi"]
    assert PRESS not in office.states()
    history = office.desk.get(office.desk.of("invitations/bao-chi/tinh"))["history"]
    assert (history[0]["ended"], history[0]["reason"]) == ("withdrawn", "Đổi phương án")


def test_withdrawing_again_does_nothing(office: Any) -> None:
    office.desk.adopt("online")
    office.issue()
    office.desk.adopt("in_person")
    office.withdraw()
    again = office.order("withdraw", reason="Lần nữa")
    assert (again.status_code, again.json["routes"], again.json["job"]) == (200, 0, None)


def test_withdrawing_needs_a_reason(office: Any) -> None:
    office.desk.adopt("online")
    office.issue()
    answer = office.order("withdraw", state="issued", reason="  ")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/reason")


def test_withdrawn_invitation_in_force_is_to_issue_again(office: Any) -> None:
    office.desk.adopt("online")
    office.name("bao-chi", None, "Nguyễn Văn An")
    office.issue()
    office.withdraw(state="issued", group="bao-chi")
    assert office.states()[PRESS] == "to_issue"
    office.issue(group="bao-chi")
    assert [event["sequence"] for event in office.events("issued") if event["group"] == "bao-chi"] == [1, 2]
    assert receivers(office, "Thay thế") == ["an"]


def test_who_is_invited_elsewhere_is_not_told_that_they_are_not(office: Any) -> None:
    office.desk.adopt("online")
    facts = {"phone": "0900000001", "email": "an@dai-bieu.example.org"}
    for group in ("bao-chi", "lanh-dao"):
        office.desk.name(group, None, "Nguyễn Văn An", **facts)
    office.issue()
    office.withdraw(state="issued", group="lanh-dao")
    assert receivers(office, "Thu hồi") == []


# letters


def test_letter_says_when_where_and_how_to_answer(office: Any) -> None:
    office.desk.adopt("online")
    office.name("huyen", "vinh", "Trần Thị Cam")
    office.issue()
    (letter,) = office.mailbox.letters
    body = body_of(letter)
    assert str(letter["Subject"]) == "Giấy mời dự Hội nghị thử"
    assert str(letter["From"]) == "Ban tổ chức <moi@hoi-nghi.example.org>"
    for part in (
        "Kính gửi: Trần Thị Cam",
        "Thành phố Vinh trân trọng kính mời",
        "Thời gian: 08 giờ 00, thứ Ba, ngày 29/06/2021",
        "Địa điểm: Phòng họp, Thành phố Vinh",
        "Thành phần: Đại biểu huyện (Thành phố Vinh)",
    ):
        assert part in body
    token = body.partition("/tra-loi/")[2].split()[0]
    assert office.desk.answer(token, "accepted").json["answer"] == "accepted"


def test_organiser_invites_in_its_own_name(office: Any) -> None:
    office.desk.adopt("online")
    office.name("lanh-dao", None, "Nguyễn Văn An")
    office.issue()
    assert "Tỉnh trân trọng kính mời Nguyễn Văn An" in body_of(office.mailbox.letters[0])


# whom no message reaches


def test_persons_without_an_address_are_listed_to_be_called(office: Any) -> None:
    office.desk.adopt("online")
    office.desk.name("lanh-dao", None, "Nguyễn Văn An", phone="0900000001")
    office.name("lanh-dao", None, "Nguyễn Văn Ba")
    office.issue()
    listed = office.desk.get(office.desk.of("invitations/by-hand"))["items"]
    assert [(one["name"], one["group"], one["phone"]) for one in listed] == [
        ("Nguyễn Văn An", "lanh-dao", "+84900000001")
    ]
    content = office.desk.call("GET", office.desk.of("invitations/by-hand.xlsx")).data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1][2:5] == ["Nguyễn Văn An", "", "0900000001"]


def test_workbook_has_all_invitations(office: Any) -> None:
    office.desk.adopt("online")
    content = office.desk.call("GET", office.desk.of("invitations.xlsx?issuer=all")).data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert (rows[0][0], len(rows)) == ("Mã thành phần", 5)
    assert rows[1][:6] == ["lanh-dao", "Lãnh đạo tỉnh", "tinh", "Tỉnh", "Điểm cầu tỉnh", "Chưa phát hành"]


# districts


def test_contact_of_a_unit_has_what_its_unit_invites(office: Any) -> None:
    office.desk.adopt("online")
    assert set(office.states(unit_of="vinh")) == {VINH}
    assert office.order("issue", unit_of="vinh").status_code == 202
    office.work()
    assert Counter(office.states().values()) == {"to_issue": 3, "issued": 1}


@pytest.mark.parametrize("body", [{"unit": "dien-chau"}, {"issuer": "organiser"}, {"issuer": "all"}])
def test_contact_cannot_issue_what_others_invite(office: Any, body: dict[str, str]) -> None:
    office.desk.adopt("online")
    assert problem(office.order("issue", unit_of="vinh", **body)) == (403, "not-your-unit")


def test_contact_sees_its_own_units_messages_only(office: Any) -> None:
    office.desk.adopt("online")
    office.name("huyen", "vinh", "Trần Thị Cam")
    office.name("huyen", "dien-chau", "Trần Thị Dung")
    office.issue()
    seen = office.desk.get(office.desk.of("messages"), unit="vinh")
    assert ([item["name"] for item in seen["items"]], seen["counts"]["sent"]) == (["Trần Thị Cam"], 1)
    other = next(item for item in office.messages() if item["unit"] == "dien-chau")
    answer = office.desk.call("POST", f"messages/{other['id']}:cancel", unit="vinh")
    assert problem(answer) == (404, "unknown-message")


def test_route_shows_its_persons(office: Any) -> None:
    office.desk.adopt("online")
    office.name("huyen", "vinh", "Trần Thị Cam")
    office.issue()
    shown = office.desk.get(office.desk.of("invitations/huyen/vinh"), unit="vinh")
    assert [(one["name"], one["message_state"]) for one in shown["persons"]] == [("Trần Thị Cam", "sent")]
    assert shown["line"]["state"] == "issued"
    refused = office.desk.call("GET", office.desk.of("invitations/huyen/dien-chau"), unit="vinh")
    assert problem(refused) == (403, "not-your-unit")
    unknown = office.desk.call("GET", office.desk.of("invitations/huyen/tinh"))
    assert problem(unknown) == (404, "unknown-invitation")

"""Quotas, nominations, reviews: who may propose whom, and how many."""

from __future__ import annotations

import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.integration.awards.conftest import BASE, PROVINCE, Desk, everybody


def usage(desk: Desk, unit: str, kind: str = "individual") -> dict[str, Any]:
    items = desk.house.get(f"{BASE}/quotas?unit={unit}")["items"]
    return next(item for item in items if item["kind"] == kind)


def test_quotas_come_from_the_plan_the_province_first(desk: Desk) -> None:
    items = desk.house.get(f"{BASE}/quotas")["items"]
    assert [(item["unit"], item["kind"], item["quota"]) for item in items[:3]] == [
        (PROVINCE, "collective", 8),
        (PROVINCE, "individual", 12),
        ("tp-vinh", "collective", 2),
    ]
    assert sum(item["quota"] for item in items) == 146


def test_nomination_uses_the_quota_and_one_withdrawn_gives_it_back(desk: Desk) -> None:
    made = desk.proposed()
    assert (usage(desk, "tp-vinh")["used"], usage(desk, "tp-vinh")["left"]) == (1, 3)
    assert desk.judge(made["id"], "withdraw").json()["state"] == "withdrawn"
    assert (usage(desk, "tp-vinh")["used"], usage(desk, "tp-vinh")["left"]) == (0, 4)


def test_unit_is_the_organiser_when_none_is_given(desk: Desk) -> None:
    assert desk.proposed(unit="")["unit"] == PROVINCE


def test_nomination_beyond_the_quota_is_refused_with_the_figures(desk: Desk) -> None:
    for n in range(4):
        desk.proposed(f"Nguyễn Văn {n}")
    answer = desk.propose("Người thứ năm")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:quota-exceeded")
    assert (answer.json()["quota"], answer.json()["used"]) == (4, 4)


def test_recorded_reason_goes_beyond_the_quota_and_uses_none_of_it(desk: Desk) -> None:
    for n in range(4):
        desk.proposed(f"Nguyễn Văn {n}")
    made = desk.proposed("Người thứ năm", override_reason="Thành tích đặc biệt")
    assert made["override_reason"] == "Thành tích đặc biệt"
    assert (usage(desk, "tp-vinh")["used"], usage(desk, "tp-vinh")["beyond"]) == (4, 1)


def test_reason_is_not_recorded_while_the_quota_has_room(desk: Desk) -> None:
    assert desk.proposed(override_reason="Thành tích đặc biệt")["override_reason"] is None


def test_unit_may_not_go_beyond_its_quota_by_itself(desk: Desk) -> None:
    vinh = desk.of_unit("tp-vinh")
    answer = desk.propose(client=vinh, override_reason="Xin thêm")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/override_reason"


def test_same_name_of_the_same_unit_is_refused_wherever_the_tone_mark_stands(desk: Desk) -> None:
    first = desk.proposed("Nguyễn Thị Hòa")
    answer = desk.propose("nguyễn thị Hoà")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:duplicate-nomination")
    assert answer.json()["nomination"] == first["id"]
    desk.proposed("Nguyễn Thị Hoa")
    desk.proposed("Nguyễn Thị Hòa", unit="ky-son")


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"kind": "team"}, "/kind"),
        ({"name": "  "}, "/name"),
        ({"name": "A\x07B"}, "/name"),
        ({"achievement": "x" * 501}, "/achievement"),
        ({"representative": "Lê Thị B"}, "/representative"),
        ({"unit": "khong-co"}, "/unit"),
        ({"order": 0}, "/order"),
        ({"order": "1"}, "/order"),
    ],
)
def test_wrong_value_is_refused_by_field_and_nothing_is_written(
    desk: Desk, given: dict[str, Any], pointer: str
) -> None:
    answer = desk.propose(**given)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert desk.nominations() == []


def test_unknown_conference_is_a_404(desk: Desk) -> None:
    assert desk.http.get("awards/v1/conferences/khong-co/quotas").status_code == 404


def test_district_sees_and_changes_its_own_nominations_only(desk: Desk) -> None:
    mine, theirs = desk.proposed("Của Vinh"), desk.proposed("Của Kỳ Sơn", unit="ky-son")
    vinh = desk.of_unit("tp-vinh")
    assert [item["id"] for item in vinh.get(f"{BASE}/nominations").json()["items"]] == [mine["id"]]
    assert vinh.get(f"awards/v1/nominations/{theirs['id']}").status_code == 404
    assert vinh.get(f"{BASE}/nominations?unit=ky-son").status_code == 403
    assert desk.propose("X", client=vinh, unit="ky-son").status_code == 403
    assert {item["unit"] for item in vinh.get(f"{BASE}/quotas").json()["items"]} == {"tp-vinh"}


def test_district_proposes_and_withdraws_but_does_not_review(desk: Desk) -> None:
    vinh = desk.of_unit("tp-vinh")
    made = desk.proposed("Lê Văn Bình", client=vinh, unit=None)
    assert made["unit"] == "tp-vinh"
    assert vinh.post(f"awards/v1/nominations/{made['id']}:approve").status_code == 403
    everything = desk.of_unit(
        "tp-vinh", scopes=("plan:read", "names:read", "awards:nominate", "awards:write")
    )
    assert everything.post(f"awards/v1/nominations/{made['id']}:approve").status_code == 403
    assert vinh.post(f"awards/v1/nominations/{made['id']}:withdraw").json()["state"] == "withdrawn"


def test_approved_nomination_is_no_longer_the_units_to_change(desk: Desk) -> None:
    made = desk.proposed()
    desk.approve(made["id"])
    vinh = desk.of_unit("tp-vinh")
    answer = vinh.get(f"awards/v1/nominations/{made['id']}")
    headers = {"If-Match": answer.headers["ETag"]}
    path = f"awards/v1/nominations/{made['id']}"
    refused = vinh.patch(path, json={"name": "Tên khác"}, headers=headers)
    assert (refused.status_code, refused.json()["state"]) == (409, "approved")
    assert desk.http.patch(path, json={"name": "Tên khác"}, headers=headers).json()["name"] == "Tên khác"


def test_change_needs_the_state_that_was_seen(desk: Desk) -> None:
    made = desk.proposed()
    path = f"awards/v1/nominations/{made['id']}"
    seen = desk.http.get(path).headers["ETag"]
    assert desk.http.patch(path, json={"name": "A"}).status_code == 428
    assert desk.http.patch(path, json={"name": "Tên mới"}, headers={"If-Match": seen}).status_code == 200
    assert desk.http.patch(path, json={"name": "Tên khác"}, headers={"If-Match": seen}).status_code == 412
    assert desk.http.get(path).json()["name"] == "Tên mới"


def test_approving_what_changed_since_it_was_seen_is_refused(desk: Desk) -> None:
    made = desk.proposed()
    path = f"awards/v1/nominations/{made['id']}"
    seen = {"If-Match": desk.http.get(path).headers["ETag"]}
    desk.http.patch(path, json={"name": "Người khác hẳn"}, headers=seen)
    assert desk.http.post(f"{path}:approve", headers=seen).status_code == 412
    assert desk.http.get(path).json()["state"] == "proposed"


def test_rejection_says_why_and_approval_after_it_is_kept_in_the_record(desk: Desk) -> None:
    made = desk.proposed()
    assert desk.judge(made["id"], "reject", reason="").status_code == 422
    assert desk.judge(made["id"], "reject", reason="Thiếu báo cáo").json()["state"] == "rejected"
    found = desk.judge(made["id"], "approve").json()
    assert [review["verdict"] for review in found["reviews"]] == ["approved", "rejected"]
    assert found["reviews"][1]["reason"] == "Thiếu báo cáo"


def test_rejected_one_is_approved_only_while_there_is_a_slot(desk: Desk) -> None:
    made = desk.proposed("Người đầu tiên")
    desk.judge(made["id"], "reject", reason="Chưa đủ")
    for n in range(4):
        desk.proposed(f"Nguyễn Văn {n}")
    assert desk.judge(made["id"], "approve").status_code == 409


def test_list_is_in_the_order_of_the_annex_and_pages(desk: Desk) -> None:
    desk.proposed("Cá nhân Kỳ Sơn", unit="ky-son")
    desk.proposed("Cá nhân Vinh hai", order=2)
    desk.proposed("Cá nhân Vinh một", order=1)
    desk.proposed("Tập thể Vinh", kind="collective")
    desk.proposed("Cá nhân tỉnh", unit=PROVINCE)
    names: list[str] = []
    params = {"limit": "2"}
    while True:
        page = desk.http.get(f"{BASE}/nominations", params=params).json()
        assert page["total"] == 5
        names += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert names == ["Cá nhân tỉnh", "Tập thể Vinh", "Cá nhân Vinh một", "Cá nhân Vinh hai", "Cá nhân Kỳ Sơn"]


def test_search_does_not_care_for_marks(desk: Desk) -> None:
    desk.proposed("Đặng Thị Hường")
    assert [item["name"] for item in desk.nominations(q="dang thi huong")] == ["Đặng Thị Hường"]
    assert desk.nominations(q="khong ai") == []


def test_foreign_cursor_is_refused(desk: Desk) -> None:
    assert desk.http.get(f"{BASE}/nominations?cursor=eyJwIjpbMV19").status_code == 422


def test_import_is_dry_first_then_writes_and_repeating_it_changes_nothing(desk: Desk) -> None:
    rows = everybody(desk.units())
    dry = desk.bring_in(rows, dry_run=True).json()
    assert (dry["created"], dry["applied"], desk.nominations()) == (146, False, [])
    assert desk.bring_in(rows).json()["created"] == 146
    again = desk.bring_in(rows).json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 146)
    changed = [(*rows[0][:5], "Thành tích khác"), *rows[1:]]
    assert desk.bring_in(changed).json()["updated"] == 1
    assert desk.nominations(kind="collective")[0]["achievement"] == "Thành tích khác"


def test_import_names_every_wrong_row_and_writes_nothing(desk: Desk) -> None:
    good = ("Thành phố Vinh", "cá nhân", "Lê Văn Một", "", "", "Tốt")
    rows = [
        good,
        ("Huyện Không Có", "cá nhân", "Lê Văn Hai", "", "", "Tốt"),
        ("tp-vinh", "đội", "Lê Văn Ba", "", "", "Tốt"),
        ("tp-vinh", "cá nhân", "", "", "", "Tốt"),
        ("tp-vinh", "cá nhân", "lê văn một", "", "", "Tốt"),
        *(("tp-vinh", "cá nhân", f"Thêm {n}", "", "", "Tốt") for n in range(4)),
    ]
    answer = desk.bring_in(rows)
    assert answer.status_code == 422
    found = [(error["row"], error["column"], error["code"]) for error in answer.json()["errors"]]
    assert found == [
        (3, "unit", "unknown-unit"),
        (4, "kind", "unknown-kind"),
        (5, "name", "missing-value"),
        (6, "name", "repeated-row"),
        (10, "unit", "quota-exceeded"),
    ]
    assert desk.nominations() == []


def test_import_of_a_district_stays_in_its_unit(desk: Desk) -> None:
    vinh = desk.of_unit("tp-vinh")
    rows = [("", "cá nhân", "Lê Văn Một", "", "", "Tốt"), ("ky-son", "cá nhân", "Lê Văn Hai", "", "", "Tốt")]
    answer = desk.bring_in(rows, client=vinh)
    assert [(error["row"], error["code"]) for error in answer.json()["errors"]] == [(3, "not-your-unit")]
    assert desk.bring_in(rows[:1], client=vinh).json()["created"] == 1
    assert desk.nominations()[0]["unit"] == "tp-vinh"


def test_import_does_not_bring_back_what_was_rejected(desk: Desk) -> None:
    made = desk.proposed("Lê Văn Một")
    desk.judge(made["id"], "reject", reason="Chưa đủ")
    told = desk.bring_in([("tp-vinh", "cá nhân", "Lê Văn Một", "", "", "Tốt")]).json()
    assert (told["created"], told["warnings"][0]["code"]) == (0, "was-rejected")


def test_file_that_is_no_table_is_refused(desk: Desk) -> None:
    for content in (b"", b"a;b\n1;2\n", b"PK\x03\x04nonsense"):
        answer = desk.http.post(f"{BASE}/nominations:import", files={"file": ("x.csv", content)})
        assert answer.status_code == 422, answer.text


def test_export_can_be_imported_again(desk: Desk) -> None:
    desk.bring_in(everybody(["tp-vinh"]))
    answer = desk.http.get(f"{BASE}/nominations.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 7
    assert rows[1][:4] == ["tp-vinh", "Thành phố Vinh", "Tập thể", "Ban công tác số 1 tp-vinh"]
    files = {"file": ("x.xlsx", answer.content)}
    assert desk.http.post(f"{BASE}/nominations:import", files=files).json()["unchanged"] == 6

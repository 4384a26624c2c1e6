"""Numbers, issue, replacement, recall: an issued document is never edited, a number never used again."""

from __future__ import annotations

from io import BytesIO

from python_calamine import CalamineWorkbook

from tests.house import KEY
from tests.integration.documents.desk import BASE, Desk


def code(answer: object) -> str:
    return str(answer.json()["type"]).removeprefix("urn:diemcau:")  # type: ignore[attr-defined]


def test_issuing_gives_the_first_number_of_the_types_register(online: Desk) -> None:
    plan, programme = online.issue("KH-1"), online.issue("CTr-2")
    assert (plan["code"], programme["code"]) == ("01/KH-MTTQ-BTT", "01/CTr-MTTQ-BTT")
    assert plan["content"]["number"] == 1
    assert plan["content"]["day"] == plan["issued_on"]


def test_replacement_gets_the_next_number_and_supersedes(online: Desk) -> None:
    first = online.issue("KH-1")
    draft = online.act(first["id"], "supersede").json()
    assert draft["content"]["number"] is None
    second = online.issue("KH-1")
    assert second["code"] == "02/KH-MTTQ-BTT"
    old = online.detail(first["id"])
    assert (old["status"], old["superseded_by"]) == ("superseded", second["id"])


def test_asking_twice_for_a_replacement_gives_the_same_draft(online: Desk) -> None:
    issued = online.issue("KH-1")
    first, second = (online.act(issued["id"], "supersede").json()["id"] for _ in range(2))
    assert first == second


def test_issued_document_is_not_edited(online: Desk) -> None:
    issued = online.issue("KH-1")
    answer = online.patch(issued["id"], issued["version"], subject="Khác")
    assert (answer.status_code, code(answer)) == (409, "not-a-draft")
    assert online.detail(issued["id"])["subject"] == issued["subject"]


def test_issued_document_is_not_issued_again(online: Desk) -> None:
    issued = online.issue("KH-1")
    assert code(online.act(issued["id"], "issue")) == "not-a-draft"


def test_recalled_number_stays_taken_and_a_new_draft_is_made(online: Desk) -> None:
    issued = online.issue("KH-1")
    answer = online.act(issued["id"], "recall", reason="Sai thành phần")
    assert answer.json()["status"] == "recalled"
    online.house.pump()
    assert online.one("KH-1", "draft")["supersedes"] is None
    assert online.issue("KH-1")["code"] == "02/KH-MTTQ-BTT"


def test_recall_needs_a_reason(online: Desk) -> None:
    issued = online.issue("KH-1")
    answer = online.act(issued["id"], "recall", reason="  ")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/reason"
    assert online.detail(issued["id"])["status"] == "issued"


def test_draft_is_neither_replaced_nor_recalled(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    assert code(online.act(draft["id"], "supersede")) == "not-issued"
    assert code(online.act(draft["id"], "recall", reason="Sai")) == "not-issued"


def test_date_is_not_earlier_than_the_number_before(online: Desk) -> None:
    online.issue("KH-1")
    online.act(online.one("KH-1", "issued")["id"], "supersede")
    draft = online.one("KH-1", "draft")
    year = online.one("KH-1", "issued")["issued_on"][:4]
    answer = online.act(draft["id"], "issue", issued_on=f"{year}-01-01")
    assert (answer.status_code, code(answer)) == (409, "date-before-last")
    assert online.detail(draft["id"])["status"] == "draft"
    assert online.issue("KH-1")["number"] == 2


def test_every_year_begins_with_number_one(online: Desk) -> None:
    last_year = int(online.one("KH-1", "draft")["changed_at"][:4]) - 1
    online.issue("KH-1", issued_on=f"{last_year}-12-31")
    online.act(online.one("KH-1", "issued")["id"], "supersede")
    assert online.issue("KH-1")["number"] == 1


def test_date_is_not_in_the_future(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    answer = online.act(draft["id"], "issue", issued_on="2199-01-01")
    assert (answer.status_code, code(answer)) == (422, "date-in-future")


def test_invitation_is_not_issued_while_the_start_is_open(online: Desk) -> None:
    online.amend_plan(starts_at=None, ends_at=None)
    online.adopt("online")
    draft = online.one("GM-3", "draft")
    assert draft["holds"] == "start-not-fixed"
    answer = online.act(draft["id"], "issue")
    assert (answer.status_code, code(answer)) == (409, "start-not-fixed")
    online.issue("KH-1")  # a plan may say "provisional"


def test_award_decision_is_not_issued_before_the_award_is_decided(online: Desk) -> None:
    answer = online.act(online.one("QĐ-11", "draft")["id"], "issue")
    assert (answer.status_code, code(answer)) == (409, "award-not-decided")


def test_speech_has_no_number(online: Desk) -> None:
    answer = online.act(online.one("BAI-4", "draft")["id"], "issue")
    assert (answer.status_code, code(answer)) == (409, "not-numbered")


def test_outdated_draft_is_not_issued(online: Desk) -> None:
    online.edit("KH-1", subject="Tên do người soạn đặt")
    online.adopt("in_person")
    answer = online.act(online.one("KH-1", "draft")["id"], "issue")
    assert (answer.status_code, code(answer)) == (409, "draft-outdated")


def test_edit_of_what_somebody_changed_meanwhile_is_refused(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    online.edit("KH-1", subject="Người khác sửa trước")
    answer = online.patch(draft["id"], draft["version"], subject="Tôi sửa sau")
    assert (answer.status_code, code(answer)) == (412, "changed-meanwhile")
    assert online.one("KH-1", "draft")["subject"] == "Người khác sửa trước"


def test_edit_without_if_match_is_refused(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    answer = online.http.patch(f"{BASE}/documents/{draft['id']}", json={"subject": "Khác"})
    assert answer.status_code == 428


def test_wrong_block_is_named_by_its_pointer(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    body = [{"kind": "para", "text": "Được"}, {"kind": "heading", "level": 9, "no": "I", "text": "Mục"}]
    answer = online.patch(draft["id"], draft["version"], body=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/body/1/level"]
    assert online.one("KH-1", "draft")["version"] == draft["version"]


def test_number_and_day_are_not_a_persons_to_write(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    answer = online.patch(draft["id"], draft["version"], number=7)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/number"


def test_part_of_the_signature_is_changed_alone(online: Desk) -> None:
    sign = online.edit("KH-1", sign={"name": "Lê Văn C"})["content"]["sign"]
    assert (sign["name"], sign["position"]) == ("Lê Văn C", "PHÓ CHỦ TỊCH")


def test_issue_with_an_old_etag_is_refused(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    online.edit("KH-1", subject="Sửa sau khi văn thư đọc")
    headers = {"If-Match": f'"{draft["version"]}"'}
    answer = online.http.post(f"{BASE}/documents/{draft['id']}:issue", json={}, headers=headers)
    assert answer.status_code == 412


def test_issuing_needs_the_clerks_right(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    headers = online.as_actor("plan:read", "names:read", "documents:write")
    answer = online.http.post(f"{BASE}/documents/{draft['id']}:issue", json={}, headers=headers)
    assert answer.status_code == 403


def test_somebody_of_one_unit_changes_no_document(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    headers = online.as_actor("names:read", "documents:write", "documents:issue", unit="do-luong")
    for verb in ("issue", "render", "redraft", "supersede"):
        answer = online.http.post(f"{BASE}/documents/{draft['id']}:{verb}", json={}, headers=headers)
        assert answer.status_code == 403
    assert online.one("KH-1", "draft") == draft


def test_unknown_document_is_not_found(online: Desk) -> None:
    answer = online.http.get(f"{BASE}/documents/00000000-0000-0000-0000-000000000001")
    assert (answer.status_code, code(answer)) == (404, "unknown-document")


def test_the_same_order_sent_twice_issues_once(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    headers = {"Idempotency-Key": "mot-lan"}
    first, second = (
        online.http.post(f"{BASE}/documents/{draft['id']}:issue", json={}, headers=headers) for _ in range(2)
    )
    assert first.json() == second.json()
    assert first.json()["number"] == 1


def test_register_shows_every_number_and_what_became_of_it(online: Desk) -> None:
    first = online.issue("KH-1")
    online.act(first["id"], "supersede")
    online.issue("KH-1")
    online.act(online.issue("CTr-2")["id"], "recall", reason="Sai giờ")
    sheet = online.http.get(f"{BASE}/conferences/{KEY}/register.xlsx").content
    headings, *rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert len(headings) >= 10
    assert [row[1] for row in rows] == ["01/KH-MTTQ-BTT", "02/KH-MTTQ-BTT", "01/CTr-MTTQ-BTT"]
    assert [row[11] for row in rows] == ["Đã thay thế", "Còn hiệu lực", "Đã thu hồi"]
    assert rows[0][12] == "Được thay bằng 02/KH-MTTQ-BTT"
    assert rows[2][12] == "Lý do thu hồi: Sai giờ"


def test_empty_register_has_no_rows(online: Desk) -> None:
    assert online.house.get(f"{BASE}/conferences/{KEY}/register")["items"] == []


def test_register_of_an_unknown_conference_is_not_found(online: Desk) -> None:
    assert online.http.get(f"{BASE}/conferences/khong-co/register.xlsx").status_code == 404

"""Drafts follow the revision in force, and lose nothing that a person wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from services.documents.register.tables import documents
from shared.jobs.tables import jobs
from tests.house import KEY
from tests.integration.documents.desk import BASE, Desk, statuses

LAYOUT_TYPES = ("KH-1", "CTr-2", "GM-3")


def counted(desk: Desk, revision: int) -> int:
    services = desk.house.revision(revision)["services"]
    return int(services["documents"]["counts"]["documents_to_replace"])


def test_before_the_first_decision_there_are_requirements_and_no_drafts(desk: Desk) -> None:
    assert len(desk.items()) == 10  # the letter that asks for the lines is for one option only
    assert not any(item["documents"] for item in desk.items().values())


def test_adopting_drafts_every_document_that_the_option_needs(online: Desk) -> None:
    assert len(online.items()) == 11
    assert set(map(tuple, statuses(online.items()).values())) == {("draft",)}


def test_draft_has_no_number_and_no_day(online: Desk) -> None:
    content = online.one("KH-1", "draft")["content"]
    assert (content["number"], content["day"]) == (None, None)


def test_draft_is_from_the_plan(online: Desk) -> None:
    content = online.one("KH-1", "draft")["content"]
    assert content["sign"]["name"] == "Nguyễn Văn A"
    assert content["recipients"][0] == "BTT Ủy ban Trung ương MTTQ Việt Nam"
    assert content["legal_bases"][0].startswith("Căn cứ Thông tri số 13/TT-MTTW-BTT")
    assert "21 điểm cầu cấp huyện" in str(content)


def test_unedited_draft_follows_a_switch(online: Desk) -> None:
    draft = online.one("KH-1", "draft")
    online.adopt("in_person")
    after = online.one("KH-1", "draft")
    assert after["id"] == draft["id"]
    assert after["version"] == draft["version"] + 1
    assert "Hội nghị trực tiếp tại tỉnh" in str(after["content"])


def test_edited_draft_is_kept_and_marked_outdated(online: Desk) -> None:
    online.edit("KH-1", subject="Tên do người soạn đặt")
    online.adopt("in_person")
    draft = online.one("KH-1", "draft")
    assert (draft["subject"], draft["edited"], draft["outdated"]) == ("Tên do người soạn đặt", True, True)


def test_edited_draft_is_not_outdated_when_its_layout_comes_back(online: Desk) -> None:
    online.edit("KH-1", subject="Tên do người soạn đặt")
    online.adopt("in_person")
    online.adopt("online")
    assert online.one("KH-1", "draft")["outdated"] is False


def test_editing_an_outdated_draft_makes_it_current(online: Desk) -> None:
    online.edit("KH-1", subject="Tên do người soạn đặt")
    online.adopt("in_person")
    assert online.edit("KH-1", subject="Tên mới")["outdated"] is False


def test_redraft_throws_the_persons_wording_away(online: Desk) -> None:
    before = online.one("KH-1", "draft")
    edited = online.edit("KH-1", subject="Tên do người soạn đặt")
    assert online.act(edited["id"], "redraft").status_code == 202
    online.house.pump()
    after = online.one("KH-1", "draft")
    assert (after["content"], after["edited"]) == (before["content"], False)


def test_draft_that_the_option_does_not_need_goes_and_comes_back(online: Desk) -> None:
    online.edit("CV-9", subject="Đề nghị nối mạng")
    letter = online.one("CV-9", "draft")
    online.adopt("in_person")
    assert "CV-9" not in online.items()
    online.adopt("online")
    assert online.one("CV-9", "draft")["id"] == letter["id"]
    assert online.one("CV-9", "draft")["subject"] == "Đề nghị nối mạng"


def test_issued_document_of_another_layout_gets_a_replacement_draft(online: Desk) -> None:
    issued = online.issue("KH-1")
    number = online.adopt("in_person")
    draft = online.one("KH-1", "draft")
    assert draft["supersedes"] == issued["id"]
    assert online.one("KH-1", "issued")["outdated"] is True
    assert counted(online, number) == 1


def test_preview_counts_what_settling_counts(online: Desk) -> None:
    for key in (*LAYOUT_TYPES, "CV-9", "HD-6", "BC-10"):
        online.issue(key)
    number = online.house.propose("in_person")
    online.house.pump()
    preview = counted(online, number)
    assert preview == 4  # plan, programme, invitation and letter tell of the layout
    assert online.house.decide(revision=number, expected_current=1).status_code == 202
    online.house.pump()
    assert counted(online, number) == preview


def test_coming_back_drops_the_replacement_that_was_not_issued(online: Desk) -> None:
    issued = online.issue("KH-1")
    online.adopt("in_person")
    online.adopt("online")
    [only] = online.documents("KH-1")
    assert (only["id"], only["status"], only["outdated"]) == (issued["id"], "issued", False)


def test_there_and_back_is_the_same_list(online: Desk) -> None:
    online.issue("KH-1")
    online.edit("GM-3", subject="Dự hội nghị quan trọng")
    before = online.items()
    online.adopt("in_person")
    assert online.items() != before
    online.adopt("online")
    assert online.items() == before


def test_document_that_is_no_longer_needed_is_listed_for_recall(online: Desk) -> None:
    online.issue("CV-9")
    online.adopt("in_person")
    letter = online.items()["CV-9"]
    assert letter["in_force"] is False
    assert [one["outdated"] for one in letter["documents"]] == [True]


def test_replacement_asked_for_by_a_person_survives_there_and_back(online: Desk) -> None:
    issued = online.issue("CV-9")
    replacement = online.act(issued["id"], "supersede").json()
    online.adopt("in_person")
    online.adopt("online")
    assert online.one("CV-9", "draft")["id"] == replacement["id"]


def test_another_start_makes_issued_documents_that_tell_it_outdated(online: Desk) -> None:
    for key in ("KH-1", "HD-6", "BC-10"):
        online.issue(key)
    online.amend_plan(starts_at="2021-06-30T14:00", ends_at="2021-06-30T17:30")
    number = online.adopt("online")
    assert counted(online, number) == 2
    assert "30 tháng 6 năm 2021" in str(online.one("KH-1", "draft")["content"])
    assert len(online.documents("BC-10")) == 1


def test_open_start_is_provisional_in_the_drafts(online: Desk) -> None:
    online.amend_plan(starts_at=None, ends_at=None)
    online.adopt("online")
    assert "sẽ có giấy mời sau" in str(online.one("KH-1", "draft")["content"])


def test_drafting_twice_changes_nothing(online: Desk) -> None:
    before = [online.detail(item["documents"][0]["id"]) for item in online.items().values()]
    database = online.house.system.databases["documents"]
    with database.write() as session:
        session.execute(update(jobs).values(state="queued", run_at=datetime.now(UTC)))
    online.house.pump()
    assert [online.detail(one["id"]) for one in before] == before


def test_job_of_a_killed_worker_is_run_again_and_drafts_once(desk: Desk) -> None:
    answer = desk.house.decide(option="online")
    desk.house.pump(jobs=False)
    database = desk.house.system.databases["documents"]
    with database.write() as session:  # what a worker leaves that was killed in the middle of a job
        past = datetime.now(UTC) - timedelta(minutes=5)
        session.execute(update(jobs).values(state="running", attempts=1, lease_until=past))
    desk.house.pump()
    [job] = desk.house.get(f"{BASE}/conferences/{KEY}/jobs?kind=draft_documents")["items"]
    assert (job["state"], job["result"]) == ("done", {"make": 11})
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(documents)).scalar_one() == 11
    assert answer.status_code == 202


def test_drafting_is_shown_with_the_revision(online: Desk) -> None:
    part = online.house.revision(1)["services"]["documents"]
    assert part["jobs"]["done"] == 1
    assert part["jobs"]["failed"] == 0


def test_only_the_newest_of_two_decisions_is_drafted(desk: Desk) -> None:
    desk.house.decide(option="online")
    desk.house.pump(jobs=False)
    desk.house.decide(option="in_person")
    desk.house.pump(jobs=False)
    desk.house.pump()
    assert "CV-9" not in desk.items()
    assert "Hội nghị trực tiếp" in str(desk.one("KH-1", "draft")["content"])


def test_somebody_of_one_unit_sees_no_drafts(online: Desk) -> None:
    draft, issued = online.one("GM-3", "draft"), online.issue("KH-1")
    district = online.as_actor("plan:read", "names:read", unit="do-luong")
    path = f"{BASE}/conferences/{KEY}/documents"
    items: list[dict[str, Any]] = online.http.get(path, headers=district).json()["items"]
    assert [one["id"] for item in items for one in item["documents"]] == [issued["id"]]
    for tail in ("", "/preview.pdf", ".pdf"):
        answer = online.http.get(f"{BASE}/documents/{draft['id']}{tail}", headers=district)
        assert answer.status_code == 404


def test_another_room_of_the_centre_redrafts_what_tells_it(online: Desk) -> None:
    online.move("hub", room="Hội trường tầng 9")
    for key in ("KH-1", "CTr-2", "GM-3"):
        assert "Hội trường tầng 9" in str(online.one(key, "draft")["content"]), key


def test_another_room_makes_issued_documents_that_tell_it_outdated(online: Desk) -> None:
    issued = online.issue("KH-1")
    online.move("hub", room="Hội trường tầng 9")
    assert online.detail(issued["id"])["outdated"]
    draft = online.one("KH-1", "draft")
    assert (draft["supersedes"], draft["outdated"]) == (issued["id"], False)


def test_room_that_is_put_back_makes_the_issued_document_true_again(online: Desk) -> None:
    issued = online.issue("KH-1")
    online.move("hub", room="Hội trường tầng 9")
    online.move("hub", room=None)
    assert not online.detail(issued["id"])["outdated"]
    assert [one["status"] for one in online.documents("KH-1")] == ["issued"]


def test_room_of_a_bridge_leaves_what_does_not_tell_it_alone(online: Desk) -> None:
    issued = online.issue("CTr-2")
    online.move("do-luong", room="Phòng họp số 9")
    assert not online.detail(issued["id"])["outdated"]


def test_edited_draft_with_the_old_room_is_not_issued(online: Desk) -> None:
    online.edit("KH-1", subject="Tên do người soạn đặt")
    online.move("hub", address="Số 9, đường Mẫu")
    draft = online.one("KH-1", "draft")
    assert (draft["subject"], draft["outdated"]) == ("Tên do người soạn đặt", True)
    answer = online.act(draft["id"], "issue")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:draft-outdated")

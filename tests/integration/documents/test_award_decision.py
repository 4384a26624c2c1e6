"""The decision that awards: its annex follows the recipients, and its number goes to awards."""

from __future__ import annotations

from tests.house import KEY
from tests.integration.documents.desk import Desk

AWARDS = f"awards/v1/conferences/{KEY}"


def decide_award(desk: Desk, *names: str, jobs: bool = True) -> None:
    """Nominate, approve and decide on persons of Đô Lương."""
    made = []
    for name in names:
        body = {"unit": "do-luong", "kind": "individual", "name": name, "achievement": "Xuất sắc"}
        answer = desk.http.post(f"{AWARDS}/nominations", json=body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
    assert desk.http.post(f"{AWARDS}/nominations:approve", json={"nominations": made}).status_code == 200
    decided = desk.http.post(f"{AWARDS}/award-decision", json={})
    assert decided.status_code == 200, decided.text
    desk.house.pump(jobs=jobs)


def annex_names(content: dict[str, object]) -> list[str]:
    [annex] = content["annexes"]  # type: ignore[misc]
    tables = [block for block in annex["body"] if block["kind"] == "table"]
    return [row[1] for table in tables for row in table["rows"]]


def test_deciding_on_the_award_redrafts_the_decision(online: Desk) -> None:
    assert "Huyện Đô Lương" in annex_names(online.one("QĐ-11", "draft")["content"])  # the quota
    decide_award(online, "Nguyễn Văn Mẫu", "Lê Thị Ví Dụ")
    draft = online.one("QĐ-11", "draft")
    assert annex_names(draft["content"]) == ["Nguyễn Văn Mẫu", "Lê Thị Ví Dụ"]
    assert draft["holds"] is None


def refused(desk: Desk) -> str:
    answer = desk.act(desk.one("QĐ-11", "draft")["id"], "issue")
    assert answer.status_code == 409, answer.text
    return str(answer.json()["type"]).removeprefix("urn:diemcau:")


def test_edited_decision_keeps_its_text_and_is_not_issued_with_the_old_annex(online: Desk) -> None:
    online.edit("QĐ-11", subject="Tặng thưởng bằng khen")
    decide_award(online, "Nguyễn Văn Mẫu")
    draft = online.one("QĐ-11", "draft")
    assert (draft["subject"], draft["holds"], draft["outdated"]) == ("Tặng thưởng bằng khen", None, True)
    online.edit("QĐ-11", subject="Tặng bằng khen")  # the annex is still the quota
    assert refused(online) == "draft-outdated"


def test_edited_decision_is_issued_once_it_is_drafted_anew(online: Desk) -> None:
    online.edit("QĐ-11", subject="Tặng thưởng bằng khen")
    decide_award(online, "Nguyễn Văn Mẫu")
    assert online.act(online.one("QĐ-11", "draft")["id"], "redraft").status_code == 202
    online.house.pump()
    online.issue("QĐ-11")
    online.house.pump(jobs=False)
    assert online.house.get(f"{AWARDS}/recipients")["decision"]["number"] is not None


def test_edited_decision_whose_annex_was_rewritten_is_issued(online: Desk) -> None:
    decide_award(online, "Nguyễn Văn Mẫu")
    annexes = online.one("QĐ-11", "draft")["content"]["annexes"]
    online.edit("QĐ-11", subject="Tặng thưởng bằng khen")
    decide_award(online, "Lê Thị Ví Dụ")
    [table] = [block for block in annexes[0]["body"] if block["kind"] == "table"]
    table["rows"].insert(0, ["1", "Lê Thị Ví Dụ", "", "Xuất sắc"])
    online.edit("QĐ-11", annexes=annexes)
    online.issue("QĐ-11")


def test_decision_is_not_issued_while_its_annex_is_redrafted(online: Desk) -> None:
    decide_award(online, "Nguyễn Văn Mẫu")
    decide_award(online, "Lê Thị Ví Dụ", jobs=False)
    assert refused(online) == "draft-outdated"


def test_award_decided_after_the_decision_was_issued_makes_it_outdated(online: Desk) -> None:
    decide_award(online, "Nguyễn Văn Mẫu")
    first = online.issue("QĐ-11")
    decide_award(online, "Lê Thị Ví Dụ")
    assert online.detail(first["id"])["outdated"]
    draft = online.one("QĐ-11", "draft")
    assert annex_names(draft["content"]) == ["Nguyễn Văn Mẫu", "Lê Thị Ví Dụ"]
    assert (draft["supersedes"], draft["outdated"]) == (first["id"], False)


def test_numbers_go_to_the_decisions_that_their_annexes_list(online: Desk) -> None:
    decide_award(online, "Nguyễn Văn Mẫu")
    first = online.issue("QĐ-11")
    decide_award(online, "Lê Thị Ví Dụ")
    second = online.issue("QĐ-11")
    online.house.pump(jobs=False)
    found = online.house.get(f"{AWARDS}/award-decisions")["items"]
    assert [(one["sequence"], one["document"]) for one in found] == [(2, second["id"]), (1, first["id"])]


def test_replacement_of_a_decision_keeps_whom_its_annex_lists(online: Desk) -> None:
    decide_award(online, "Nguyễn Văn Mẫu")
    assert online.act(online.issue("QĐ-11")["id"], "supersede").status_code == 200
    second = online.issue("QĐ-11")
    online.house.pump(jobs=False)
    assert online.house.get(f"{AWARDS}/recipients")["decision"]["document"] == second["id"]


def test_award_decided_before_the_option_is_in_the_first_draft(desk: Desk) -> None:
    decide_award(desk, "Nguyễn Văn Mẫu")
    desk.adopt("in_person")
    assert annex_names(desk.one("QĐ-11", "draft")["content"]) == ["Nguyễn Văn Mẫu"]


def test_issued_decision_gives_the_award_its_number(online: Desk) -> None:
    decide_award(online, "Nguyễn Văn Mẫu")
    issued = online.issue("QĐ-11")
    online.house.pump(jobs=False)
    decision = online.house.get(f"{AWARDS}/recipients")["decision"]
    assert (decision["document"], decision["issued_on"]) == (issued["id"], issued["issued_on"])
    assert decision["symbol"] == "QĐ-MTTQ-BTT"


def test_events_of_documents_carry_no_names(online: Desk) -> None:
    decide_award(online, "Nguyễn Văn Mẫu")
    online.act(online.issue("QĐ-11")["id"], "recall", reason="Nhầm Nguyễn Văn Mẫu")
    database = online.house.system.databases["documents"]
    with database.engine.connect() as connection:
        sent = connection.exec_driver_sql("select group_concat(cast(envelope as text)) from outbox").scalar()
    assert "document.issued" in str(sent)
    assert "Nguyễn" not in str(sent)

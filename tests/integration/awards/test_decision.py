"""The decision: its annex, its history, its number, and where those who are honoured are presented."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import select

from shared.bus.outbox import emit
from shared.bus.tables import outbox
from shared.contracts.awards import AwardDecidedV1
from shared.contracts.documents import DocumentIssuedV1, DocumentSupersededV1
from tests.house import KEY
from tests.integration.awards.conftest import BASE, PROVINCE, Desk


def issue(
    desk: Desk, number: int = 12, type: str = "QĐ", day: str = "2021-06-25", decision: str | None = None
) -> UUID:
    """The register gives a number, as documents tells it; a QĐ lists those whom the last decision honours,
    or those of `decision`."""
    document = uuid4()
    current = recipients(desk)["decision"]
    lists = decision or (current["id"] if current and type == "QĐ" else None)
    data = {
        "conference": KEY,
        "document": document,
        "type": type,
        "number": number,
        "symbol": f"{type}-MTTQ-BTT",
        "issued_on": date.fromisoformat(day),
        "decision": UUID(lists) if lists else None,
    }
    with desk.house.system.databases["documents"].write() as session:
        emit(session, DocumentIssuedV1, data, key=str(document))
    desk.house.pump(jobs=False)
    return document


def recall(desk: Desk, document: UUID) -> None:
    end(desk, document, "recalled")


def end(desk: Desk, document: UUID, why: str) -> None:
    """documents tells that a paper was superseded or recalled."""
    data = {"conference": KEY, "document": document, "by": None, "reason": why}
    with desk.house.system.databases["documents"].write() as session:
        emit(session, DocumentSupersededV1, data, key=str(document))
    desk.house.pump(jobs=False)


def recipients(desk: Desk) -> dict[str, Any]:
    return desk.house.get(f"{BASE}/recipients")


def told(desk: Desk) -> list[dict[str, Any]]:
    """What awards told of its decisions."""
    with desk.house.system.databases["awards"].read() as session:
        query = select(outbox.c.envelope).where(outbox.c.type == AwardDecidedV1.event_type)
        return [orjson.loads(row)["data"] for row in session.execute(query.order_by(outbox.c.seq)).scalars()]


@pytest.fixture
def honoured(desk: Desk) -> Desk:
    """146 are honoured, as many as the quotas allow."""
    desk.nominate_all()
    desk.decide()
    desk.house.pump(jobs=False)
    return desk


def test_annex_has_everybody_once_the_province_first_collectives_first(honoured: Desk) -> None:
    items = recipients(honoured)["items"]
    assert [item["order"] for item in items] == list(range(1, 147))
    assert len({item["id"] for item in items}) == 146
    units = list(dict.fromkeys(item["unit"] for item in items))
    assert units == honoured.units()
    assert Counter(item["kind"] for item in items if item["unit"] == "ky-son") == {
        "collective": 2,
        "individual": 4,
    }
    kinds = [item["kind"] for item in items if item["unit"] == PROVINCE]
    assert kinds == ["collective"] * 8 + ["individual"] * 12


def test_only_what_is_approved_is_honoured(desk: Desk) -> None:
    approved, _proposed = desk.proposed("Một"), desk.proposed("Hai")
    rejected = desk.proposed("Ba")
    desk.approve(approved["id"])
    desk.judge(rejected["id"], "reject", reason="Chưa đủ")
    desk.decide()
    assert [item["name"] for item in recipients(desk)["items"]] == ["Một"]


def test_deciding_without_any_approved_nomination_is_refused(desk: Desk) -> None:
    desk.proposed()
    answer = desk.http.post(f"{BASE}/award-decision", json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:nothing-to-decide")


def test_dry_run_shows_the_annex_and_decides_nothing(desk: Desk) -> None:
    desk.approve(desk.proposed()["id"])
    found = desk.decide(dry_run=True)
    assert (found["decision"], found["total"], found["individuals"]) == (None, 1, 1)
    assert recipients(desk) == {"decision": None, "items": []}


def test_naming_what_is_not_approved_is_refused_by_place(desk: Desk) -> None:
    approved, proposed = desk.proposed("Một"), desk.proposed("Hai")
    desk.approve(approved["id"])
    body = {"nominations": [approved["id"], proposed["id"], str(uuid4())]}
    answer = desk.http.post(f"{BASE}/award-decision", json=body)
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/nominations/1", "/nominations/2"]


def test_same_decision_again_is_the_same_one(honoured: Desk) -> None:
    again = honoured.decide()
    assert (again["created"], again["decision"]["sequence"]) == (False, 1)
    assert len(honoured.house.get(f"{BASE}/award-decisions")["items"]) == 1


def test_second_decision_supersedes_the_first_whose_history_stays(honoured: Desk) -> None:
    first = recipients(honoured)
    dropped = first["items"][-1]["id"]
    assert honoured.judge(dropped, "withdraw").status_code == 200
    assert len(recipients(honoured)["items"]) == 146  # the decision holds until another one is taken
    second = honoured.decide(reason="Rút một cá nhân")["decision"]
    assert (second["sequence"], second["reason"]) == (2, "Rút một cá nhân")
    assert len(recipients(honoured)["items"]) == 145
    states = [
        (one["sequence"], one["state"]) for one in honoured.house.get(f"{BASE}/award-decisions")["items"]
    ]
    assert states == [(2, "in_force"), (1, "superseded")]


def test_correction_shows_in_the_annex_only_after_a_new_decision(honoured: Desk) -> None:
    one = recipients(honoured)["items"][0]
    path = f"awards/v1/nominations/{one['id']}"
    seen = {"If-Match": honoured.http.get(path).headers["ETag"]}
    assert honoured.http.patch(path, json={"name": "Tên đúng"}, headers=seen).status_code == 200
    assert recipients(honoured)["items"][0]["name"] == one["name"]
    honoured.decide()
    corrected = recipients(honoured)["items"][0]
    assert (corrected["id"], corrected["name"]) == (one["id"], "Tên đúng")


def test_event_tells_ids_and_order_and_no_name(honoured: Desk) -> None:
    [event] = told(honoured)
    assert event["columns"] == ["id", "unit", "kind", "order"]
    items = recipients(honoured)["items"]
    assert event["rows"] == [[i["id"], i["unit"], i["kind"], i["order"]] for i in items]
    assert "Nguyễn" not in str(event)


def test_number_of_the_register_becomes_the_decisions(honoured: Desk) -> None:
    assert recipients(honoured)["decision"]["number"] is None
    issue(honoured, type="KH")
    assert recipients(honoured)["decision"]["number"] is None
    issue(honoured, 12)
    decision = recipients(honoured)["decision"]
    assert (decision["number"], decision["issued_on"]) == ("12/QĐ-MTTQ-BTT", "2021-06-25")


def test_number_of_a_paper_without_recipients_is_no_decisions(desk: Desk) -> None:
    issue(desk, 7)
    desk.approve(desk.proposed()["id"])
    assert desk.decide()["decision"]["number"] is None


def test_number_is_only_of_the_decision_that_its_paper_lists(desk: Desk) -> None:
    desk.approve(desk.proposed()["id"])
    first = desk.decide()["decision"]["id"]
    desk.approve(desk.proposed("Người khác")["id"])
    desk.decide()
    issue(desk, 7, decision=first)
    numbers = [one["number"] for one in desk.house.get(f"{BASE}/award-decisions")["items"]]
    assert numbers == [None, "07/QĐ-MTTQ-BTT"]


def test_number_of_a_recalled_paper_stays_in_the_history(honoured: Desk) -> None:
    document = issue(honoured, 12)
    recall(honoured, document)
    [decision] = honoured.house.get(f"{BASE}/award-decisions")["items"]
    assert (decision["number"], decision["number_state"]) == ("12/QĐ-MTTQ-BTT", "recalled")


def test_number_in_force_stands_before_a_recalled_one(honoured: Desk) -> None:
    recall(honoured, issue(honoured, 12))
    issue(honoured, 13)
    decision = recipients(honoured)["decision"]
    assert (decision["number"], decision["number_state"]) == ("13/QĐ-MTTQ-BTT", "in_force")


def test_names_of_a_unit_that_the_plan_lost_are_its_last_ones(honoured: Desk) -> None:
    honoured.lose_unit("ky-son")
    items = recipients(honoured)["items"]
    assert {one["unit_name"] for one in items if one["unit"] == "ky-son"} == {"Huyện Kỳ Sơn"}
    presented = honoured.house.get(f"{BASE}/presentations")["items"]
    assert "ky-son" not in {one["unit_name"] for one in presented}


def test_nominations_of_a_unit_that_the_plan_lost_are_left_out_and_told(honoured: Desk) -> None:
    honoured.lose_unit("ky-son")
    decided = honoured.decide(reason="Kế hoạch mới")
    assert (decided["total"], decided["decision"]["sequence"]) == (140, 2)
    assert [one["unit_name"] for one in decided["left_out"]] == ["Huyện Kỳ Sơn"] * 6


def test_choosing_nominations_of_a_unit_that_the_plan_lost_is_refused_by_name(honoured: Desk) -> None:
    chosen = [one["id"] for one in recipients(honoured)["items"]]
    honoured.lose_unit("ky-son")
    answer = honoured.http.post(f"{BASE}/award-decision", json={"nominations": chosen})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:unit-not-in-plan")
    assert answer.json()["units"] == [{"unit": "ky-son", "unit_name": "Huyện Kỳ Sơn"}]
    assert "Huyện Kỳ Sơn" in answer.json()["title"] + answer.json().get("detail", "")


def test_district_is_shown_its_own_recipients(honoured: Desk) -> None:
    vinh = honoured.of_unit("tp-vinh")
    items = vinh.get(f"{BASE}/recipients").json()["items"]
    assert {item["unit"] for item in items} == {"tp-vinh"}
    assert [item["order"] for item in items] == list(range(21, 27))
    assert vinh.post(f"{BASE}/award-decision", json={}).status_code == 403


def test_slots_are_the_quotas_until_somebody_is_honoured(desk: Desk) -> None:
    revision = desk.adopt("online")
    assert desk.counts(revision)["presentations_moved"] == 146
    found = desk.house.get(f"{BASE}/presentations")
    assert (found["provisional"], sum(item["count"] for item in found["items"])) == (True, 146)
    desk.approve(*(desk.proposed(f"Người {n}")["id"] for n in range(3)))
    desk.decide()
    found = desk.house.get(f"{BASE}/presentations")
    assert [(i["unit"], i["kind"], i["count"], i["site"]) for i in found["items"]] == [
        ("tp-vinh", "individual", 3, "tp-vinh")
    ]
    assert found["provisional"] is False


def test_hall_defers_all_but_thirty_and_the_preview_says_what_settles(honoured: Desk) -> None:
    online = honoured.adopt("online")
    assert honoured.counts(online) == {
        "presentations_kept": 0,
        "presentations_moved": 146,
        "presentations_deferred": 0,
    }
    preview = honoured.house.propose("in_person")
    honoured.house.pump(jobs=False)
    foreseen = honoured.counts(preview)
    hall = honoured.adopt("in_person")
    assert honoured.counts(hall) == foreseen
    assert foreseen == {"presentations_kept": 0, "presentations_moved": 30, "presentations_deferred": 116}
    found = honoured.ceremony()
    assert (found["total"], found["deferred_total"]) == (30, 116)
    orders = [item["order"] for item in found["items"]]
    assert orders == list(range(1, 31))
    assert [item["order"] for item in found["deferred"]] == list(range(31, 147))
    assert found["sites"] == [{"site": "hall", "site_name": "Hội trường tầng 3", "count": 30}]


def test_there_and_back_presents_everybody_where_they_were(honoured: Desk) -> None:
    honoured.adopt("online")
    before, ceremony = honoured.house.get(f"{BASE}/presentations"), honoured.ceremony()
    honoured.adopt("in_person")
    honoured.adopt("online")
    after = honoured.house.get(f"{BASE}/presentations")
    assert after["items"] == before["items"]
    assert honoured.ceremony()["items"] == ceremony["items"]
    assert honoured.ceremony()["deferred"] == []


def test_decision_after_the_preview_is_counted_when_it_settles(desk: Desk) -> None:
    desk.adopt("online")
    preview = desk.house.propose("in_person")
    desk.house.pump(jobs=False)
    assert desk.counts(preview)["presentations_deferred"] == 116
    desk.approve(*(desk.proposed(f"Người {n}")["id"] for n in range(3)))
    desk.decide()
    answer = desk.house.decide(revision=preview)
    assert answer.status_code == 202, answer.text
    desk.house.pump(jobs=False)
    assert desk.counts(preview) == {
        "presentations_kept": 0,
        "presentations_moved": 3,
        "presentations_deferred": 0,
    }


def choose(desk: Desk, ids: list[str], option: str = "in_person") -> Any:
    path = f"{BASE}/options/{option}/presentation-choice"
    seen = desk.http.get(path).headers["ETag"]
    return desk.http.put(path, json={"recipients": ids}, headers={"If-Match": seen})


def test_council_chooses_who_is_presented_where_seats_are_fewer(honoured: Desk) -> None:
    honoured.adopt("in_person")
    last = [item["id"] for item in honoured.ceremony()["deferred"][-10:]]
    assert choose(honoured, last).status_code == 200
    found = honoured.ceremony()
    presented = [item["id"] for item in found["items"]]
    assert presented[-10:] == last  # in the order of the annex, after the twenty that still fit
    assert (len(presented), len(found["deferred"])) == (30, 116)
    assert len({*presented, *(item["id"] for item in found["deferred"])}) == 146


def test_choice_of_one_option_leaves_the_other_alone(honoured: Desk) -> None:
    honoured.adopt("online")
    before = honoured.ceremony()
    last = before["items"][-1]["id"]
    assert choose(honoured, [last]).status_code == 200
    assert honoured.ceremony() == before


def test_choice_of_somebody_not_honoured_is_refused_by_place(honoured: Desk) -> None:
    known = recipients(honoured)["items"][0]["id"]
    answer = choose(honoured, [known, str(uuid4()), known])
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/recipients/1", "/recipients/2"}
    assert choose(honoured, [known], option="in_person").status_code == 200
    assert honoured.http.get(f"{BASE}/options/khong-co/presentation-choice").status_code == 404


def test_choice_that_somebody_else_changed_is_not_overwritten(honoured: Desk) -> None:
    path = f"{BASE}/options/in_person/presentation-choice"
    seen = {"If-Match": honoured.http.get(path).headers["ETag"]}
    [one, two] = [item["id"] for item in recipients(honoured)["items"][:2]]
    assert honoured.http.put(path, json={"recipients": [one]}, headers=seen).status_code == 200
    assert honoured.http.put(path, json={"recipients": [two]}, headers=seen).status_code == 412
    assert honoured.http.get(path).json()["recipients"] == [one]


def test_ceremony_goes_site_by_site_in_sets_with_what_is_read_out(honoured: Desk) -> None:
    honoured.adopt("online")
    found = honoured.ceremony(site="hub")
    assert [item["number"] for item in found["items"]] == list(range(1, 21))
    assert Counter(item["set"] for item in found["items"]) == {1: 8, 2: 10, 3: 2}
    first = found["items"][0]
    assert first["announcement"] == (
        f"Ban công tác số 1 {PROVINCE}; đại diện lên nhận: Lê Thị Đại 1, Trưởng ban"
    )
    assert len(found["sites"]) == 22


def test_ceremony_is_empty_before_anything_is_decided(desk: Desk) -> None:
    found = desk.ceremony()
    assert (found["revision"], found["items"], found["deferred"]) == (None, [], [])


def test_ceremony_workbook_ends_with_the_deferred(honoured: Desk) -> None:
    honoured.adopt("in_person")
    answer = honoured.http.get(f"{BASE}/ceremony.xlsx")
    assert answer.content.startswith(b"PK")
    vinh = honoured.of_unit("tp-vinh").get(f"{BASE}/ceremony").json()
    assert {item["unit"] for item in [*vinh["items"], *vinh["deferred"]]} == {"tp-vinh"}

"""A conference is opened when nothing is missing, closed once, and opened again with a reason."""

from __future__ import annotations

import httpx
import pytest

from shared.bus.tables import outbox
from shared.contracts.venue import LineTestedV1
from tests.house import KEY, House
from tests.integration.planning.conftest import BASE, DAY, Stage, amended, decided, tasks, told


@pytest.fixture
def house(stage: Stage) -> House:
    made = stage.at("2021-06-28T16:00")
    made.post_plan()
    made.pump()
    return made


def act(house: House, name: str, reason: str = "") -> httpx.Response:
    return house.http.post(f"{BASE}:{name}", json={"reason": reason})


def all_tested(house: House, outcome: str = "ok") -> None:
    for duty in tasks(house):
        if duty["line_test"]:
            site = duty["target"]
            told(house, "venue", LineTestedV1, site, site=site, day=DAY, outcome=outcome)


def opened(house: House) -> None:
    decided(house, "in_person")
    assert act(house, "open").status_code == 200


def refused(answer: httpx.Response) -> str:
    assert answer.status_code == 409, answer.text
    return str(answer.json()["type"]).removeprefix("urn:diemcau:")


def test_opening_is_refused_before_a_first_decision(house: House) -> None:
    assert refused(act(house, "open")) == "no-current-revision"
    assert house.conference()["state"] == "planned"


def test_opening_is_refused_while_a_switch_is_unsettled(house: House) -> None:
    decided(house, "in_person")
    house.decide(option="in_person")
    house.pump(without="awards")
    answer = act(house, "open")
    assert refused(answer) == "switch-unsettled"
    house.pump()
    assert act(house, "open").status_code == 200


def test_opening_is_refused_without_a_fixed_start(house: House) -> None:
    assert amended(house, {"starts_at": None, "ends_at": None}).status_code == 200
    house.pump()
    decided(house, "in_person")
    assert refused(act(house, "open")) == "start-not-fixed"


def test_opening_is_refused_while_a_line_test_is_missing_and_says_where(house: House) -> None:
    decided(house)
    all_tested(house)
    told(house, "venue", LineTestedV1, "nam-dan", site="nam-dan", day=DAY, outcome="failed")
    answer = act(house, "open")
    assert refused(answer) == "line-tests-missing"
    assert (answer.json()["sites"], answer.json()["count"]) == (["nam-dan"], 1)
    assert answer.json()["missing"] == ["line-tests-missing"]


def test_waived_line_test_does_not_hinder_opening(house: House) -> None:
    decided(house)
    all_tested(house, "waived")
    assert act(house, "open", "Đủ điều kiện").json()["state"] == "open"


def test_option_without_line_tests_opens(house: House) -> None:
    opened(house)
    assert house.conference()["state"] == "open"
    assert refused(act(house, "open")) == "already-open"


def test_history_tells_who_opened_and_why(house: House) -> None:
    decided(house, "in_person")
    act(house, "open", "Đúng giờ")
    [act_of_opening] = house.get(f"{BASE}/opening")["history"]
    assert (act_of_opening["act"], act_of_opening["reason"]) == ("opened", "Đúng giờ")
    assert act_of_opening["by"] == "Dòng lệnh"


def test_opening_and_closing_are_told_to_everybody(house: House) -> None:
    opened(house)
    act(house, "close")
    act(house, "reopen", "Bổ sung biên bản")
    with house.system.databases["planning"].read() as session:
        types = [row.type for row in session.execute(outbox.select().order_by(outbox.c.seq))]
    assert [one.split(".")[3] for one in types if ".conference." in one and "planned" not in one] == [
        "opened",
        "closed",
        "opened",
    ]


def test_decision_while_open_has_to_be_meant(house: House) -> None:
    decided(house, "in_person")
    opened(house)
    assert refused(house.decide(option="in_person")) == "conference-open"
    assert refused(house.undo()) == "conference-open"
    decided(house, "in_person", while_open=True)


def test_only_an_open_conference_is_closed(house: House) -> None:
    assert refused(act(house, "close")) == "not-open"
    assert refused(act(house, "reopen", "x")) == "not-closed"


def test_after_closing_every_write_is_refused(house: House) -> None:
    opened(house)
    assert act(house, "close", "Đã bế mạc").json()["state"] == "closed"
    [task, *_] = tasks(house)
    tree = house.get(f"{BASE}/plan")
    tree["conference"]["title"] = "Hội nghị khác"
    writes = {
        "decide": house.decide(option="online", while_open=True),
        "undo": house.undo(),
        "propose": house.http.post(f"{BASE}/revisions", json={"option": "online"}),
        "retry": house.retry(1),
        "amend": amended(house, {"title": "Hội nghị khác"}),
        "plan": house.http.post("planning/v1/plans", json=tree),
        "open": act(house, "open"),
        "close": act(house, "close"),
        "task": house.http.patch(
            f"{BASE}/tasks/{task['id']}", json={"state": "done"}, headers={"If-Match": f'"{task["etag"]}"'}
        ),
    }
    assert {name: refused(answer) for name, answer in writes.items()} == dict.fromkeys(
        writes, "conference-closed"
    )
    assert house.conference()["title"] != "Hội nghị khác"


def test_reopening_needs_a_reason_and_allows_writing_again(house: House) -> None:
    opened(house)
    act(house, "close")
    missing = act(house, "reopen", "  ")
    assert missing.status_code == 422
    assert missing.json()["errors"][0]["pointer"] == "/reason"
    assert act(house, "reopen", "Bổ sung biên bản").json()["state"] == "open"
    assert amended(house, {"title": "Hội nghị bổ sung"}).status_code == 200


def test_unknown_conference_has_no_opening(house: House) -> None:
    assert house.http.get("planning/v1/conferences/khong-co/opening").status_code == 404
    assert house.http.post("planning/v1/conferences/khong-co:open", json={}).status_code == 404
    assert KEY in house.http.get("planning/v1/conferences").text

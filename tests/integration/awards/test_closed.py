"""After the conference is closed nobody is nominated or honoured any more; certificates are still made."""

from __future__ import annotations

import httpx
import pytest

from tests.integration.awards.conftest import BASE, Desk


@pytest.fixture
def closed(desk: Desk) -> Desk:
    """One is honoured, one is proposed."""
    desk.approve(desk.proposed("Nguyễn Văn An")["id"])
    desk.decide()
    desk.proposed("Trần Thị Bình")
    desk.house.open()
    desk.house.act("close")
    return desk


def put(desk: Desk, path: str, body: dict[str, object]) -> httpx.Response:
    etag = desk.http.get(path).headers["ETag"]
    return desk.http.put(path, json=body, headers={"If-Match": etag})


def writes(desk: Desk) -> dict[str, httpx.Response]:
    waiting, honoured = (desk.nominations(state=state)[0]["id"] for state in ("proposed", "approved"))
    one = f"awards/v1/nominations/{waiting}"
    etag = desk.http.get(one).headers["ETag"]
    return {
        "choice": put(desk, f"{BASE}/options/in_person/presentation-choice", {"recipients": [honoured]}),
        "design": put(desk, f"{BASE}/certificate-design", {"paper": "a4"}),
        "propose": desk.propose("Lê Văn Cảnh"),
        "import": desk.bring_in([("tp-vinh", "Cá nhân", "Phạm Thị Dung", "", "Cán bộ", "Tốt")]),
        "change": desk.http.patch(one, json={"achievement": "Tốt"}, headers={"If-Match": etag}),
        "approve": desk.judge(waiting, "approve"),
        "reject": desk.judge(waiting, "reject", reason="Chưa đủ"),
        "approve all": desk.http.post(f"{BASE}/nominations:approve", json={"nominations": [waiting]}),
        "decide": desk.http.post(f"{BASE}/award-decision", json={"reason": "Bổ sung"}),
        "withdraw": desk.judge(waiting, "withdraw"),
    }


def test_after_closing_every_write_is_refused(closed: Desk) -> None:
    before = closed.nominations(), closed.house.get(f"{BASE}/recipients")
    refused = writes(closed)
    assert {name: one.status_code for name, one in refused.items()} == dict.fromkeys(refused, 409)
    assert {one.json()["type"] for one in refused.values()} == {"urn:diemcau:conference-closed"}
    assert (closed.nominations(), closed.house.get(f"{BASE}/recipients")) == before


def test_after_closing_certificates_are_still_made(closed: Desk) -> None:
    assert closed.http.post(f"{BASE}/certificates:render", json={}).status_code == 202


def test_what_would_be_decided_is_still_shown(closed: Desk) -> None:
    answer = closed.http.post(f"{BASE}/award-decision", json={"dry_run": True})
    assert (answer.status_code, answer.json()["total"]) == (200, 1)


def test_reopening_allows_writing_again(closed: Desk) -> None:
    closed.house.act("reopen", "Bổ sung biên bản")
    answers = writes(closed)
    assert answers.pop("withdraw").json()["type"] == "urn:diemcau:nomination-not-open"  # rejected by then
    assert {name: one.status_code for name, one in answers.items() if one.status_code != 200} == {
        "propose": 201
    }

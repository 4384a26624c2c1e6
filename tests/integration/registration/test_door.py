"""Check-in: scans in batches, again and late, at the right site or another, taken back."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.registration.test_answers import emitted, problem, statements

NOW = datetime.now(UTC)


def scan(desk: Any, *items: dict[str, Any], unit: str | None = None) -> Any:
    sent = [{"id": str(uuid.uuid4()), **item} for item in items]
    headers = {}
    if unit:
        token = desk.token(unit, ("names:read", "door:write"))
        headers = {"Authorization": f"Bearer {token}"}
    return desk.call("POST", desk.of("check-ins"), json={"items": sent}, headers=headers)


def outcome(desk: Any, **item: Any) -> str:
    answer = scan(desk, item)
    assert answer.status_code == 200, answer.text
    return str(answer.json["items"][0]["outcome"])


def at_once(desk: Any, batches: list[list[str]]) -> list[str]:
    """What came of each place when a door each sends its batch, all in one moment."""
    outcomes: list[str] = []
    barrier = threading.Barrier(len(batches))

    def go(batch: list[str]) -> None:
        barrier.wait()
        answer = scan(desk, *[{"place": place} for place in batch])
        outcomes.extend(item["outcome"] for item in answer.json["items"])

    threads = [threading.Thread(target=go, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def code_of(desk: Any, person: str) -> str:
    answer = desk.call("GET", desk.of("placements"))
    import orjson

    items = [orjson.loads(line) for line in answer.data.splitlines()]
    return str(next(item["check_in_code"] for item in items if item["person"] == person))


@pytest.fixture
def guest(small: Any) -> dict[str, Any]:
    small.adopt("online")
    return dict(small.name("lanh-dao", None, "Nguyễn Văn An", phone="0900000700", position="Bí thư"))


def test_code_place_and_person_check_in(small: Any, guest: dict[str, Any]) -> None:
    code = code_of(small, guest["person"])
    assert code.isdigit()
    [result] = scan(small, {"code": f" {code}\n"}).json["items"]
    assert (result["outcome"], result["name"], result["site_name"]) == (
        "checked_in",
        "Nguyễn Văn An",
        "Điểm cầu tỉnh",
    )
    assert outcome(small, place=guest["id"]) == "duplicate"
    assert outcome(small, person=guest["person"]) == "duplicate"
    assert small.headcounts()["hub"]["checked_in"] == 1
    assert emitted(small)["checked-in"] == 1


def test_same_item_again_has_the_same_result(small: Any, guest: dict[str, Any]) -> None:
    item = {"id": str(uuid.uuid4()), "place": guest["id"], "at": (NOW - timedelta(hours=2)).isoformat()}
    first, again = (scan(small, item).json["items"][0] for _ in range(2))
    assert (first["outcome"], again["outcome"]) == ("checked_in", "checked_in")
    assert first["at"] == again["at"]
    late = scan(small, {"place": guest["id"]}).json["items"][0]
    assert (late["outcome"], late["at"]) == ("duplicate", first["at"])
    assert emitted(small)["checked-in"] == 1


def test_batch_with_a_badge_twice_counts_its_first_scan(small: Any, guest: dict[str, Any]) -> None:
    early, late = ((NOW - timedelta(minutes=ago)).isoformat() for ago in (20, 10))
    items = scan(
        small, {"place": guest["id"], "at": late}, {"place": guest["id"], "at": early}, {"code": "0" * 58}
    ).json["items"]
    assert [item["outcome"] for item in items] == ["duplicate", "checked_in", "unknown"]
    assert small.headcounts()["hub"]["checked_in"] == 1


def test_guest_of_another_site_is_sent_there(small: Any, guest: dict[str, Any]) -> None:
    [result] = scan(small, {"place": guest["id"], "site": "vinh"}).json["items"]
    assert (result["outcome"], result["site_name"]) == ("elsewhere", "Điểm cầu tỉnh")
    assert small.headcounts()["hub"]["checked_in"] == 0
    assert outcome(small, place=guest["id"], site="hub") == "checked_in"


def test_who_has_no_place_in_this_option_is_withdrawn(small: Any) -> None:
    press = small.name("bao-chi", None, "Lê Thị Hoa")
    assert problem(scan(small, {"place": press["id"]})) == (409, "not-decided")
    small.adopt("in_person")
    assert outcome(small, place=press["id"]) == "withdrawn"
    assert outcome(small, place=str(uuid.uuid4())) == "unknown"


def test_replaced_person_is_unknown_and_the_substitute_is_not(small: Any, guest: dict[str, Any]) -> None:
    code = code_of(small, guest["person"])
    headers = {"If-Match": small.call("GET", f"delegates/{guest['id']}").headers["ETag"]}
    path = f"delegates/{guest['id']}/substitutes"
    made = small.call("POST", path, json={"name": "Lê Thị Hạnh"}, headers=headers)
    assert outcome(small, code=code) == "unknown"
    assert outcome(small, code=code_of(small, made.json["person"])) == "checked_in"


def test_who_declined_and_came_is_checked_in_and_marked(small: Any, guest: dict[str, Any]) -> None:
    small.answer(small.link(guest["id"]), "declined")
    [result] = scan(small, {"place": guest["id"]}).json["items"]
    assert (result["outcome"], result["declined"]) == ("checked_in", True)


def test_any_place_of_a_person_checks_in_where_they_count(small: Any) -> None:
    small.adopt("online")
    local = small.name("huyen", "vinh", "Trần Thị Bình", phone="0900000678")
    small.name("lanh-dao", None, "Trần Thị Bình", phone="0900000678")
    [result] = scan(small, {"place": local["id"]}).json["items"]
    assert (result["outcome"], result["site"]) == ("checked_in", "hub")


def test_check_in_is_kept_there_and_back(small: Any, guest: dict[str, Any]) -> None:
    outcome(small, place=guest["id"])
    small.adopt("in_person")
    assert small.headcounts()["hall"]["checked_in"] == 0
    assert small.delegates(checked_in="yes") == []
    assert outcome(small, place=guest["id"]) == "checked_in"
    small.adopt("online")
    assert small.headcounts()["hub"]["checked_in"] == 1
    assert [item["name"] for item in small.delegates(checked_in="yes")] == ["Nguyễn Văn An"]
    small.plan(starts_at=datetime.fromisoformat("2021-06-30T08:00"))
    small.adopt("online")
    assert small.headcounts()["hub"]["checked_in"] == 0


def test_nobody_is_checked_in_while_the_start_is_open(small: Any, guest: dict[str, Any]) -> None:
    small.plan(starts_at=None)
    small.adopt("online")
    assert problem(scan(small, {"place": guest["id"]})) == (409, "start-not-fixed")
    assert small.headcounts()["hub"]["checked_in"] == 0


def test_undo_keeps_the_record_and_late_repeats_do_not_come_back(small: Any, guest: dict[str, Any]) -> None:
    item = {"id": str(uuid.uuid4()), "place": guest["id"]}
    scan(small, item)
    body = {"place": guest["id"], "reason": "Quét nhầm"}
    assert small.call("POST", small.of("check-ins:undo"), json=body).status_code == 200
    assert problem(small.call("POST", small.of("check-ins:undo"), json=body)) == (409, "not-checked-in")
    assert small.headcounts()["hub"]["checked_in"] == 0
    assert scan(small, item).json["items"][0]["outcome"] == "undone"
    assert outcome(small, place=guest["id"]) == "checked_in"


def test_item_taken_back_stays_so_after_a_later_one_came_and_went(small: Any, guest: dict[str, Any]) -> None:
    old, new = ({"id": str(uuid.uuid4()), "place": guest["id"]} for _ in range(2))
    body = {"place": guest["id"], "reason": "Quét nhầm"}
    for item in (old, new):
        assert outcome(small, **item) == "checked_in"
        assert small.call("POST", small.of("check-ins:undo"), json=body).status_code == 200
    assert [result["outcome"] for result in scan(small, old, new).json["items"]] == ["undone", "undone"]
    assert small.headcounts()["hub"]["checked_in"] == 0


def test_item_taken_back_does_not_come_back_at_another_site(small: Any, guest: dict[str, Any]) -> None:
    item = {"id": str(uuid.uuid4()), "place": guest["id"]}
    scan(small, item)
    body = {"place": guest["id"], "reason": "Quét nhầm"}
    assert small.call("POST", small.of("check-ins:undo"), json=body).status_code == 200
    small.adopt("in_person")
    assert outcome(small, **item) == "undone"


def test_late_scans_of_before_the_closing_are_taken(small: Any, guest: dict[str, Any]) -> None:
    other = small.name("lanh-dao", None, "Lê Văn Cường")
    small.close()
    before = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert outcome(small, place=guest["id"]) == "closed"
    assert outcome(small, place=other["id"], at=before) == "checked_in"
    small.open()
    assert outcome(small, place=guest["id"]) == "checked_in"


def test_latest_and_how_many_of_how_many(small: Any, guest: dict[str, Any]) -> None:
    local = small.name("huyen", "vinh", "Trần Thị Bình")
    scan(small, {"place": guest["id"]}, {"place": local["id"]})
    found = small.get(small.of("check-ins"), query_string={"site": "hub"})
    assert (found["checked_in"], found["named"], [item["name"] for item in found["items"]]) == (
        1,
        1,
        ["Nguyễn Văn An"],
    )
    assert small.get(small.of("check-ins"))["checked_in"] == 2


def test_bad_scans_are_refused_by_field(small: Any, guest: dict[str, Any]) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=6)).isoformat()
    refused = scan(small, {"place": guest["id"]}, {"place": guest["id"], "at": soon})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/items/1/at")
    reset = scan(small, {"place": guest["id"], "at": "0001-01-01T00:00:00+07:00"})
    assert (reset.status_code, reset.json["errors"][0]["code"]) == (422, "too-early")
    for items in (
        [],
        [{}],
        [{"place": guest["id"], "code": "1"}],
        [{"place": "x"}],
        [{"place": guest["id"], "site": "Ừ"}],
        [{"code": "1" * 101}],
        [{"place": guest["id"]}] * 1001,
    ):
        assert scan(small, *items).status_code == 422, items[:2]
    twice = str(uuid.uuid4())
    assert scan(small, *[{"id": twice, "place": guest["id"]}] * 2).status_code == 422
    assert small.headcounts()["hub"]["checked_in"] == 0


def test_door_needs_its_scope_and_keeps_to_its_unit(small: Any, guest: dict[str, Any]) -> None:
    assert small.call("POST", small.of("check-ins"), json={"items": []}, unit="vinh").status_code == 403
    [result] = scan(small, {"place": guest["id"]}, unit="vinh").json["items"]
    assert result["outcome"] == "unknown"


def test_badge_is_a_picture_of_the_code(small: Any, guest: dict[str, Any]) -> None:
    badge = small.call("GET", f"delegates/{guest['id']}/badge.svg")
    assert badge.content_type == "image/svg+xml"
    assert badge.data.startswith(b"<svg")
    same = small.app.test_client().get(f"/api/registration/v1/rsvp/{small.link(guest['id'])}/badge.svg")
    assert same.data == badge.data


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_doors_at_once_check_a_guest_in_once(small: Any, guest: dict[str, Any]) -> None:
    outcomes = at_once(small, [[guest["id"]]] * 6)
    assert Counter(outcomes) == {"checked_in": 1, "duplicate": 5}
    assert emitted(small)["checked-in"] == 1


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_doors_with_the_same_batch_tell_of_each_guest_once(small: Any, guest: dict[str, Any]) -> None:
    others = [small.name("lanh-dao", None, name)["id"] for name in ("Lê Văn Cường", "Phạm Thị Dung")]
    places = [guest["id"], *others]
    outcomes = at_once(small, [places[at:] + places[:at] for at in (0, 1, 2, 0)])
    assert Counter(outcomes) == {"checked_in": 3, "duplicate": 9}
    assert emitted(small)["checked-in"] == 3


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_check_in_takes_two_statements(small: Any, guest: dict[str, Any]) -> None:
    other = small.name("lanh-dao", None, "Lê Văn Cường")
    outcome(small, place=other["id"])
    with statements(small) as seen:
        assert outcome(small, place=guest["id"]) == "checked_in"
    assert len(seen) == 2, seen


def test_thousand_scans_are_one_batch(small: Any) -> None:
    small.tree["options"][0]["groups"][0]["seats"] = 1_000
    small.plan()
    small.adopt("online")
    rows = "\n".join(f"lanh-dao,{n},Nguyễn Văn {n}" for n in range(1, 1_001))
    assert small.upload(f"Thành phần,Thứ tự,Họ và tên\n{rows}\n").status_code == 200
    places = [item["id"] for page in (small.delegates(q="1"), small.delegates(q="2")) for item in page]
    items = [{"place": place} for place in dict.fromkeys(places)][:400]
    results = scan(small, *items).json["items"]
    assert Counter(item["outcome"] for item in results) == {"checked_in": len(items)}
    assert small.headcounts()["hub"]["checked_in"] == len(items)

"""Line tests: by a person, by a probe, waived; what the board makes of them, and for which day."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from tests.house import KEY
from tests.integration.venue.conftest import DISTRICT, Venue

LINE_TESTED = "diemcau.venue.line.tested.v1"


def outcomes(house: Venue) -> list[tuple[str, str | None, str]]:
    return [(one["site"], one["day"], one["outcome"]) for one in house.told(LINE_TESTED)]


def test_untested_bridge_is_not_fine_and_the_hub_needs_no_test(online: Venue) -> None:
    assert online.line()["line_test"] == "not_tested"
    assert online.line("hub")["line_test"] == "not_required"
    counts = online.board()["counts"]
    assert (counts["not_tested"], counts["ok"], counts["not_required"]) == (21, 0, 1)


def test_test_is_due_the_day_before_at_three(online: Venue) -> None:
    assert online.line()["due_at"] == "2021-06-28T08:00:00+00:00"
    assert not online.line()["late"]


def test_missing_test_is_late_after_that(too_late: Venue) -> None:
    assert too_late.line()["late"]
    assert too_late.board()["counts"]["late"] == 21
    too_late.post(outcome="ok")
    assert not too_late.line()["late"]


def test_result_of_a_person_shows_on_the_board(online: Venue) -> None:
    answer = online.post(
        outcome="failed", note="Mất tiếng", measured={"loss_percent": 12.5, "codec": "H.264"}
    )
    assert answer.status_code == 201, answer.text
    line = online.line()
    assert (line["line_test"], line["method"], line["note"]) == ("failed", "person", "Mất tiếng")
    assert line["tested_by"] == "Dòng lệnh"
    assert line["tested_at"] is not None
    assert online.board()["counts"]["failed"] == 1


def test_newest_entry_wins_and_all_are_kept(online: Venue) -> None:
    online.post(outcome="failed", note="Mất tiếng")
    answer = online.post(outcome="ok")
    assert answer.json()["line_test"] == "ok"
    assert [entry["outcome"] for entry in answer.json()["items"]] == ["ok", "failed"]
    assert answer.json()["items"][1]["note"] == "Mất tiếng"


def test_planning_is_told_of_every_outcome(online: Venue) -> None:
    online.post(outcome="failed")
    online.post(outcome="ok")
    assert outcomes(online) == [("do-luong", "2021-06-29", "failed"), ("do-luong", "2021-06-29", "ok")]


def test_test_belongs_to_the_day_of_the_start(online: Venue) -> None:
    online.post(outcome="ok")
    online.start_at("2021-06-30T07:30:00")
    assert online.line()["line_test"] == "not_tested"
    assert online.line()["due_at"] == "2021-06-29T08:00:00+00:00"
    online.start_at("2021-06-29T14:00:00")
    assert online.line()["line_test"] == "ok"


def test_test_survives_a_switch_there_and_back(online: Venue) -> None:
    online.post(outcome="ok")
    before = online.line()
    online.adopt("in_person")
    assert [site["line_test"] for site in online.board()["items"]] == ["not_required"]
    online.adopt("online")
    assert online.line() == before


def test_waiver_holds_until_it_is_taken_back(online: Venue) -> None:
    answer = online.post(":waive", reason="Đã thử tại hội nghị tuần trước")
    assert answer.status_code == 200, answer.text
    assert online.line()["line_test"] == "waived"
    assert online.line()["note"] == "Đã thử tại hội nghị tuần trước"
    online.post(":unwaive")
    assert online.line()["line_test"] == "not_tested"
    assert [outcome for _, _, outcome in outcomes(online)] == ["waived", "cleared"]


def test_taking_a_waiver_back_brings_the_failure_back(online: Venue) -> None:
    online.post(outcome="failed", note="Mất hình")
    online.post(":waive", reason="Họp qua điện thoại")
    online.post(":unwaive")
    line = online.line()
    assert (line["line_test"], line["note"]) == ("failed", "Mất hình")
    assert [outcome for _, _, outcome in outcomes(online)] == ["failed", "waived", "failed"]


def test_second_waiver_names_who_was_first(online: Venue) -> None:
    online.post(":waive", reason="một")
    answer = online.post(":waive", reason="hai")
    assert answer.status_code == 409
    assert "Dòng lệnh" in answer.json()["title"]
    assert online.post(":unwaive").status_code == 200
    assert online.post(":unwaive").json()["type"] == "urn:diemcau:not-waived"


def test_waiver_needs_a_reason(online: Venue) -> None:
    answer = online.post(":waive", reason="")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/reason"]


@pytest.mark.parametrize(
    ("scope", "status"), [("decide", 200), ("sites:write", 200), ("plan:read", 403), ("plan:write", 403)]
)
def test_whoever_decides_or_looks_after_the_sites_waives(online: Venue, scope: str, status: int) -> None:
    path = f"venue/v1/sites/{online.site('tp-vinh')['id']}/line-tests:waive"
    with online.as_actor(scope) as actor:
        answer = actor.post(path, json={"reason": "Họp qua điện thoại"})
    assert answer.status_code == status


def test_district_tests_its_own_line_and_waives_nothing(online: Venue) -> None:
    mine, other = (online.site(key)["id"] for key in ("tp-vinh", "do-luong"))
    with online.as_actor(*DISTRICT, unit="tp-vinh") as contact:
        made = contact.post(f"venue/v1/sites/{mine}/line-tests", json={"outcome": "ok"})
        assert made.status_code == 201
        assert made.json()["tested_by"] == "Hồ Thị Vinh"
        refused = contact.post(f"venue/v1/sites/{other}/line-tests", json={"outcome": "ok"})
        assert refused.json()["type"] == "urn:diemcau:not-your-unit"
        waived = contact.post(f"venue/v1/sites/{mine}/line-tests:waive", json={"reason": "x"})
        assert waived.json()["type"] == "urn:diemcau:forbidden"
        assert contact.get(f"venue/v1/sites/{other}/line-tests").status_code == 403


def test_technician_of_all_sites_may_waive(online: Venue) -> None:
    site = online.site()["id"]
    with online.as_actor("plan:read", "sites:write") as technician:
        answer = technician.post(f"venue/v1/sites/{site}/line-tests:waive", json={"reason": "x"})
    assert answer.status_code == 200


def test_no_test_where_none_is_required(online: Venue) -> None:
    for key in ("hub", "do-luong"):
        if key == "do-luong":
            online.adopt("in_person")
        answer = online.post(key=key, outcome="ok")
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:not-required")


def test_no_test_before_the_first_decision(undecided: Venue) -> None:
    undecided.propose("online")
    undecided.pump()
    answer = undecided.post(outcome="ok")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:not-decided")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/outcome"),
        ({"outcome": "maybe"}, "/outcome"),
        ({"probe": True, "outcome": "ok"}, "/outcome"),
        ({"outcome": "ok", "note": "x" * 2001}, "/note"),
        ({"outcome": "ok", "measured": {"ms": 1e300}}, "/measured/ms/value"),
        ({"outcome": "ok", "measured": {"": 1}}, "/measured//key"),
        ({"outcome": "ok", "measured": {"a": [1]}}, "/measured/a/value"),
    ],
)
def test_wrong_body_is_named_and_writes_nothing(online: Venue, body: dict[str, Any], pointer: str) -> None:
    answer = online.post(**body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert online.line()["line_test"] == "not_tested"


def probe(house: Venue, address: str) -> dict[str, object]:
    """Have Đô Lương probed at `address`; the job when it is over."""
    assert house.change(probe_address=address).status_code == 200
    answer = house.post(probe=True)
    assert answer.status_code == 202, answer.text
    house.pump()
    return house.get(f"venue/v1/jobs/{answer.json()['job']}")


def test_probe_reaches_the_terminal(online: Venue, terminal: int) -> None:
    job = probe(online, f"127.0.0.1:{terminal}")
    assert job["state"] == "done"
    line = online.line()
    assert (line["line_test"], line["method"], line["tested_by"]) == ("ok", "probe", "Dòng lệnh")
    [entry] = online.get(f"venue/v1/sites/{line['id']}/line-tests")["items"]
    assert 0 < entry["measured"]["ms"] < 5000
    assert entry["measured"]["address"] == "127.0.0.1"


def test_probe_of_a_closed_port_fails_with_the_reason(online: Venue) -> None:
    probe(online, "127.0.0.1:1")
    line = online.line()
    assert (line["line_test"], line["note"]) == ("failed", "Máy từ chối kết nối")


def test_probe_of_an_unknown_name_fails_with_the_reason(online: Venue) -> None:
    probe(online, "khong-co.invalid:80")
    assert online.line()["note"] == "Không tìm được địa chỉ của máy khong-co.invalid"


def test_probe_does_not_follow_a_name_to_this_machine(too_late: Venue, terminal: int) -> None:
    job = probe(too_late, f"localhost:{terminal}")
    assert job["state"] == "failed"
    assert too_late.line()["line_test"] == "not_tested"


def test_two_probes_at_once_are_one(online: Venue, terminal: int) -> None:
    online.change(probe_address=f"127.0.0.1:{terminal}")
    jobs = {online.post(probe=True).json()["job"] for _ in range(2)}
    online.pump()
    assert len(jobs) == 1
    assert len(online.get(f"venue/v1/sites/{online.site()['id']}/line-tests")["items"]) == 1


def test_probe_needs_an_address(online: Venue) -> None:
    answer = online.post(probe=True)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:no-probe-address")


def test_probe_after_a_switch_writes_nothing(online: Venue, terminal: int) -> None:
    online.change(probe_address=f"127.0.0.1:{terminal}")
    job = online.post(probe=True).json()["job"]
    online.decide(option="in_person")
    online.pump(jobs=False)
    online.pump()
    assert online.get(f"venue/v1/jobs/{job}")["state"] == "failed"
    assert online.told(LINE_TESTED) == []


def test_board_of_a_preview_has_the_tests_of_its_own_day(online: Venue) -> None:
    online.post(outcome="ok")
    number = online.propose("online")
    online.pump()
    [site] = [site for site in online.board(number)["items"] if site["key"] == "do-luong"]
    assert site["line_test"] == "ok"


def test_of_two_waivers_at_once_one_is_refused(on_postgresql: httpx.Client) -> None:
    answers: list[httpx.Response] = []
    ready = threading.Barrier(2)
    site = on_postgresql.get(f"venue/v1/conferences/{KEY}/sites/do-luong").json()["id"]
    path = f"venue/v1/sites/{site}/line-tests"

    def waive(reason: str) -> None:
        ready.wait()
        answers.append(on_postgresql.post(f"{path}:waive", json={"reason": reason}))

    threads = [threading.Thread(target=waive, args=(reason,)) for reason in ("một", "hai")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [entry["outcome"] for entry in on_postgresql.get(path).json()["items"]] == ["waived"]


def test_board_of_an_unknown_conference_is_404(online: Venue) -> None:
    assert online.http.get("venue/v1/conferences/khong-co/board").status_code == 404
    assert online.get(f"venue/v1/conferences/{KEY}/board")["revision"] == 1


def test_district_sees_of_others_only_how_their_line_is(online: Venue) -> None:
    online.post(outcome="failed", note="Mất tiếng")
    with online.as_actor(*DISTRICT, unit="tp-vinh") as contact:
        board = contact.get(f"venue/v1/conferences/{KEY}/board").json()["items"]
    [other] = [site for site in board if site["key"] == "do-luong"]
    assert (other["line_test"], other["note"], other["tested_by"]) == ("failed", "", None)

"""Sites: contacts and what differs from the layout, written down by people and kept through switches."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest

from tests.house import KEY
from tests.integration.venue.conftest import DISTRICT, Venue

CONTACT = {"name": "Nguyễn Văn Thử", "phone": "0900 000 678", "email": "thu@example.vn"}
SITE_CHANGED = "diemcau.venue.site.changed.v1"


def test_contacts_are_kept_in_one_form(online: Venue) -> None:
    answer = online.change(contact=CONTACT, technician={"name": "Lê  Thử", "phone": "84900000679"})
    assert answer.status_code == 200, answer.text
    site = online.site()
    assert site["contact"] == {**CONTACT, "phone": "+84900000678"}
    assert site["technician"] == {"name": "Lê Thử", "phone": "+84900000679"}


def test_what_is_not_sent_stays(online: Venue) -> None:
    online.change(contact=CONTACT, note="Cửa sau")
    online.change(room="Phòng họp số 2")
    assert online.site()["contact"]["name"] == CONTACT["name"]
    assert online.site()["note"] == "Cửa sau"


def test_only_the_first_sites_for_who_asks_for_them(online: Venue) -> None:
    def asked(query: str) -> list[str]:
        return [site["key"] for site in online.get(f"venue/v1/conferences/{KEY}/sites{query}")["items"]]

    assert len(asked("")) == 22
    assert asked("?first=3") == asked("")[:3]
    assert asked("?first=1000") == asked("")
    refused = online.http.get(f"venue/v1/conferences/{KEY}/sites?first=0")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/query/first"


def test_null_takes_away(online: Venue) -> None:
    online.change(contact=CONTACT, room="Phòng họp số 2", capacity=9)
    online.change(contact=None, room=None, capacity=None)
    site = online.site()
    assert site["contact"] is None
    assert site["room"] == site["layout"]["room"]
    assert site["overrides"] == {"room": None, "address": None, "capacity": None}


def test_override_shows_in_sites_board_and_counts(online: Venue) -> None:
    before = online.revision(1)["services"]["venue"]["counts"]
    online.change(capacity=5, room="Phòng nhỏ")
    sites = online.get(f"venue/v1/conferences/{KEY}/sites")["items"]
    [listed] = [site for site in sites if site["key"] == "do-luong"]
    assert (listed["capacity"], listed["room"]) == (5, "Phòng nhỏ")
    assert listed["over"] == listed["seats"] - 5 > 0
    assert online.line()["over"] == listed["over"]
    again = online.revision(online.adopt("online"))["services"]["venue"]["counts"]
    laid = online.site()["layout"]["capacity"]
    assert again["capacity"] == before["capacity"] - laid + 5
    assert again["overruns"] == before["overruns"] + 1


def test_preview_names_the_site_that_an_override_fills(online: Venue) -> None:
    online.change(capacity=5)
    number = online.propose("online")
    online.pump()
    assert [site["key"] for site in online.changes("venue", number)["overruns"]] == ["do-luong"]


def test_capacity_set_after_the_preview_counts_when_it_settles(online: Venue) -> None:
    number = online.propose("online")
    online.pump()
    online.change(capacity=5)
    online.decide(revision=number)
    online.pump()
    assert online.revision(number)["services"]["venue"]["counts"]["overruns"] == 1


def test_contacts_and_overrides_survive_a_switch_there_and_back(online: Venue) -> None:
    online.change(contact=CONTACT, room="Phòng họp số 2", capacity=12)
    before = online.site()
    online.adopt("in_person")
    assert not online.site()["in_force"]
    online.adopt("online")
    assert online.site() == before


def test_contacts_are_written_down_before_the_decision(undecided: Venue) -> None:
    undecided.propose("online")
    undecided.pump()
    assert undecided.change(contact=CONTACT).status_code == 200
    undecided.adopt("online")
    assert undecided.site()["contact"]["name"] == CONTACT["name"]


def test_others_are_told_of_places_and_never_of_persons(online: Venue) -> None:
    online.change(contact=CONTACT)
    assert online.told(SITE_CHANGED) == []
    online.change(room="Phòng họp số 2", capacity=12)
    assert online.told(SITE_CHANGED) == [
        {
            "conference": KEY,
            "site": "do-luong",
            "room": "Phòng họp số 2",
            "address": None,
            "capacity": 12,
        }
    ]


def test_same_values_again_change_nothing(online: Venue) -> None:
    online.change(contact=CONTACT, room="Phòng họp số 2")
    before = online.http.get(f"venue/v1/sites/{online.site()['id']}")
    after = online.change(contact=CONTACT, room=" Phòng họp  số 2 ")
    assert after.headers["ETag"] == before.headers["ETag"]
    assert len(online.told(SITE_CHANGED)) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"contact": {"name": "", "phone": "0900000678"}}, "/contact/name"),
        ({"contact": {"phone": "0900000678"}}, "/contact/name"),
        ({"contact": {"name": "A", "phone": "12"}}, "/contact/phone"),
        ({"contact": {"name": "A", "email": "không có"}}, "/contact/email"),
        ({"technician": {"name": "A", "phone": "abc"}}, "/technician/phone"),
        ({"technician": {"name": "A", "email": "a@example.vn"}}, "/technician/email"),
        ({"capacity": 0}, "/capacity"),
        ({"capacity": "9"}, "/capacity"),
        ({"room": "x" * 501}, "/room"),
        ({"note": "a\u0007b"}, "/note"),
        ({"probe_address": "cau-vinh.example.vn"}, "/probe_address"),
        ({"probe_address": "cau-vinh.example.vn:0"}, "/probe_address"),
        ({"probe_address": "http://example.vn:80/"}, "/probe_address"),
        ({"probe_address": "169.254.169.254:80"}, "/probe_address"),
        ({"probe_address": "[::1]:80"}, "/probe_address"),
        ({"probe_address": "[::ffff:169.254.169.254]:80"}, "/probe_address"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_wrong_value_is_named_and_changes_nothing(
    online: Venue, change: dict[str, Any], pointer: str
) -> None:
    before = online.site()
    answer = online.change(**change)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert online.site() == before


def test_change_needs_the_etag_that_was_read(online: Venue) -> None:
    site = online.site()["id"]
    assert online.http.patch(f"venue/v1/sites/{site}", json={"note": "x"}).status_code == 428
    stale = {"If-Match": '"0"'}
    answer = online.http.patch(f"venue/v1/sites/{site}", json={"note": "x"}, headers=stale)
    assert answer.status_code == 412
    assert answer.headers["ETag"]


def test_unknown_site_is_404(online: Venue) -> None:
    assert online.http.get("venue/v1/sites/00000000-0000-4000-8000-000000000000").status_code == 404
    assert online.http.get(f"venue/v1/conferences/{KEY}/sites/khong-co").status_code == 404


def test_contacts_are_hidden_from_who_only_reads_the_plan(online: Venue) -> None:
    online.change(contact=CONTACT)
    path = f"venue/v1/conferences/{KEY}/sites/do-luong"
    assert online.as_actor("plan:read").get(path).json()["contact"] is None
    assert online.as_actor("plan:read", "names:read").get(path).json()["contact"]["name"] == CONTACT["name"]


def test_district_changes_its_own_site_only(online: Venue) -> None:
    mine, other = online.site("tp-vinh")["id"], online.site()["id"]
    with online.as_actor(*DISTRICT, unit="tp-vinh") as contact:
        headers = {"If-Match": '"1"'}
        assert contact.patch(f"venue/v1/sites/{mine}", json={"note": "x"}, headers=headers).status_code == 200
        refused = contact.patch(f"venue/v1/sites/{other}", json={"note": "x"}, headers=headers)
        assert refused.status_code == 403
        assert refused.json()["type"] == "urn:diemcau:not-your-unit"
        assert contact.get(f"venue/v1/sites/{other}").status_code == 403
    assert online.site("tp-vinh")["changed_by"] == "Hồ Thị Vinh"


def test_reader_cannot_change(online: Venue) -> None:
    headers = {"If-Match": '"1"'}
    with online.as_actor("plan:read", "names:read") as auditor:
        site = online.site()["id"]
        answer = auditor.patch(f"venue/v1/sites/{site}", json={"note": "x"}, headers=headers)
    assert answer.status_code == 403


def test_of_two_changes_at_once_one_is_refused(on_postgresql: httpx.Client) -> None:
    site = on_postgresql.get(f"venue/v1/conferences/{KEY}/sites/do-luong").json()["id"]
    answers: list[httpx.Response] = []
    ready = threading.Barrier(2)

    def change(note: str) -> None:
        ready.wait()
        path, headers = f"venue/v1/sites/{site}", {"If-Match": '"1"'}
        answers.append(on_postgresql.patch(path, json={"note": note}, headers=headers))

    threads = [threading.Thread(target=change, args=(note,)) for note in ("một", "hai")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [saved] = [json.loads(answer.content) for answer in answers if answer.status_code == 200]
    assert on_postgresql.get(f"venue/v1/sites/{site}").json()["note"] == saved["note"]


def test_plugins_say_what_they_are(online: Venue) -> None:
    found = {plugin["name"]: plugin for plugin in online.get("venue/v1/plugins")["items"]}
    assert found["online_bridge"]["places"] == ["bridge", "hub"]
    assert "$defs" in found["in_person"]["settings_schema"]

"""Registration among the others: what venue's people set and planning's closing mean to it."""

from __future__ import annotations

from typing import Any

from tests.house import KEY, House

PATH = f"registration/v1/conferences/{KEY}"


def named(house: House, group: str, name: str, **facts: Any) -> dict[str, Any]:
    made = house.http.post(f"{PATH}/delegates", json={"group": group, "name": name, **facts})
    assert made.status_code == 201, made.text
    return dict(made.json())


def link(house: House, place: str) -> str:
    url = str(house.http.post(f"registration/v1/delegates/{place}/rsvp-link").json()["url"])
    return f"registration/v1/rsvp/{url.rpartition('/')[2]}"


def set_site(house: House, key: str, **facts: Any) -> None:
    sites = house.get(f"venue/v1/conferences/{KEY}/sites")["items"]
    path = f"venue/v1/sites/{next(one['id'] for one in sites if one['key'] == key)}"
    etag = house.http.get(path).headers["ETag"]
    house.http.patch(path, json=facts, headers={"If-Match": etag}).raise_for_status()
    house.pump()


def test_site_that_venue_changed_is_shown_and_limits_answers(planned: House) -> None:
    planned.decide(option="online")
    planned.pump()
    links = [link(planned, named(planned, "tinh-uy", f"Hồ Văn {name}")["id"]) for name in ("Một", "Hai")]
    set_site(planned, "hub", room="Phòng họp số 1", capacity=1)
    assert planned.get(links[0])["room"] == "Phòng họp số 1"
    assert planned.http.post(links[0], json={"answer": "accepted"}).status_code == 200
    assert planned.http.post(links[1], json={"answer": "accepted"}).status_code == 202
    set_site(planned, "hub", room=None, capacity=None)
    assert planned.get(links[1])["answer"] == "accepted"


def test_closing_ends_answers_and_naming_until_it_is_opened_again(planned: House) -> None:
    planned.decide(option="in_person")
    planned.pump()
    address = link(planned, named(planned, "tinh-uy", "Hồ Văn Một")["id"])
    planned.http.post(f"planning/v1/conferences/{KEY}:open", json={}).raise_for_status()
    planned.http.post(f"planning/v1/conferences/{KEY}:close", json={}).raise_for_status()
    planned.pump()
    assert planned.get(address)["state"] == "finished"
    assert planned.http.post(address, json={"answer": "accepted"}).status_code == 409
    naming = {"group": "tinh-uy", "name": "Hồ Văn Hai"}
    assert planned.http.post(f"{PATH}/delegates", json=naming).status_code == 409
    reason = {"reason": "Đóng nhầm"}
    planned.http.post(f"planning/v1/conferences/{KEY}:reopen", json=reason).raise_for_status()
    planned.pump()
    assert planned.http.post(address, json={"answer": "accepted"}).status_code == 200

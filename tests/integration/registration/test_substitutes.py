"""Somebody comes in another's stead: by their own link, or sent by the organiser or the unit."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from tests.integration.registration.test_answers import emitted, problem

NEW = {"name": "Lê Thị Hạnh", "position": "Phó Chánh Văn phòng", "phone": "0900 000 777"}


def send(desk: Any, token: str, **facts: Any) -> Any:
    body = {"answer": "substituted", "substitute": NEW | facts, "note": "Bận họp"}
    return desk.call("POST", f"rsvp/{token}", json=body)


def replace(desk: Any, place: str, *, unit: str | None = None, **facts: Any) -> Any:
    etag = desk.call("GET", f"delegates/{place}").headers["ETag"]
    headers = {"If-Match": etag}
    return desk.call("POST", f"delegates/{place}/substitutes", json=NEW | facts, headers=headers, unit=unit)


@pytest.fixture
def place(small: Any) -> dict[str, Any]:
    small.adopt("online")
    return dict(small.name("lanh-dao", None, "Nguyễn Văn An", phone="0900000700"))


def test_place_keeps_unit_group_and_ordinal(small: Any, place: dict[str, Any]) -> None:
    answer = send(small, small.link(place["id"]))
    assert answer.status_code == 200, answer.text
    now = small.get(f"delegates/{place['id']}")
    assert [now[name] for name in ("unit", "group", "ordinal", "site")] == ["tinh", "lanh-dao", 1, "hub"]
    assert (now["name"], now["phone"], now["answer"]) == ("Lê Thị Hạnh", "+84900000777", None)
    [step] = now["substitutions"]
    assert (step["name"], step["substitute_name"], step["by"], step["reason"]) == (
        "Nguyễn Văn An",
        "Lê Thị Hạnh",
        "link",
        "Bận họp",
    )
    assert emitted(small)["substituted"] == 1


def test_seat_goes_with_the_place(small: Any, place: dict[str, Any]) -> None:
    token = small.link(place["id"])
    small.answer(token, "accepted")
    send(small, token)
    assert small.taken()[1, "hub"] == 1
    [now] = small.delegates()
    assert (now["name"], now["answer"]) == ("Lê Thị Hạnh", "accepted")


def test_who_had_not_answered_passes_on_no_seat(small: Any, place: dict[str, Any]) -> None:
    send(small, small.link(place["id"]))
    assert small.taken()[1, "hub"] == 0
    assert small.headcounts()["hub"]["unanswered"] == 1


def test_former_link_says_who_comes_and_answers_nothing(small: Any, place: dict[str, Any]) -> None:
    token = small.link(place["id"])
    send(small, token)
    shown = small.get(f"rsvp/{token}")
    assert (shown["state"], shown["name"], shown["answer"]) == ("substituted", "Nguyễn Văn An", None)
    assert shown["substitute"]["name"] == "Lê Thị Hạnh"
    assert problem(small.answer(token, "accepted")) == (410, "link-expired")


def test_new_link_answers_for_the_substitute(small: Any, place: dict[str, Any]) -> None:
    sent = send(small, small.link(place["id"])).json
    token = sent["link"]["url"].rpartition("/")[2]
    assert small.get(f"rsvp/{token}")["name"] == "Lê Thị Hạnh"
    assert small.answer(token, "accepted").status_code == 200
    assert small.taken()[1, "hub"] == 1
    assert small.delegates()[0]["answer"] == "accepted"


def test_organiser_sends_back_the_former(small: Any, place: dict[str, Any]) -> None:
    token = small.link(place["id"])
    send(small, token)
    back = replace(small, place["id"], name="Nguyễn Văn An", phone=None, position=None)
    assert back.status_code == 201, back.text
    assert back.json["person"] == place["person"]
    assert back.json["phone"] == "+84900000700"
    assert back.json["answer"] is None  # having sent somebody does not count against who comes back
    assert len(back.json["substitutions"]) == 2
    assert small.get(f"rsvp/{token}")["state"] == "open"
    assert small.answer(token, "accepted").status_code == 200


def test_organiser_is_not_named_on_the_former_link(small: Any, place: dict[str, Any]) -> None:
    token = small.link(place["id"])
    replace(small, place["id"])
    assert small.get(f"rsvp/{token}")["substitute"]["name"] is None


def test_closed_places_and_undecided_options_send_nobody(small: Any) -> None:
    place = small.name("bao-chi", None, "Lê Thị Hoa")
    small.adopt("online")
    token = small.link(place["id"])
    small.adopt("in_person")
    assert problem(send(small, token)) == (409, "place-closed")
    assert replace(small, place["id"]).status_code == 201


def test_substitute_with_a_place_of_their_own_is_refused_by_link_and_told_to_the_organiser(
    small: Any, place: dict[str, Any]
) -> None:
    small.name("bao-chi", None, NEW["name"], phone=NEW["phone"])
    assert problem(send(small, small.link(place["id"]))) == (409, "substitute-invited")
    answer = replace(small, place["id"])
    assert (answer.status_code, answer.json["holds_several"]) == (201, True)


def test_substitute_of_the_same_group_and_unit_is_refused(small: Any, place: dict[str, Any]) -> None:
    small.name("lanh-dao", None, NEW["name"], phone=NEW["phone"])
    answer = send(small, small.link(place["id"]))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/substitute/name"


def test_wrong_substitutes_are_refused_by_field(small: Any, place: dict[str, Any]) -> None:
    token = small.link(place["id"])
    bad = send(small, token, phone="123")
    assert (bad.status_code, bad.json["errors"][0]["pointer"]) == (422, "/substitute/phone")
    assert problem(send(small, token, name="NGUYEN VAN AN")) == (409, "same-person")
    for body in (
        {"answer": "substituted"},
        {"answer": "accepted", "substitute": NEW},
        {"answer": "substituted", "substitute": {}},
    ):
        assert small.call("POST", f"rsvp/{token}", json=body).status_code == 422, body
    assert small.get(f"delegates/{place['id']}")["substitutions"] == []


def test_link_never_changes_what_is_known_of_somebody(small: Any, place: dict[str, Any]) -> None:
    other = small.name("bao-chi", None, NEW["name"], phone=NEW["phone"], position="Phóng viên")
    small.call("DELETE", f"delegates/{other['id']}")
    send(small, small.link(place["id"]), position="Ai đó", email="khac@example.org")
    now = small.get(f"delegates/{place['id']}")
    assert (now["person"], now["position"], now["email"]) == (other["person"], "Phóng viên", None)


def test_who_also_sits_there_for_another_place_keeps_their_answer(small: Any, place: dict[str, Any]) -> None:
    small.name("bao-chi", None, "Nguyễn Văn An", phone="0900000700")
    token = small.link(place["id"])
    small.answer(token, "accepted")
    send(small, token)
    kept = {item["name"]: item["answer"] for item in small.delegates()}
    assert kept == {"Nguyễn Văn An": "accepted", "Lê Thị Hạnh": None}
    assert small.taken()[1, "hub"] == 1


def test_override_passes_to_the_substitute(small: Any) -> None:
    small.adopt("online")
    place = small.name("huyen", "vinh", "Lê Văn Cường")
    small.call("PUT", f"delegates/{place['id']}/override", json={"option": "online", "site": "dien-chau"})
    assert replace(small, place["id"]).json["site"] == "dien-chau"


def test_contact_replaces_in_their_own_unit_only(small: Any) -> None:
    small.adopt("online")
    place = small.name("huyen", "vinh", "Lê Văn Cường")
    headers = {"If-Match": small.call("GET", f"delegates/{place['id']}").headers["ETag"]}
    path = f"delegates/{place['id']}/substitutes"
    strange = small.call("POST", path, json=NEW, headers=headers, unit="dien-chau")
    assert strange.status_code == 404
    assert small.call("POST", path, json=NEW, headers=headers, unit="vinh").status_code == 201


def test_nobody_is_sent_after_closing_until_it_is_opened_again(small: Any, place: dict[str, Any]) -> None:
    token = small.link(place["id"])
    small.close()
    assert small.get(f"rsvp/{token}")["state"] == "finished"
    assert problem(send(small, token)) == (409, "conference-closed")
    assert problem(small.answer(token, "accepted")) == (409, "conference-closed")
    assert problem(replace(small, place["id"])) == (409, "conference-closed")
    naming = {"group": "bao-chi", "name": "Lê Thị Hoa"}
    assert problem(small.call("POST", small.of("delegates"), json=naming)) == (409, "conference-closed")
    small.open()
    assert send(small, token).status_code == 200


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_two_at_once_send_one(small: Any, place: dict[str, Any]) -> None:
    token = small.link(place["id"])
    outcomes: list[int] = []
    barrier = threading.Barrier(2)

    def go(phone: str) -> None:
        barrier.wait()
        outcomes.append(send(small, token, name=f"Người {phone}", phone=phone).status_code)

    threads = [threading.Thread(target=go, args=(phone,)) for phone in ("0900000711", "0900000712")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {200: 1, 410: 1}
    assert len(small.get(f"delegates/{place['id']}")["substitutions"]) == 1

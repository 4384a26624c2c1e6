"""Answering by link: states, capacity, counters, and what it costs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from services.registration.answers.links import Links
from services.registration.answers.model import Link, LinkExpired


def invited(desk: Any, count: int, group: str = "lanh-dao", unit: str | None = None) -> list[str]:
    places = [desk.name(group, unit, f"Nguyễn Văn {n}") for n in range(count)]
    return [desk.link(place["id"]) for place in places]


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rpartition(":")[2]


def emitted(desk: Any) -> Counter[str]:
    with desk.database.read() as session:
        rows = session.execute(text("select type from outbox")).scalars()
        return Counter(kind.split(".")[3] for kind in rows)


@contextmanager
def statements(desk: Any) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(desk.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(desk.database.engine, "before_cursor_execute", note)


def test_link_shows_the_place_and_looking_never_answers(small: Any) -> None:
    small.adopt("online")
    (token,) = invited(small, 1)
    for _ in range(2):
        shown = small.get(f"rsvp/{token}")
        assert shown == {
            "conference": "small",
            "title": "Hội nghị thử",
            "name": "Nguyễn Văn 0",
            "group_name": "Lãnh đạo tỉnh",
            "unit_name": "Tỉnh",
            "site_name": "Điểm cầu tỉnh",
            "room": "Tầng 3",
            "address": "Vinh",
            "starts_at": "2021-06-29T08:00:00+07:00",
            "answer": None,
            "waiting": None,
            "note": None,
            "answered_at": None,
            "state": "open",
            "asked_again": False,
            "substitute": None,
        }


def test_link_needs_no_bearer_and_points_to_the_portal(small: Any) -> None:
    small.adopt("online")
    place = small.name("lanh-dao", None, "Nguyễn Văn An")
    made = small.call("POST", f"delegates/{place['id']}/rsvp-link").json
    assert made["url"].startswith("https://hoi-nghi.example.org/tra-loi/")
    token = made["url"].rpartition("/")[2]
    client = small.app.test_client()
    assert client.get(f"/api/registration/v1/rsvp/{token}").status_code == 200
    assert client.post(f"/api/registration/v1/delegates/{place['id']}/rsvp-link").status_code == 401


def test_answer_can_be_changed_and_counts_once(small: Any) -> None:
    small.adopt("online")
    (token,) = invited(small, 1)
    first = small.answer(token, "accepted", "Tôi đến sớm")
    assert (first.json["answer"], first.json["note"]) == ("accepted", "Tôi đến sớm")
    again = small.answer(token, "accepted", "Tôi đến sớm")
    assert again.json["answered_at"] == small.get(f"rsvp/{token}")["answered_at"]
    assert small.taken()[1, "hub"] == 1
    assert small.answer(token, "accepted", "Đi hai người").json["note"] == "Đi hai người"
    assert small.taken()[1, "hub"] == 1
    assert small.answer(token, "declined").status_code == 200
    assert small.taken()[1, "hub"] == 0
    assert emitted(small)["responded"] == 3
    assert small.headcounts()["hub"]["declined"] == 1


def test_overrun_inherited_by_a_switch_is_shown_and_nobody_evicted(small: Any) -> None:
    small.adopt("in_person")
    for token in invited(small, 2):
        small.answer(token, "accepted")
    hall = small.tree["options"][1]["settings"]["hall"]
    hall["capacity"] = 1
    small.plan()
    small.adopt("in_person")
    assert (small.headcounts()["hall"]["accepted"], small.headcounts()["hall"]["capacity"]) == (2, 1)
    (late,) = invited(small, 1)
    assert small.answer(late, "accepted").json["answer"] == "waiting"


def test_before_the_decision_and_without_a_route(small: Any) -> None:
    place = small.name("bao-chi", None, "Lê Thị Hoa")
    assert problem(small.call("POST", f"delegates/{place['id']}/rsvp-link")) == (409, "not-decided")
    small.adopt("online")
    token = small.link(place["id"])
    small.adopt("in_person")
    assert problem(small.call("POST", f"delegates/{place['id']}/rsvp-link")) == (409, "place-closed")
    assert small.get(f"rsvp/{token}")["state"] == "closed"
    assert problem(small.answer(token, "accepted")) == (409, "place-closed")
    small.adopt("online")
    assert small.answer(token, "accepted").status_code == 200


def test_nothing_is_answered_while_the_start_is_open(small: Any) -> None:
    small.adopt("online")
    place = small.name("lanh-dao", None, "Nguyễn Văn An", phone="0900000700")
    token = small.link(place["id"])
    small.plan(starts_at=None)
    small.adopt("online")
    assert small.get(f"rsvp/{token}")["state"] == "not-current"
    refused = (
        small.answer(token, "accepted"),
        small.call("POST", f"delegates/{place['id']}/rsvp-link"),
        small.call(
            "POST",
            f"rsvp/{token}",
            json={"answer": "substituted", "note": "", "substitute": {"name": "Lê Văn Cường"}},
        ),
    )
    assert [problem(answer) for answer in refused] == [(409, "start-not-fixed")] * 3
    assert emitted(small)["responded"] == 0


def test_links_that_do_not_open(small: Any) -> None:
    small.adopt("online")
    place = small.name("lanh-dao", None, "Nguyễn Văn An")
    token = small.link(place["id"])
    for strange in (token[:-1], token + "x", "x", "a.b.c", "é"):
        assert problem(small.call("GET", f"rsvp/{strange}")) == (404, "link-unknown"), strange
    secret = small.told.settings.derived_secret("rsvp")
    link = Link(UUID(place["id"]), UUID(place["person"]), 1)
    old = Links(secret, "", timedelta(seconds=-1))
    with pytest.raises(LinkExpired):
        old.open(old.make(link)[0].rpartition("/")[2])
    forged = Links(b"another secret", "").make(link)[0].rpartition("/")[2]
    assert problem(small.call("GET", f"rsvp/{forged}")) == (404, "link-unknown")
    assert small.call("DELETE", f"delegates/{place['id']}/rsvp-link").status_code == 204
    assert problem(small.call("GET", f"rsvp/{token}")) == (410, "link-expired")
    assert problem(small.answer(token, "accepted")) == (410, "link-expired")
    renewed = small.link(place["id"])
    small.call("DELETE", f"delegates/{place['id']}")
    assert problem(small.call("GET", f"rsvp/{renewed}")) == (410, "link-expired")
    stranger = "00000000-0000-0000-0000-000000000000"
    assert problem(small.call("POST", f"delegates/{stranger}/rsvp-link")) == (404, "unknown-delegate")


def test_bad_answers_are_refused(small: Any) -> None:
    small.adopt("online")
    (token,) = invited(small, 1)
    for body in (
        {},
        {"answer": "maybe"},
        {"answer": "accepted", "note": "x" * 1001},
        {"answer": "accepted", "a": 1},
    ):
        assert small.call("POST", f"rsvp/{token}", json=body).status_code == 422, body
    for raw in ("\\u0000", "\\ud800", '"'):
        body = f'{{"answer": "accepted", "note": "{raw}"}}'
        answer = small.call("POST", f"rsvp/{token}", data=body, content_type="application/json")
        assert answer.status_code in (400, 422), answer.text
    assert small.taken()[1, "hub"] == 0


def test_counters_of_prepared_revisions_follow(small: Any) -> None:
    small.adopt("online")
    tokens = invited(small, 2)
    small.answer(tokens[0], "accepted")
    preview = small.propose("online")
    hall = small.propose("in_person")
    assert small.taken()[preview, "hub"] == 1
    small.answer(tokens[1], "accepted")
    assert (small.taken()[1, "hub"], small.taken()[preview, "hub"], small.taken()[hall, "hall"]) == (2, 2, 0)
    small.answer(tokens[0], "declined")
    assert (small.taken()[1, "hub"], small.taken()[preview, "hub"]) == (1, 1)
    small.select(preview, "online")
    assert small.taken() == {
        (preview, "hub"): 1,
        (preview, "vinh"): 0,
        (preview, "dien-chau"): 0,
        (hall, "hall"): 0,
    }


def test_counters_follow_naming(small: Any) -> None:
    small.adopt("online")
    place = small.name("huyen", "vinh", "Trần Thị Bình", phone="0900000678")
    preview = small.propose("online")
    small.answer(small.link(place["id"]), "accepted")
    assert small.taken()[1, "vinh"] == small.taken()[preview, "vinh"] == 1
    second = small.name("lanh-dao", None, "Trần Thị Bình", phone="0900000678")
    assert small.taken()[1, "vinh"] == 0
    assert {item["answer"] for item in small.delegates()} == {None}
    small.call("DELETE", f"delegates/{second['id']}")
    assert small.taken()[1, "vinh"] == small.taken()[preview, "vinh"] == 1
    small.call("DELETE", f"delegates/{place['id']}")
    assert small.taken()[1, "vinh"] == 0
    small.name("huyen", "vinh", "Trần Thị Bình", phone="0900000678")
    assert small.taken()[1, "vinh"] == 1
    assert small.delegates()[0]["answer"] == "accepted"


def test_any_link_of_a_person_answers_for_where_they_count(small: Any) -> None:
    small.adopt("online")
    local = small.name("huyen", "vinh", "Trần Thị Bình", phone="0900000678")
    small.name("lanh-dao", None, "Trần Thị Bình", phone="0900000678")
    answered = small.answer(small.link(local["id"]), "accepted")
    assert answered.json["site_name"] == "Điểm cầu tỉnh"
    assert (small.taken()[1, "hub"], small.taken()[1, "vinh"]) == (1, 0)
    assert small.headcounts()["hub"]["accepted"] == 1


def test_override_answers_for_the_other_site(small: Any) -> None:
    small.adopt("online")
    place = small.name("huyen", "vinh", "Lê Văn Cường")
    small.call("PUT", f"delegates/{place['id']}/override", json={"option": "online", "site": "dien-chau"})
    assert small.answer(small.link(place["id"]), "accepted").json["site_name"] == "Huyện Diễn Châu"
    assert (small.taken()[1, "vinh"], small.taken()[1, "dien-chau"]) == (0, 1)
    small.call("PUT", f"delegates/{place['id']}/override", json={"option": "online", "site": None})
    assert (small.taken()[1, "vinh"], small.taken()[1, "dien-chau"]) == (0, 0)


def test_twenty_at_once_for_the_last_three_seats(small: Any) -> None:
    small.tree["options"][0]["groups"][0]["seats"] = 20
    small.plan()
    small.adopt("online")
    tokens = invited(small, 20)
    outcomes: list[int] = []
    barrier = threading.Barrier(20)

    def accept(token: str) -> None:
        barrier.wait()
        outcomes.append(small.answer(token, "accepted").status_code)

    threads = [threading.Thread(target=accept, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {200: 3, 202: 17}
    assert small.taken()[1, "hub"] == 3
    assert small.headcounts()["hub"]["accepted"] == 3
    assert emitted(small)["responded"] == 20


def test_same_person_at_once_takes_one_seat(small: Any) -> None:
    small.adopt("online")
    (token,) = invited(small, 1)
    barrier = threading.Barrier(8)

    def accept(note: str) -> None:
        barrier.wait()
        assert small.answer(token, "accepted", note).status_code == 200

    threads = [threading.Thread(target=accept, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert small.taken()[1, "hub"] == 1


def test_answers_and_switches_at_once_leave_true_counters_and_events(small: Any) -> None:
    small.adopt("online")
    tokens = invited(small, 3)
    changes: list[str] = []

    def flip(token: str) -> None:
        stands = None
        for n in range(13):
            said = ("accepted", "declined")[n % 2]
            if small.answer(token, said).status_code == 200 and said != stands:
                stands = said
                changes.append(said)

    threads = [threading.Thread(target=flip, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for _ in range(4):
        small.adopt("online")
    for thread in threads:
        thread.join()
    hub = small.headcounts()["hub"]
    assert small.taken()[small.current, "hub"] == hub["accepted"] == 3
    assert emitted(small)["responded"] == len(changes)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_answer_takes_two_statements(small: Any) -> None:
    small.adopt("online")
    tokens = invited(small, 2)
    small.answer(tokens[1], "accepted")
    with statements(small) as seen:
        assert small.answer(tokens[0], "accepted").status_code == 200
    assert len(seen) == 2, seen

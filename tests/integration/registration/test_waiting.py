"""The waiting list of a full site: who waits, who is let in and when, what the others see of it."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from tests.integration.registration.test_answers import statements
from tests.integration.registration.test_door import scan
from tests.integration.registration.test_substitutes import replace, send
from tests.mailbox import body_of

NAMES = ("An", "Bình", "Cúc", "Dung", "Em", "Giang")
HUB = 3
"""Seats of the hub; the province has four leaders and two journalists to put there."""


@pytest.fixture
def hall(small: Any) -> Any:
    """Everyone named; three have the hub's three seats, three wait in the order of their names."""
    small.adopt("online")
    small.places = fill(small)
    small.tokens = {name: small.link(place["id"]) for name, place in small.places.items()}
    for name in NAMES:
        small.answer(small.tokens[name], "accepted")
    return small


def fill(desk: Any, **facts: Any) -> dict[str, Any]:
    groups = ["lanh-dao"] * 4 + ["bao-chi"] * 2
    named = zip(NAMES, groups, strict=True)
    return {name: desk.name(group, None, f"Nguyễn Thị {name}", **facts) for name, group in named}


def seated(desk: Any) -> list[str]:
    return sorted(one["name"].split()[-1] for one in desk.delegates(answer="accepted"))


def line(desk: Any) -> list[str]:
    """Who waits, the first one first."""
    waiting = sorted(desk.delegates(answer="waiting"), key=lambda one: one["waiting"])
    assert [one["waiting"] for one in waiting] == list(range(1, len(waiting) + 1))
    return [one["name"].split()[-1] for one in waiting]


def told(desk: Any) -> list[tuple[str, str | None]]:
    """What was told of answers, in its order."""
    query = (
        "select envelope from outbox where type = 'diemcau.registration.delegate.responded.v1' order by seq"
    )
    with desk.database.read() as session:
        facts = [orjson.loads(bytes(row))["data"] for row in session.execute(text(query)).scalars()]
    return [(fact["answer"], fact.get("via")) for fact in facts]


def test_who_accepts_at_a_full_site_waits_and_is_told_so(hall: Any) -> None:
    again = hall.answer(hall.tokens["Em"], "accepted", "Tôi vẫn chờ")
    assert again.status_code == 202
    assert (again.json["answer"], again.json["waiting"]) == ("waiting", {"position": 2, "of": 3})
    shown = hall.get(f"rsvp/{hall.tokens['Em']}")
    assert (shown["answer"], shown["waiting"], shown["note"]) == (
        "waiting",
        {"position": 2, "of": 3},
        "Tôi vẫn chờ",
    )
    assert (seated(hall), line(hall)) == (["An", "Bình", "Cúc"], ["Dung", "Em", "Giang"])
    assert told(hall)[3:] == [("waiting", "link")] * 4


def test_waiting_is_counted_apart_and_nobody_expects_it(hall: Any) -> None:
    hub = hall.headcounts()["hub"]
    figures = {name: hub[name] for name in ("named", "accepted", "waiting", "unanswered", "expected")}
    assert figures == {"named": 6, "accepted": 3, "waiting": 3, "unanswered": 0, "expected": 3}


def test_export_says_who_waits_and_as_which(hall: Any) -> None:
    lines = hall.call("GET", hall.of("delegates.csv")).text.splitlines()
    dung = next(row for row in lines if "Dung" in row)
    assert ("Danh sách chờ" in dung, "Thứ tự chờ" in lines[0]) == (True, True)
    assert dung.split(",")[12] == "1"


def test_first_in_line_gets_the_seat_that_is_given_back(hall: Any) -> None:
    assert hall.answer(hall.tokens["Bình"], "declined").status_code == 200
    assert (seated(hall), line(hall)) == (["An", "Cúc", "Dung"], ["Em", "Giang"])
    assert hall.taken()[1, "hub"] == HUB
    assert told(hall)[-2:] == [("declined", "link"), ("accepted", "waiting-list")]
    shown = hall.get(f"rsvp/{hall.tokens['Dung']}")
    assert (shown["answer"], shown["waiting"]) == ("accepted", None)


def test_who_declines_leaves_the_line_and_comes_back_at_its_end(hall: Any) -> None:
    hall.answer(hall.tokens["Dung"], "declined")
    assert line(hall) == ["Em", "Giang"]
    assert hall.answer(hall.tokens["Dung"], "accepted").json["waiting"] == {"position": 3, "of": 3}
    assert line(hall) == ["Em", "Giang", "Dung"]


def test_raised_capacity_lets_in_as_many_and_a_lowered_one_evicts_nobody(hall: Any) -> None:
    hall.change_site("hub", capacity=5)
    assert (seated(hall), line(hall)) == (["An", "Bình", "Cúc", "Dung", "Em"], ["Giang"])
    hall.change_site("hub", capacity=2)
    assert (len(seated(hall)), line(hall), hall.taken()[1, "hub"]) == (5, ["Giang"], 5)
    for name in ("An", "Bình", "Cúc"):
        hall.answer(hall.tokens[name], "declined")
    assert (seated(hall), line(hall)) == (["Dung", "Em"], ["Giang"])
    hall.answer(hall.tokens["Dung"], "declined")
    assert (seated(hall), line(hall)) == (["Em", "Giang"], [])


def test_site_without_a_limit_any_more_lets_all_in(hall: Any) -> None:
    hall.tree["options"][0]["settings"]["hub"]["capacity"] = None
    hall.plan()
    hall.adopt("online")
    assert (len(seated(hall)), line(hall)) == (6, [])


def test_switch_away_and_back_restores_the_line(hall: Any) -> None:
    hall.adopt("in_person")
    shown = hall.get(f"rsvp/{hall.tokens['Dung']}")
    assert (shown["answer"], shown["waiting"]) == (None, None)
    hall.adopt("online")
    assert (seated(hall), line(hall)) == (["An", "Bình", "Cúc"], ["Dung", "Em", "Giang"])
    assert hall.taken()[hall.current, "hub"] == HUB
    assert hall.answer(hall.tokens["An"], "declined").status_code == 200
    assert line(hall) == ["Em", "Giang"]


def test_adopted_layout_with_more_seats_lets_in(hall: Any) -> None:
    hall.tree["options"][0]["settings"]["hub"]["capacity"] = 4
    hall.plan()
    number = hall.propose("online")
    assert line(hall) == ["Dung", "Em", "Giang"]
    hall.select(number, "online")
    assert (line(hall), hall.taken()[number, "hub"]) == (["Em", "Giang"], 4)


def test_prepared_revisions_count_who_is_let_in(hall: Any) -> None:
    preview = hall.propose("online")
    hall.answer(hall.tokens["An"], "declined")
    hall.change_site("hub", capacity=4)
    assert hall.taken()[1, "hub"] == hall.taken()[preview, "hub"] == 4
    hall.select(preview, "online")
    assert (hall.taken()[preview, "hub"], line(hall)) == (4, ["Giang"])


def test_turns_given_after_a_preview_stay_behind_the_earlier_ones(hall: Any) -> None:
    preview = hall.propose("online")
    hall.answer(hall.tokens["Dung"], "declined")
    hall.answer(hall.tokens["Dung"], "accepted")
    hall.select(preview, "online")
    hall.answer(hall.tokens["Em"], "declined")
    hall.answer(hall.tokens["Em"], "accepted")
    assert line(hall) == ["Giang", "Dung", "Em"]


def test_vacated_place_frees_the_seat(hall: Any) -> None:
    assert hall.call("DELETE", f"delegates/{hall.places['Cúc']['id']}").status_code == 204
    assert (seated(hall), line(hall)) == (["An", "Bình", "Dung"], ["Em", "Giang"])


def test_who_is_put_elsewhere_frees_the_seat_and_comes_back_over_the_capacity(hall: Any) -> None:
    override = f"delegates/{hall.places['An']['id']}/override"
    hall.call("PUT", override, json={"option": "online", "site": "vinh"})
    assert line(hall) == ["Em", "Giang"]
    hall.call("PUT", override, json={"option": "online", "site": None})
    assert (seated(hall), line(hall)) == (["An", "Bình", "Cúc", "Dung"], ["Em", "Giang"])
    assert hall.taken()[1, "hub"] == 4


def test_who_waits_elsewhere_keeps_the_turn_until_they_are_back(hall: Any) -> None:
    override = f"delegates/{hall.places['Dung']['id']}/override"
    hall.call("PUT", override, json={"option": "online", "site": "vinh"})
    assert line(hall) == ["Em", "Giang"]
    hall.answer(hall.tokens["An"], "declined")
    assert line(hall) == ["Giang"]
    hall.call("PUT", override, json={"option": "online", "site": None})
    assert line(hall) == ["Dung", "Giang"]


def test_who_waits_and_returns_to_a_free_seat_has_it(hall: Any) -> None:
    path = f"delegates/{hall.places['Dung']['id']}"
    hall.call("PUT", f"{path}/override", json={"option": "online", "site": "vinh"})
    for name in ("Em", "Giang", "An"):
        hall.answer(hall.tokens[name], "declined")
    hall.call("PUT", f"{path}/override", json={"option": "online", "site": None})
    assert (seated(hall), line(hall)) == (["Bình", "Cúc", "Dung"], [])


def test_door_is_told_who_has_no_seat(hall: Any) -> None:
    [seated_one, waiting_one] = (scan(hall, {"place": hall.places[name]["id"]}) for name in ("An", "Dung"))
    assert [answer.json["items"][0]["waiting"] for answer in (seated_one, waiting_one)] == [False, True]


# substitutes


def test_substitute_takes_the_seat_over_at_a_full_site(hall: Any) -> None:
    assert send(hall, hall.tokens["An"]).status_code == 200
    assert (seated(hall), line(hall)) == (["Bình", "Cúc", "Hạnh"], ["Dung", "Em", "Giang"])
    assert hall.taken()[1, "hub"] == HUB
    assert told(hall)[-2:] == [("declined", "substitute"), ("accepted", "substitute")]


def test_substitute_takes_the_turn_over(hall: Any) -> None:
    link = send(hall, hall.tokens["Em"]).json["link"]["url"].rpartition("/")[2]
    assert line(hall) == ["Dung", "Hạnh", "Giang"]
    assert hall.get(f"rsvp/{link}")["waiting"] == {"position": 2, "of": 3}


def test_organiser_replaces_with_the_seat_too(hall: Any) -> None:
    assert replace(hall, hall.places["An"]["id"]).json["answer"] == "accepted"
    back = replace(hall, hall.places["An"]["id"], name="Nguyễn Thị An", phone=None, position=None)
    assert (back.json["answer"], line(hall)) == ("accepted", ["Dung", "Em", "Giang"])


def test_substitute_who_has_a_seat_gives_the_other_back(hall: Any) -> None:
    hall.call("PATCH", f"delegates/{hall.places['Giang']['id']}", json={})
    hall.change_site("hub", capacity=4)
    assert (seated(hall), line(hall)) == (["An", "Bình", "Cúc", "Dung"], ["Em", "Giang"])
    known = hall.name("huyen", "vinh", "Lê Thị Hạnh", phone="0900000777")
    hall.call("PUT", f"delegates/{known['id']}/override", json={"option": "online", "site": "dien-chau"})
    # Sent as a leader of the province, she still sits where she was put.
    assert replace(hall, hall.places["An"]["id"]).status_code == 201
    assert (seated(hall), line(hall)) == (["Bình", "Cúc", "Dung", "Em"], ["Giang"])
    assert hall.taken()[1, "hub"] == 4


# what it costs


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_letting_in_two_takes_no_more_statements_than_one(hall: Any) -> None:
    def cost(capacity: int) -> int:
        with statements(hall) as seen:
            hall.change_site("hub", capacity=capacity)
        told_of = sum("ordering_keys" in statement for statement in seen)
        return len(seen) - told_of

    one = cost(4)
    assert cost(6) <= one


# word of it


@pytest.fixture
def full_office(office: Any) -> Any:
    desk = office.desk
    desk.adopt("online")
    named = {name: office.name("lanh-dao", None, f"Nguyễn Thị {name}") for name in NAMES[:4]}
    desk.tokens = {name: desk.link(place["id"]) for name, place in named.items()}
    for name in named:
        desk.answer(desk.tokens[name], "accepted")
    return office


def test_who_is_let_in_is_written_to_once(full_office: Any) -> None:
    desk = full_office.desk
    for answer in ("declined", "accepted"):
        desk.answer(desk.tokens["An"], answer)
    full_office.work()
    full_office.work()
    [letter] = full_office.mailbox.letters
    assert letter["To"] == "Nguyễn Thị Dung <dung@dai-bieu.example.org>"
    assert str(letter["Subject"]) == "Quý vị đã có chỗ tại Hội nghị thử"
    assert "Địa điểm: Tầng 3, Điểm cầu tỉnh, Vinh" in body_of(letter)
    desk.answer(desk.tokens["Dung"], "declined")
    full_office.work()
    assert [message["name"].split()[-1] for message in full_office.messages(kind="seat")] == ["An", "Dung"]
    desk.answer(desk.tokens["Dung"], "accepted")
    desk.answer(desk.tokens["Bình"], "declined")
    full_office.work()
    assert len(full_office.messages(kind="seat")) == 3


def test_who_gives_the_seat_back_at_once_is_not_written_to(full_office: Any) -> None:
    desk = full_office.desk
    desk.answer(desk.tokens["An"], "declined")
    desk.answer(desk.tokens["Dung"], "declined")
    full_office.work()
    assert full_office.mailbox.letters == []


def test_word_of_a_seat_survives_a_switch_and_is_checked_when_it_is_sent(full_office: Any) -> None:
    desk = full_office.desk
    desk.answer(desk.tokens["An"], "declined")
    full_office.worker().run_next()  # what is to be told is queued; the sender's job waits
    desk.adopt("in_person")
    desk.adopt("online")
    full_office.work()
    assert [str(letter["To"]).split()[2] for letter in full_office.mailbox.letters] == ["Dung"]


def test_let_in_away_and_back_before_the_job_ran_is_told(full_office: Any) -> None:
    desk = full_office.desk
    desk.answer(desk.tokens["An"], "declined")
    desk.adopt("in_person")
    full_office.work()
    assert full_office.mailbox.letters == []
    desk.adopt("online")
    full_office.work()
    assert len(full_office.mailbox.letters) == 1


def test_list_is_the_same_as_that_of_a_fresh_system(hall: Any, new_desk: Any) -> None:
    """The latest plan, the last decision, and the same acts in their order."""
    hall.answer(hall.tokens["Bình"], "declined")
    hall.adopt("in_person")
    hall.adopt("online")
    hall.answer(hall.tokens["Bình"], "accepted")
    fresh = new_desk({**json.loads(json.dumps(hall.tree, default=str)), **_named_anew(hall.tree)})
    fresh.adopt("online")
    places = fill(fresh)
    tokens = {name: fresh.link(place["id"]) for name, place in places.items()}
    for name in NAMES:
        fresh.answer(tokens[name], "accepted")
    fresh.answer(tokens["Bình"], "declined")
    fresh.answer(tokens["Bình"], "accepted")
    assert (seated(fresh), line(fresh)) == (seated(hall), line(hall))


def _named_anew(tree: Any) -> dict[str, Any]:
    return {"conference": tree["conference"] | {"key": "fresh"}}

"""Prepare, adopt, undo: what the reference plan gives, and what happens off the straight path."""

from __future__ import annotations

from typing import Any, ClassVar

from jsonschema import Draft202012Validator

from diemcau.venue import VenuePlugin
from services.venue.plugins.in_person import InPerson
from services.venue.plugins.online_bridge import OnlineBridge, OnlineBridgeSettings
from tests.convergence.office import Office
from tests.convergence.views import current_view

KEY = "nghe-an-2021-bau-cu"


def counts(revision: dict[str, Any]) -> dict[str, int]:
    return {
        key: value for part in revision["services"].values() for key, value in (part["counts"] or {}).items()
    }


def states(revision: dict[str, Any]) -> dict[str, str]:
    return {name: part["state"] for name, part in revision["services"].items()}


def adopt(house: Any, option: str) -> int:
    answer = house.decide(option=option)
    assert answer.status_code == 202, answer.text
    house.pump()
    number = int(answer.json()["revision"])
    assert house.revision(number)["state"] == "settled"
    return number


def test_preview_of_online_opens_22_sites_and_changes_nothing(planned: Any) -> None:
    number = planned.propose("online")
    planned.pump()
    revision = planned.revision(number)
    assert (revision["state"], revision["prepared"], revision["settled"]) == ("prepared", 5, 0)
    assert counts(revision) == {
        "tasks_opened": 85,  # 1 letter, 3 tasks × 21 districts, 21 line tests
        "tasks_closed": 0,
        "sites_opened": 22,
        "sites_closed": 0,
        "sites_kept": 0,
        "capacity": 100 + 21 * 40,
        "overruns": 0,
        "places": 516,
        "places_added": 516,
        "places_moved": 0,
        "places_withdrawn": 0,
        "named": 0,
        "named_added": 0,
        "named_moved": 0,
        "named_withdrawn": 0,
        "invitations_to_issue": 10 + 6 * 21,
        "invitations_to_replace": 0,
        "invitations_to_withdraw": 0,
        "documents_to_replace": 0,
        "presentations_kept": 0,
        "presentations_moved": 20 + 6 * 21,
        "presentations_deferred": 0,
    }
    assert planned.conference()["current_option"] is None
    assert planned.get(f"venue/v1/conferences/{KEY}/sites")["items"] == []


def test_switch_to_the_hall_moves_and_withdraws_and_shows_the_overrun(planned: Any) -> None:
    adopt(planned, "online")
    number = planned.propose("in_person")
    planned.pump()
    preview = counts(planned.revision(number))
    expected = {
        "sites_opened": 1,
        "sites_closed": 22,
        "capacity": 100,
        "overruns": 1,
        "places": 106,
        "places_moved": 54 + 42,  # the hub's ten groups, and two of each district's standing board
        "places_added": 10,  # ten more awardees at the hall
        "places_withdrawn": 516 - 96,
        "invitations_to_replace": 10 + 21,
        "invitations_to_withdraw": 105,
        "presentations_moved": 30,
        "presentations_deferred": 116,
        "tasks_closed": 85,
    }
    assert {key: preview[key] for key in expected} == expected
    [hall] = planned.changes("venue", number)["overruns"]
    assert (hall["seats"], hall["capacity"], hall["over"]) == (106, 100, 6)
    assert planned.decide(revision=number, expected_current=1).status_code == 202
    planned.pump()
    settled = planned.revision(number)
    assert (settled["state"], settled["settled"]) == ("settled", 5)
    assert counts(settled) == preview


def test_there_and_back_restores_the_current_view(planned: Any) -> None:
    adopt(planned, "online")
    before = view(planned)
    adopt(planned, "in_person")
    assert view(planned) != before
    assert planned.undo().status_code == 202
    planned.pump()
    assert planned.conference()["current_option"] == "online"
    assert view(planned) == before


def view(house: Any) -> dict[str, Any]:
    return current_view(Office(house.http, KEY))


def test_first_decision_cannot_be_undone(planned: Any) -> None:
    answer = planned.undo()
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:diemcau:nothing-to-undo"
    adopt(planned, "online")
    assert planned.undo().status_code == 409


def test_deciding_the_current_option_again_changes_nothing(planned: Any) -> None:
    adopt(planned, "online")
    number = adopt(planned, "online")
    found = counts(planned.revision(number))
    same = ("sites_kept", "capacity", "places", "named", "presentations_kept")
    assert all(value == 0 for key, value in found.items() if key not in same), found


def test_stale_preview_names_who_decided_what(planned: Any) -> None:
    online, in_person = planned.propose("online"), planned.propose("in_person")
    planned.pump()
    assert planned.decide(revision=in_person, decided_by="Ban Thường trực").status_code == 202
    answer = planned.decide(revision=online)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "urn:diemcau:stale-preview"
    newest = problem["newest"]
    assert (newest["revision"], newest["option"], newest["decided_by"]) == (2, "in_person", "Ban Thường trực")
    assert newest["at"]
    planned.pump()
    assert planned.revision(online)["state"] == "prepared"
    assert planned.revision(online)["stale"] is True


def test_preview_of_an_older_plan_version_is_stale(planned: Any) -> None:
    number = planned.propose("online")
    planned.pump()
    base = f"planning/v1/conferences/{KEY}"
    etag = planned.http.get(base).headers["ETag"]
    change = {"starts_at": "2021-06-30T08:00", "ends_at": "2021-06-30T11:30"}
    assert planned.http.patch(base, json=change, headers={"If-Match": etag}).status_code == 200
    assert planned.decide(revision=number).json()["type"] == "urn:diemcau:stale-preview"
    assert planned.http.patch(base, json=change, headers={"If-Match": etag}).status_code == 412
    assert planned.http.patch(base, json=change).status_code == 428


def test_expected_current_guards_a_decision_by_option(planned: Any) -> None:
    assert planned.decide(option="online", expected_current=0).status_code == 202
    answer = planned.decide(option="in_person", expected_current=0)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:current-changed")


def test_revision_is_adopted_at_most_once(planned: Any) -> None:
    number = planned.propose("online")
    planned.pump()
    assert planned.decide(revision=number).status_code == 202
    assert planned.decide(revision=number).status_code == 409


def test_second_decision_while_the_first_settles(planned: Any) -> None:
    adopt(planned, "online")
    first = planned.decide(option="in_person").json()["revision"]
    planned.pump(without="registration")
    assert planned.revision(first)["state"] == "settling"
    second = planned.decide(option="online").json()["revision"]
    planned.pump(without="registration")
    assert planned.revision(first)["state"] == "superseded"
    planned.pump()
    assert planned.revision(first)["state"] == "superseded"
    assert planned.revision(second)["state"] == "settled"
    assert planned.conference()["current_revision"] == second


def test_service_that_is_down_shows_waiting_then_goes_on(planned: Any) -> None:
    number = planned.decide(option="online").json()["revision"]
    planned.pump(without="awards")
    revision = planned.revision(number)
    assert (revision["state"], revision["settled"]) == ("settling", 4)
    assert states(revision)["awards"] == "waiting"
    planned.pump()
    assert planned.revision(number)["state"] == "settled"


def test_decision_waits_for_venue_and_takes_effect_when_it_is_back(planned: Any) -> None:
    number = planned.decide(option="online").json()["revision"]
    planned.pump(without="venue")
    assert planned.revision(number)["state"] == "deciding"
    planned.pump()
    assert planned.revision(number)["state"] == "settled"


def test_retry_asks_again_without_changing_anything(planned: Any) -> None:
    number = planned.propose("online")
    planned.pump()
    before = planned.revision(number)
    assert planned.retry(number).status_code == 202
    planned.pump()
    assert counts(planned.revision(number)) == counts(before)
    assert planned.revision(number)["state"] == "prepared"
    adopted = adopt(planned, "online")
    assert planned.retry(adopted).status_code == 409


class Raising:
    """A venue plugin of somebody whose code fails."""

    name: ClassVar[str] = "online_bridge"
    contract: ClassVar[int] = 1
    places: ClassVar[frozenset[str]] = frozenset({"hub", "bridge"})
    settings_schema: ClassVar[Any] = OnlineBridgeSettings

    def layout(self, plan: Any, settings: Any) -> Any:
        raise RuntimeError("no map of the bridges")


def test_raising_plugin_fails_its_revision_only(planned: Any) -> None:
    adopt(planned, "in_person")
    plugin: VenuePlugin = Raising()
    planned.replace_plugins({"online_bridge": plugin, "in_person": InPerson()})
    number = planned.decide(option="online").json()["revision"]
    planned.pump()
    failed = planned.revision(number)
    assert failed["state"] == "failed"
    assert failed["problem"]["code"] == "plugin-raised"
    assert "no map of the bridges" in failed["problem"]["message"]
    assert planned.conference()["current_option"] == "in_person"
    planned.replace_plugins({"online_bridge": OnlineBridge(), "in_person": InPerson()})
    assert planned.retry(number).status_code == 202
    planned.pump()
    assert planned.revision(number)["state"] == "settled"
    assert planned.conference()["current_option"] == "online"


def test_failed_revision_cannot_be_decided(planned: Any) -> None:
    planned.replace_plugins({"in_person": InPerson()})
    number = planned.propose("online")
    planned.pump()
    assert planned.revision(number)["problem"]["code"] == "plugin-missing"
    assert planned.decide(revision=number).json()["type"] == "urn:diemcau:revision-failed"


def test_decision_needs_a_reason_and_one_choice(planned: Any) -> None:
    answer = planned.decide(option="online", reason="  ")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/reason"]
    both = planned.decide(option="online", revision=1)
    assert [error["pointer"] for error in both.json()["errors"]] == ["/option"]
    assert planned.decide(option="nowhere").json()["type"] == "urn:diemcau:unknown-option"
    assert planned.get(f"planning/v1/conferences/{KEY}/decisions")["items"] == []


def test_decision_log_keeps_the_paper(planned: Any) -> None:
    paper = {"number": "15/TB-MTTQ-BTT", "date": "2021-06-25"}
    assert planned.decide(option="online", paper=paper).status_code == 202
    [decision] = planned.get(f"planning/v1/conferences/{KEY}/decisions")["items"]
    assert decision["paper"] == paper
    assert (decision["decided_by"], decision["kind"]) == ("Ban Thường trực", "decide")


def test_repeated_post_with_the_same_key_decides_once(planned: Any) -> None:
    url, headers = f"planning/v1/conferences/{KEY}/decisions", {"Idempotency-Key": "one"}
    body = {"option": "online", "reason": "Dịch bệnh"}
    first = planned.http.post(url, json=body, headers=headers)
    again = planned.http.post(url, json=body, headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    other = planned.http.post(url, json={**body, "option": "in_person"}, headers=headers)
    assert other.json()["type"] == "urn:diemcau:idempotency-key-reused"
    assert len(planned.get(f"planning/v1/conferences/{KEY}/decisions")["items"]) == 1


def test_settings_schema_of_each_plugin_accepts_the_reference_plan(planned: Any) -> None:
    settings = {
        option["venue"]: option["settings"]
        for option in planned.get(f"planning/v1/conferences/{KEY}/plan")["options"]
    }
    for plugin in planned.get("venue/v1/plugins")["items"]:
        if plugin["name"] in settings:
            Draft202012Validator(plugin["settings_schema"]).validate(settings[plugin["name"]])


def test_note_of_an_answer_reaches_the_organiser(planned: Any) -> None:
    adopt(planned, "online")
    body = {"group": "tinh-uy", "name": "Nguyễn Văn An"}
    delegate = planned.http.post(f"registration/v1/conferences/{KEY}/delegates", json=body).json()["id"]
    link = planned.http.post(f"registration/v1/delegates/{delegate}/rsvp-link").json()["url"]
    said = {"answer": "accepted", "note": "Tôi đến muộn 10 phút"}
    assert planned.http.post(f"registration/v1/rsvp/{link.rpartition('/')[2]}", json=said).status_code == 200
    shown = planned.get(f"registration/v1/delegates/{delegate}")
    assert (shown["answer"], shown["note"]) == ("accepted", "Tôi đến muộn 10 phút")


def test_delegate_who_answered_is_told_why_they_are_asked_again(planned: Any) -> None:
    adopt(planned, "online")
    body = {"group": "tinh-uy", "name": "Nguyễn Văn An"}
    delegate = planned.http.post(f"registration/v1/conferences/{KEY}/delegates", json=body).json()["id"]
    link = planned.http.post(f"registration/v1/delegates/{delegate}/rsvp-link").json()["url"]
    path = f"registration/v1/rsvp/{link.rpartition('/')[2]}"
    assert planned.get(path)["asked_again"] is False
    assert planned.http.post(path, json={"answer": "accepted"}).status_code == 200
    assert planned.get(path)["asked_again"] is False
    adopt(planned, "in_person")
    shown = planned.get(path)
    assert (shown["answer"], shown["asked_again"], shown["site_name"]) == (None, True, "Hội trường tầng 3")
    adopt(planned, "online")
    assert (planned.get(path)["answer"], planned.get(path)["asked_again"]) == ("accepted", False)

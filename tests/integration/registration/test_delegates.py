"""Naming, listing and changing delegates through the API."""

from __future__ import annotations

import threading
from typing import Any

import pytest


def codes(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json["errors"]]


def test_names_are_listed_by_given_name(small: Any) -> None:
    for name in ("Nguyễn Văn Đức", "Trần Ánh", "Lê Văn An", "Phạm Dũng"):
        small.name("lanh-dao", None, name)
    assert [item["name"] for item in small.delegates()] == [
        "Lê Văn An",
        "Trần Ánh",
        "Phạm Dũng",
        "Nguyễn Văn Đức",
    ]
    assert {item["status"] for item in small.delegates()} == {"unplaced"}
    assert [item["ordinal"] for item in small.delegates()] == [3, 2, 4, 1]


def test_delegate_has_the_agreed_shape(small: Any) -> None:
    small.adopt("online")
    facts = {"position": "Bí thư", "phone": "0900 000 678", "email": "binh@example.org"}
    item = small.name("huyen", "vinh", "Trần  Thị Bình ", **facts)
    assert item | {"id": 0, "person": 0} == {
        "id": 0,
        "person": 0,
        "group": "huyen",
        "group_name": "Đại biểu huyện",
        "unit": "vinh",
        "unit_name": "Thành phố Vinh",
        "ordinal": 1,
        "name": "Trần Thị Bình",
        "position": "Bí thư",
        "phone": "+84900000678",
        "email": "binh@example.org",
        "site": "vinh",
        "site_name": "Thành phố Vinh",
        "status": "placed",
        "answer": None,
        "waiting": None,
        "note": None,
        "checked_in_at": None,
        "special": False,
    }
    assert small.get(f"delegates/{item['id']}") == item | {"substitutions": []}


def test_search_ignores_tones_and_finds_phones(small: Any) -> None:
    small.name("lanh-dao", None, "Nguyễn Thị Hoà", phone="0900000678")
    small.name("lanh-dao", None, "Đặng Hòa Bình")
    assert len(small.delegates(q="hòa")) == len(small.delegates(q="HOA")) == 2
    assert [item["name"] for item in small.delegates(q="dang h")] == ["Đặng Hòa Bình"]
    assert [item["name"] for item in small.delegates(q="0900")] == ["Nguyễn Thị Hoà"]
    assert small.delegates(q="%") == []


def test_filters(small: Any) -> None:
    small.adopt("online")
    first = small.name("lanh-dao", None, "Nguyễn An")
    small.name("huyen", "vinh", "Trần Bình")
    small.name("huyen", "dien-chau", "Lê Cường")
    small.answer(small.link(first["id"]), "declined")

    def names(**query: Any) -> list[str]:
        return [item["name"] for item in small.delegates(**query)]

    assert names(site="vinh") == names(unit="vinh") == ["Trần Bình"]
    assert names(group="huyen") == ["Trần Bình", "Lê Cường"]
    assert names(answer="declined") == ["Nguyễn An"]
    assert names(answer="unanswered") == ["Trần Bình", "Lê Cường"]
    assert names(status="placed", site="hub") == ["Nguyễn An"]
    assert names(status="withdrawn") == names(site="nowhere") == []
    small.adopt("in_person")
    assert names(site="hall") == ["Nguyễn An", "Trần Bình", "Lê Cường"]


def test_pages_carry_revision_and_total(small: Any) -> None:
    small.adopt("online")
    for name in ("An", "Bình", "Cường"):
        small.name("lanh-dao", None, f"Nguyễn {name}")
    first = small.get(small.of("delegates"), query_string={"limit": 2})
    assert (first["revision"], first["total"], len(first["items"])) == (1, 3, 2)
    small.adopt("in_person")
    second = small.get(small.of("delegates"), query_string={"limit": 2, "cursor": first["next_cursor"]})
    assert (second["revision"], second["total"], second["next_cursor"]) == (1, 3, None)
    assert [item["site"] for item in second["items"]] == ["hub"]


def test_bad_queries_are_refused(small: Any) -> None:
    for query in (
        {"limit": 0},
        {"limit": "x"},
        {"status": "?"},
        {"q": "\0"},
        {"site": "A B"},
        {"cursor": "e30"},
        {"cursor": "x"},
    ):
        assert small.call("GET", small.of("delegates"), query_string=query).status_code == 422, query


def test_naming_is_checked(small: Any) -> None:
    small.adopt("online")

    def post(**body: Any) -> Any:
        return small.call(
            "POST", small.of("delegates"), json={"group": "lanh-dao", "name": "Nguyễn An", **body}
        )

    assert codes(post(group="none")) == [("/group", "unknown-group")]
    assert codes(post(unit="none")) == [("/unit", "unknown-unit")]
    assert codes(post(unit="vinh")) == [("/unit", "organiser-only")]
    assert codes(post(group="huyen")) == [("/unit", "missing-value")]
    assert codes(post(ordinal=5)) == [("/ordinal", "beyond-seats")]
    assert codes(post(ordinal=0))[0][0] == "/ordinal"
    assert codes(post(name=" ", phone="0123456789", email="x")) == [
        ("/name", "missing-value"),
        ("/phone", "not-a-phone"),
        ("/email", "not-an-email"),
    ]
    assert codes(post(colour="red")) == [("/colour", "unknown-key")]
    assert small.delegates() == []


def test_place_without_a_route_in_any_option_is_refused_once_all_are_known(small: Any) -> None:
    small.propose("online")
    named = small.name("huyen", "tinh", "Nguyễn An")
    small.call("DELETE", f"delegates/{named['id']}")
    small.propose("in_person")
    answer = small.call(
        "POST", small.of("delegates"), json={"group": "huyen", "unit": "tinh", "name": "Nguyễn An"}
    )
    assert codes(answer) == [("/unit", "no-such-place")]


def test_taken_and_full(small: Any) -> None:
    small.name("bao-chi", None, "Nguyễn An", ordinal=2)
    body = {"group": "bao-chi", "name": "Trần Bình", "ordinal": 2}
    taken = small.call("POST", small.of("delegates"), json=body)
    assert (taken.status_code, taken.json["type"]) == (409, "urn:diemcau:place-taken")
    assert small.name("bao-chi", None, "Trần Bình")["ordinal"] == 1
    full = small.call("POST", small.of("delegates"), json={"group": "bao-chi", "name": "Lê Cường"})
    assert (full.status_code, full.json["type"]) == (409, "urn:diemcau:no-free-place")


def test_change_needs_the_state_that_was_read(small: Any) -> None:
    item = small.name("lanh-dao", None, "Nguyễn An", phone="0900000678")
    path = f"delegates/{item['id']}"
    etag = small.call("GET", path).headers["ETag"]
    assert small.call("PATCH", path, json={"name": "Nguyễn Ân"}).status_code == 428
    changed = small.call("PATCH", path, json={"name": "Nguyễn Ân"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json["name"], changed.json["phone"]) == (
        200,
        "Nguyễn Ân",
        "+84900000678",
    )
    stale = small.call("PATCH", path, json={"phone": None}, headers={"If-Match": etag})
    assert stale.status_code == 412
    cleared = small.call("PATCH", path, json={"phone": None}, headers={"If-Match": changed.headers["ETag"]})
    assert cleared.json["phone"] is None
    assert small.delegates(q="0900") == []
    wrong = small.call("PATCH", path, json={"name": None}, headers={"If-Match": cleared.headers["ETag"]})
    assert codes(wrong)[0][0] == "/name"


def test_person_with_two_places_changes_at_both(small: Any) -> None:
    first = small.name("lanh-dao", None, "Trần Thị Bình", phone="0900000678", position="Bí thư")
    second = small.name("huyen", "vinh", "Trần Thị Bình", phone="0900000678")
    assert second["position"] == "Bí thư"
    etag = small.call("GET", f"delegates/{first['id']}").headers["ETag"]
    small.call("PATCH", f"delegates/{first['id']}", json={"name": "Trần Bình"}, headers={"If-Match": etag})
    assert {item["name"] for item in small.delegates()} == {"Trần Bình"}
    assert small.delegates(q="thi binh") == []


def test_vacated_place_is_gone_and_free(small: Any) -> None:
    item = small.name("lanh-dao", None, "Nguyễn An")
    path = f"delegates/{item['id']}"
    assert small.call("DELETE", path).status_code == 204
    assert small.call("GET", path).status_code == small.call("DELETE", path).status_code == 404
    assert small.delegates() == []
    assert small.name("lanh-dao", None, "Trần Bình")["id"] == item["id"]


def test_contact_of_a_unit_sees_and_changes_that_unit_only(small: Any) -> None:
    small.adopt("online")
    theirs = small.name("huyen", "dien-chau", "Lê Cường")
    mine = small.call(
        "POST", small.of("delegates"), unit="vinh", json={"group": "huyen", "name": "Trần Bình"}
    )
    assert (mine.status_code, mine.json["unit"]) == (201, "vinh")
    seen = small.get(small.of("delegates"), unit="vinh")
    assert [item["name"] for item in seen["items"]] == ["Trần Bình"]
    for method in ("GET", "DELETE"):
        assert small.call(method, f"delegates/{theirs['id']}", unit="vinh").status_code == 404
    assert small.call("POST", f"delegates/{theirs['id']}/rsvp-link", unit="vinh").status_code == 404
    body = {"group": "huyen", "unit": "dien-chau", "name": "Phạm Dung"}
    assert small.call("POST", small.of("delegates"), unit="vinh", json=body).status_code == 403
    assert (
        small.call("GET", small.of("delegates"), unit="vinh", query_string={"unit": "dien-chau"}).status_code
        == 403
    )
    assert "Lê Cường" not in small.call("GET", small.of("placements"), unit="vinh").text
    assert "Lê Cường" not in small.call("GET", small.of("delegates.csv"), unit="vinh").text
    assert small.call("GET", small.of("delegates")).json["total"] == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_openapi_describes_every_route(small: Any) -> None:
    from openapi_spec_validator import validate

    document = small.get("openapi.json")
    validate(document)
    paths = {path.partition("/v1")[2] for path in document["paths"]}
    assert {"/conferences/{key}/delegates", "/rsvp/{token}", "/conferences/{key}/delegates:import"} <= paths


def test_one_of_two_changes_at_once_is_told_that_it_is_late(small: Any) -> None:
    item = small.name("lanh-dao", None, "Nguyễn An")
    path = f"delegates/{item['id']}"
    etag = small.call("GET", path).headers["ETag"]
    outcomes: list[int] = []
    barrier = threading.Barrier(6)

    def change(position: str) -> None:
        barrier.wait()
        answer = small.call("PATCH", path, json={"position": position}, headers={"If-Match": etag})
        outcomes.append(answer.status_code)

    threads = [threading.Thread(target=change, args=(f"Chức vụ {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [200, 412, 412, 412, 412, 412]

"""Posting plans: versions, all mistakes in one answer, and input that means harm."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
import yaml

from services.planning.plan.tree import read_tree
from tests.servers import EXAMPLE, KEY

PLAN = EXAMPLE / "plan.yaml"

YAML = {"Content-Type": "application/yaml"}


def post(house: Any, body: bytes, **headers: str) -> httpx.Response:
    return house.http.post("planning/v1/plans", content=body, headers={**YAML, **headers})


def reference() -> Any:
    tree, _ = read_tree(PLAN.read_bytes(), yaml=True)
    return tree


def conferences(house: Any) -> list[Any]:
    return list(house.get("planning/v1/conferences")["items"])


def test_same_plan_again_makes_no_version(planned: Any) -> None:
    answer = post(planned, PLAN.read_bytes())
    assert (answer.status_code, answer.json()["created"], answer.json()["version"]) == (200, False, 1)


def test_json_of_the_same_plan_is_the_same_version(planned: Any) -> None:
    answer = planned.http.post("planning/v1/plans", json=reference())
    assert (answer.status_code, answer.json()["created"]) == (200, False)


def test_changed_plan_is_a_new_version_that_changes_nothing_yet(planned: Any) -> None:
    assert planned.decide(option="online").status_code == 202
    planned.pump()
    before = planned.get(f"venue/v1/conferences/{KEY}/sites")
    tree = reference()
    tree["options"][0]["settings"]["hub"]["capacity"] = 40
    answer = planned.http.post("planning/v1/plans", json=tree)
    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    planned.pump()
    assert planned.get(f"venue/v1/conferences/{KEY}/sites") == before
    number = planned.decide(option="online").json()["revision"]
    planned.pump()
    hub, *_ = planned.get(f"venue/v1/conferences/{KEY}/sites")["items"]
    assert (hub["capacity"], hub["over"]) == (40, 14)
    assert planned.revision(number)["services"]["venue"]["counts"]["sites_kept"] == 22


def test_all_mistakes_come_in_one_answer(empty_house: Any) -> None:
    tree = reference()
    tree["surprise"] = 1
    tree["conference"]["timezone"] = "Asia/Vinh"
    tree["conference"]["starts_at"] = "2021-07-15T08:00"
    tree["units"][4]["parent"] = "nobody"
    tree["options"][0]["venue"] = "teleport"
    tree["options"][1]["groups"][0]["at"] = "bridge"
    tree["options"][1]["groups"][1]["seats"] = 0
    tree["tasks"][1]["key"] = tree["tasks"][0]["key"]
    answer = empty_house.http.post("planning/v1/plans", json=tree)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = {(error["pointer"], error["code"]) for error in answer.json()["errors"]}
    assert found == {
        ("/surprise", "unknown-key"),
        ("/conference/timezone", "unknown-timezone"),
        ("/conference/starts_at", "outside-window"),
        ("/conference/ends_at", "ends-before-start"),
        ("/units/4/parent", "unknown-unit"),
        ("/options/0/venue", "unknown-plugin"),
        ("/options/1/groups/0/at", "place-not-served"),
        ("/options/1/groups/1/seats", "too-small"),
        ("/tasks/1/key", "duplicate-key"),
    }
    assert conferences(empty_house) == []


def test_messages_come_in_the_language_asked_for(empty_house: Any) -> None:
    vietnamese = post(empty_house, b"", **{"Accept-Language": "vi"}).json()
    english = post(empty_house, b"", **{"Accept-Language": "en"}).json()
    assert vietnamese["errors"][0]["code"] == english["errors"][0]["code"] == "empty"
    assert vietnamese["errors"][0]["message"] != english["errors"][0]["message"]


BOMB = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n + 1, n + 1, n, n) for n in range(97, 120))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff\xfe\x00", 400),
        (b"a: [", 400),
        (b"a: 1\na: 2\n", 422),
        (b"[" * 100_000, 400),
        (b"- " * 100_000, 400),
        (BOMB, 422),
        (b"{}", 422),
        (b"- x\n", 422),
    ],
    ids=["empty", "not-utf8", "malformed", "repeated", "flow", "block", "aliases", "nothing", "list"],
)
def test_harmful_input_is_refused_at_once(empty_house: Any, body: bytes, status: int) -> None:
    started = time.monotonic()
    answer = post(empty_house, body)
    assert answer.status_code == status
    assert answer.json()["errors"]
    assert time.monotonic() - started < 30  # a bound against running away, not a measurement
    assert conferences(empty_house) == []


def test_oversized_plan_is_refused(empty_house: Any) -> None:
    answer = post(empty_house, b"a: " + b"x" * (33 * 1024 * 1024))
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["code"] == "too-large"
    assert post(empty_house, b"x" * (41 * 1024 * 1024)).status_code == 413


def test_other_media_types_are_refused(empty_house: Any) -> None:
    answer = post(empty_house, PLAN.read_bytes(), **{"Content-Type": "text/csv"})
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:diemcau:unsupported-media-type")


def test_nobody_without_a_key_gets_in(empty_house: Any) -> None:
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        client = httpx.Client(transport=empty_house.http._transport, base_url=empty_house.http.base_url)
        answer = client.get("planning/v1/conferences", headers=header)
        assert answer.status_code == 401
        assert answer.json()["type"] == "urn:diemcau:unauthenticated"


def test_broken_json_body_is_a_400_that_says_so(planned: Any) -> None:
    url = f"planning/v1/conferences/{KEY}/decisions"
    answer = planned.http.post(url, content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_plan_in_yaml_is_what_the_reference_file_says(planned: Any) -> None:
    tree = planned.get(f"planning/v1/conferences/{KEY}/plan")
    assert [unit["key"] for unit in tree["units"]] == [
        u["key"] for u in yaml.safe_load(PLAN.read_bytes())["units"]
    ]

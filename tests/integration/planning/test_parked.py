"""Parked events over HTTP: what went wrong, and applying them again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from shared.bus.delivery import Consumer, Fact
from shared.bus.embedded import CursorConsumer
from shared.contracts.venue import LineTestedV1
from shared.http.tokens import sign
from shared.storage.session import Session
from tests.house import House
from tests.integration.planning.conftest import DAY, Stage, decided, tasks, told

PARKED = "planning/v1/parked"


def broken(_session: Session, _fact: Fact, _context: Any) -> None:
    raise ValueError("a mistake of this release")


@pytest.fixture
def house(stage: Stage) -> House:
    """Planning's release cannot apply line tests; two of them came for one site, one for another."""
    made = stage.at("2021-06-28T16:00")
    made.post_plan()
    made.pump()
    decided(made)
    right = made.system.consumers["planning"]
    bad = Consumer("planning", right.database, {LineTestedV1: broken}, right.context, backoff=lambda _n: 0.0)
    sources = {name: made.system.databases[name] for name in made.consumers if name != "planning"}
    kept, made.consumers["planning"] = made.consumers["planning"], CursorConsumer(bad, sources)
    for site, outcome in [("nam-dan", "failed"), ("nam-dan", "ok"), ("do-luong", "ok")]:
        told(made, "venue", LineTestedV1, site, site=site, day=DAY, outcome=outcome)
    made.consumers["planning"] = kept
    return made


def test_parked_events_are_listed_with_what_went_wrong(house: House) -> None:
    found = house.get(PARKED)
    assert found["total"] == 3
    states = {(one["key"], one["state"]) for one in found["items"]}
    assert states == {("nam-dan", "failed"), ("nam-dan", "waiting"), ("do-luong", "failed")}
    [first] = [one for one in found["items"] if one["key"] == "do-luong"]
    assert first["error"] == "ValueError: a mistake of this release"
    assert (first["source"], first["attempts"]) == ("venue", 5)


def test_replay_applies_the_events_of_the_key_in_order(house: House) -> None:
    [event, *_] = [one for one in house.get(PARKED)["items"] if one["key"] == "nam-dan"]
    answer = house.http.post(f"{PARKED}/{event['id']}:replay")
    assert answer.json() == {"replayed": 2, "failed": False, "error": None}
    [left] = house.get(PARKED)["items"]
    assert left["key"] == "do-luong"
    done = {task["target"] for task in tasks(house, state="done") if task["line_test"]}
    assert done == {"nam-dan"}


def test_replay_that_fails_again_says_why_and_keeps_the_event(house: House) -> None:
    app = house.system.databases["planning"]
    with app.write() as session:
        session.connection().exec_driver_sql("drop table line_tests")
    [event] = [one for one in house.get(PARKED)["items"] if one["key"] == "do-luong"]
    report = house.http.post(f"{PARKED}/{event['id']}:replay").json()
    assert (report["replayed"], report["failed"]) == (0, True)
    assert "line_tests" in report["error"]
    assert house.get(PARKED)["total"] == 3


def test_unknown_event_is_not_found(house: House) -> None:
    answer = house.http.post(f"{PARKED}/{uuid4()}:replay")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:diemcau:unknown-parked-event")


@pytest.mark.parametrize("service", ["planning", "venue", "registration", "documents", "awards"])
def test_every_service_has_the_routes_for_who_decides_only(house: House, service: str, stage: Stage) -> None:
    assert house.http.get(f"{service}/v1/parked").status_code == 200
    token = sign(stage.settings.signing_key, "account:x", ("plan:read", "names:read"))
    headers = {"Authorization": f"Bearer {token}"}
    assert house.http.get(f"{service}/v1/parked", headers=headers).status_code == 403
    path = f"{service}/v1/parked/{uuid4()}:replay"
    assert house.http.post(path, headers=headers).status_code == 403

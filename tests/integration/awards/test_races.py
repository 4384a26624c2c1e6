"""What happens at once, on PostgreSQL: the last slot of a quota, and two decisions."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services.awards import app as awards
from services.awards.quotas.commands import store_plan
from shared.bus.pages import Batch, Table
from shared.config import load_settings
from shared.storage.database import Database
from shared.storage.migrate import migrate
from tests.servers import fresh_database

PLAN = Batch(
    "small",
    "small/plan/1",
    {"plan_version": 1, "organiser": "tinh", "timezone": "Asia/Ho_Chi_Minh"},
    {
        "units": Table(("key", "name", "level", "parent"), [["tinh", "Tỉnh", "province", None]]),
        "options": Table(("key",), [["online"]]),
        "quotas": Table(("scope", "level", "collectives", "individuals"), [["organiser", None, 0, 3]]),
    },
)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Awards alone on PostgreSQL; the organiser may propose three persons."""
    monkeypatch.setenv("DIEMCAU_DATA", str(tmp_path))
    with fresh_database(f"diemcau_test_{secrets.token_hex(5)}") as url:
        database = Database("awards", url, pool_size=10)
        migrate(database, awards.MIGRATIONS)
        with database.write() as session:
            store_plan(session, PLAN)
        yield awards.create_app(load_settings(), database)
        database.dispose()


def at_once(app: Flask, path: str, bodies: list[dict[str, Any]]) -> list[Any]:
    """The answers to POSTs that start together."""
    headers = {"Authorization": f"Bearer {load_settings().api_key}"}
    start, answers = threading.Barrier(len(bodies)), []

    def post(body: dict[str, Any]) -> Callable[[], None]:
        def run() -> None:
            client = app.test_client()
            start.wait()
            answers.append(
                client.post(f"/api/awards/v1/conferences/small/{path}", json=body, headers=headers)
            )

        return run

    threads = [threading.Thread(target=post(body)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def person(name: str) -> dict[str, Any]:
    return {"kind": "individual", "name": name, "achievement": "Xuất sắc"}


def test_eight_nominations_for_three_slots_leave_three(app: Flask) -> None:
    answers = at_once(app, "nominations", [person(f"Người {n}") for n in range(8)])
    assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 5}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json["type"] == "urn:diemcau:quota-exceeded"


def test_same_name_proposed_at_once_stands_once(app: Flask) -> None:
    answers = at_once(app, "nominations", [person("Nguyễn Văn An")] * 4)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}


def test_decisions_taken_at_once_are_one(app: Flask) -> None:
    [made] = at_once(app, "nominations", [person("Nguyễn Văn An")])
    at_once(app, "nominations:approve", [{"nominations": [made.json["id"]]}])
    answers = at_once(app, "award-decision", [{}] * 5)
    assert [answer.status_code for answer in answers] == [200] * 5
    assert Counter(answer.json["created"] for answer in answers) == {True: 1, False: 4}
    assert len({answer.json["decision"]["id"] for answer in answers}) == 1

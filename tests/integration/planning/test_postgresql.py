"""The same rules on PostgreSQL and RabbitMQ, where several people and processes are at work at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.planning.reminders.commands import remind_all
from shared.bus.outbox import emit
from shared.clock import Clock
from shared.contracts.venue import LineTestedV1
from shared.storage.database import Database
from tests.integration.planning.conftest import BASE, DAY, mark, reminders, tasks
from tests.servers import EXAMPLE, KEY, installation

NOW = "2021-06-28T16:00+07:00"
AT_ONCE = 4
PATIENCE = 60.0


@dataclass(frozen=True)
class Remote:
    """A running system on servers: calls by HTTP, and its databases."""

    http: httpx.Client
    database_url: str

    def get(self, path: str) -> dict[str, Any]:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def database(self, service: str) -> Database:
        return Database(service, self.database_url.replace("{service}", service))


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with installation(tmp_path_factory.mktemp("servers"), servers=True) as installed:
        installed.env["DIEMCAU_CLOCK_START"] = NOW
        installed.up("--example", str(EXAMPLE))
        with installed.client() as http:
            made = Remote(http, installed.env["DIEMCAU_DATABASE_URL"])
            order = {"option": "online", "reason": "chuẩn bị"}
            number = http.post(f"{BASE}/decisions", json=order).json()["revision"]
            until(lambda: made.get(f"{BASE}/revisions/{number}")["state"] == "settled")
            yield made


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.1)


def at_once(work: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [one.result() for one in [threads.submit(work) for _ in range(AT_ONCE)]]


def test_one_of_several_who_read_the_same_task_changes_it(remote: Any) -> None:
    [task, *_] = tasks(remote, unit="van-phong", state="open")
    answers = Counter(answer.status_code for answer in at_once(lambda: mark(remote, task)))
    assert answers == {200: 1, 412: AT_ONCE - 1}


def test_rounds_at_once_remind_once(remote: Any) -> None:
    database = remote.database("planning")
    clock = Clock(datetime.fromisoformat(NOW) - datetime.now(UTC))
    at_once(lambda: remind_all(database, clock))
    once = reminders(remote, limit=1000)
    assert len({(one["task"], one["days_before"]) for one in once}) == len(once) > 100
    database.dispose()


def test_lists_are_filtered_and_paged_alike(remote: Any) -> None:
    whole = tasks(remote, limit=1000, order="due")
    first = remote.get(f"{BASE}/tasks?limit=60&order=due")
    rest = remote.get(f"{BASE}/tasks?limit=1000&order=due&cursor={first['next']}")
    assert [one["id"] for one in first["items"] + rest["items"]] == [one["id"] for one in whole]
    assert {one["unit"] for one in tasks(remote, q="ĐÔ LƯƠNG")} == {"do-luong"}
    assert any(one["helping"] for one in tasks(remote, unit="van-phong"))
    assert all(one["overdue"] for one in tasks(remote, overdue=True))


def test_conference_is_opened_once_after_all_lines_are_tested(remote: Any) -> None:
    assert remote.http.post(f"{BASE}:open", json={}).json()["type"] == "urn:diemcau:line-tests-missing"
    sites = [one["site"] for one in remote.get(f"{BASE}/opening")["untested"]]
    venue = remote.database("venue")
    with venue.write() as session:
        for site in sites:
            fact = {"conference": KEY, "site": site, "day": DAY, "outcome": "ok"}
            emit(session, LineTestedV1, fact, key=site)
    venue.dispose()
    until(lambda: not remote.get(f"{BASE}/opening")["missing"])
    answers = at_once(lambda: remote.http.post(f"{BASE}:open", json={}).status_code)
    assert Counter(answers) == {200: 1, 409: AT_ONCE - 1}
    assert len(remote.get(f"{BASE}/opening")["history"]) == 1

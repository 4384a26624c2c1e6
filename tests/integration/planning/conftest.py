"""The house at a moment of the reference conference; facts of others, out of their own outboxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from services.planning.reminders.commands import remind_all
from shared.bus.outbox import emit
from shared.clock import Clock
from shared.config import Settings
from shared.contracts.event import Event
from shared.http.tokens import sign
from tests.house import KEY, House

BASE = f"planning/v1/conferences/{KEY}"
DAY = date(2021, 6, 29)


class Stage:
    """One house's data, opened again at another moment: the clock runs on from there."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opened: list[House] = []

    def at(self, moment: str) -> House:
        """The house with its clock at `moment` (local time of the conference)."""
        self.close()
        offset = datetime.fromisoformat(f"{moment}+07:00") - datetime.now(UTC)
        made = House(replace(self.settings, clock=Clock(offset)))
        self._opened.append(made)
        return made

    def close(self) -> None:
        for house in self._opened:
            house.system.close()
        self._opened.clear()


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    made = Stage(replace(settings, service_url="http://house"))
    yield made
    made.close()


def told(house: House, teller: str, contract: type[Event], key: str, **data: Any) -> None:
    """The service `teller` says a fact, and everybody hears it."""
    with house.system.databases[teller].write() as session:
        emit(session, contract, {"conference": KEY, **data}, key=key)
    house.pump()


def decided(house: House, option: str = "online", **order: Any) -> int:
    answer = house.decide(option=option, **order)
    assert answer.status_code == 202, answer.text
    house.pump()
    number = int(answer.json()["revision"])
    assert house.revision(number)["state"] == "settled"
    return number


def amended(house: House, changes: dict[str, Any]) -> httpx.Response:
    etag = house.http.get(BASE).headers["ETag"]
    return house.http.patch(BASE, json=changes, headers={"If-Match": etag})


def tasks(house: House, **filters: Any) -> list[dict[str, Any]]:
    answer = house.http.get(f"{BASE}/tasks", params=filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def mark(house: House, task: dict[str, Any], state: str = "done", etag: str | None = None) -> httpx.Response:
    headers = {"If-Match": f'"{etag or task["etag"]}"'}
    return house.http.patch(f"{BASE}/tasks/{task['id']}", json={"state": state}, headers=headers)


def reminded(house: House) -> None:
    """One round of reminders, as the worker goes it."""
    remind_all(house.system.databases["planning"], house.system.settings.clock)


def reminders(house: House, **filters: Any) -> list[dict[str, Any]]:
    answer = house.http.get(f"{BASE}/reminders", params=filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


@pytest.fixture
def district(stage: Stage) -> Callable[[str], dict[str, str]]:
    """Headers of a district contact of a unit."""

    def headers(unit: str) -> dict[str, str]:
        scopes = ("plan:read", "tasks:write")
        token = sign(stage.settings.signing_key, "account:thu", scopes, name="Hồ Thị Vinh", unit=unit)
        return {"Authorization": f"Bearer {token}"}

    return headers

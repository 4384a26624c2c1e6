"""After the conference is closed its sites and line tests are only read."""

from __future__ import annotations

import httpx
import pytest

from tests.house import KEY
from tests.integration.venue.conftest import Venue

CONTACT = {"name": "Nguyễn Văn Thử", "phone": "0900 000 678"}


def writes(house: Venue) -> dict[str, httpx.Response]:
    return {
        "site": house.change(contact=CONTACT),
        "test": house.post(outcome="ok"),
        "probe": house.post(probe=True),
        "waive": house.post(":waive", reason="Dự chung"),
        "unwaive": house.post(":unwaive"),
    }


@pytest.fixture
def opened(online: Venue) -> Venue:
    """Opened in person, and gone online while it is open."""
    online.open()
    assert online.decide(option="online", while_open=True).status_code == 202
    online.pump()
    online.change(probe_address="tram.invalid:5060")
    return online


@pytest.fixture
def closed(opened: Venue) -> Venue:
    opened.act("close")
    return opened


def test_after_closing_every_write_is_refused(closed: Venue) -> None:
    before = closed.site(), closed.line()
    refused = writes(closed)
    assert {name: one.status_code for name, one in refused.items()} == dict.fromkeys(refused, 409)
    assert {one.json()["type"] for one in refused.values()} == {"urn:diemcau:conference-closed"}
    assert (closed.site(), closed.line()) == before


def test_reopening_allows_writing_again(closed: Venue) -> None:
    closed.act("reopen", "Bổ sung biên bản")
    assert {name: one.status_code for name, one in writes(closed).items()} == {
        "site": 200,
        "test": 201,
        "probe": 202,
        "waive": 200,
        "unwaive": 200,
    }


def test_probe_that_was_queued_before_closing_writes_nothing_after(opened: Venue) -> None:
    job = opened.post(probe=True).json()["job"]
    answer = opened.http.post(f"planning/v1/conferences/{KEY}:close", json={})
    assert answer.status_code == 200, answer.text
    opened.pump(jobs=False)
    opened.pump()
    found = opened.get(f"venue/v1/jobs/{job}")
    assert (found["state"], "closed" in found["problem"]) == ("failed", True)
    assert opened.line()["tested_at"] is None

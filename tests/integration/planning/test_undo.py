"""Undo by way of a preview, and when a retry is worth offering."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.house import House
from tests.integration.planning.conftest import BASE, Stage, decided


@pytest.fixture
def house(stage: Stage) -> House:
    made = stage.at("2021-06-24T09:00")
    made.post_plan()
    made.pump()
    decided(made, "online")
    decided(made, "in_person")
    return made


def undo(house: House, **order: Any) -> httpx.Response:
    return house.http.post(f"{BASE}/decisions:undo", json={"reason": "Dịch trở lại", **order})


def test_preview_of_the_earlier_option_is_adopted_as_an_undo(house: House) -> None:
    number = house.propose("online")
    house.pump()
    assert undo(house, revision=number).json() == {"revision": number}
    house.pump()
    assert house.conference()["current_option"] == "online"
    assert house.revision(number)["decision"]["kind"] == "undo"


def test_preview_of_another_option_is_no_undo(house: House) -> None:
    number = house.propose("in_person")
    house.pump()
    answer = undo(house, revision=number)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:stale-preview")
    assert house.conference()["current_option"] == "in_person"


def test_preview_that_went_stale_is_no_undo(house: House) -> None:
    number = house.propose("online")
    house.pump()
    decided(house, "in_person")
    assert undo(house, revision=number).status_code == 409


def test_retry_is_worth_offering_only_after_a_while(house: House, stage: Stage) -> None:
    number = house.decide(option="online").json()["revision"]
    assert house.revision(number)["retryable"] is False
    later = stage.at("2021-06-24T09:10")
    assert later.revision(number)["retryable"] is True
    later.pump()
    assert later.revision(number)["retryable"] is False

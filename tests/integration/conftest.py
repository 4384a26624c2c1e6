"""The house in one process, empty or with the reference plan; a database on both back ends."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.config import Settings
from tests.house import House, settings_in
from tests.servers import fresh_database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database; the test runs on both back ends."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    with fresh_database(f"diemcau_test_{secrets.token_hex(5)}") as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Embedded, with the data in the test's own folder."""
    return settings_in(tmp_path, monkeypatch)


@pytest.fixture
def empty_house(settings: Settings) -> Iterator[House]:
    made = House(replace(settings, service_url="http://house"))
    yield made
    made.system.close()


@pytest.fixture
def planned(empty_house: House) -> House:
    """The reference plan is posted and known everywhere."""
    empty_house.post_plan()
    empty_house.pump()
    return empty_house

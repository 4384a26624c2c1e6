"""The records clerk's desk: with the plan only, or with the online option adopted and drafted."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.documents import app as documents_app
from shared.storage.database import Database
from shared.storage.migrate import migrate
from tests.house import House, settings_in
from tests.integration.documents.desk import Desk


@pytest.fixture(scope="session")
def planned_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a house that knows the reference plan: each test gets a copy."""
    return _made(tmp_path_factory.mktemp("planned"), lambda house: None)


@pytest.fixture(scope="session")
def online_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the online option adopted and its documents drafted."""
    return _made(tmp_path_factory.mktemp("online"), lambda house: Desk(house).adopt("online"))


@pytest.fixture
def desk(planned_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Nothing is decided yet."""
    yield from _copied(planned_data, tmp_path, monkeypatch)


@pytest.fixture
def online(online_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield from _copied(online_data, tmp_path, monkeypatch)


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    """The tables of documents without a row, on both back ends."""
    made = Database("documents", empty_url)
    migrate(made, documents_app.MIGRATIONS)
    yield made
    made.dispose()


def _made(data: Path, prepare: Callable[[House], object]) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        house = _open(data, patch)
        house.post_plan()
        house.pump()
        prepare(house)
        house.system.close()
    return data


def _copied(source: Path, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Desk]:
    shutil.copytree(source, folder / "data")
    house = _open(folder / "data", patch)
    yield Desk(house)
    house.system.close()


def _open(data: Path, patch: pytest.MonkeyPatch) -> House:
    return House(replace(settings_in(data, patch), service_url="http://house"))

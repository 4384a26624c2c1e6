"""Closed and opened again, as a follower of planning hears it: in any order, and more than once."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from shared.bus.delivery import Consumer, deliver
from shared.bus.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.planning import ConferenceClosedV1, ConferenceOpenedV1
from shared.revisions.closing import ConferenceIsClosed, require_not_closed
from shared.revisions.handlers import on_conference_closed, on_conference_opened
from shared.storage.database import Database
from shared.storage.migrate import BUS, REVISIONS, migrate
from tests.servers import fresh_database

HANDLERS = {ConferenceClosedV1: on_conference_closed, ConferenceOpenedV1: on_conference_opened}


@pytest.fixture(params=["sqlite", "postgresql"])
def follower(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Consumer]:
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path}/venue.sqlite")
        return
    with fresh_database(f"diemcau_test_{secrets.token_hex(5)}") as url:
        yield from _opened(url)


def _opened(url: str) -> Iterator[Consumer]:
    database = Database("venue", url)
    migrate(database, (BUS, REVISIONS))
    yield Consumer("venue", database, HANDLERS)
    database.dispose()


def said(contract: type[Event], version: int, conference: str = "c") -> bytes:
    """What planning says: the version counts its facts about the conference."""
    return Envelope(
        id=uuid4(),
        type=contract.event_type,
        source="planning",
        subject=conference,
        time=datetime.now(UTC),
        key=conference,
        key_version=version,
        correlation=uuid4(),
        causation=None,
        data={"conference": conference},
    ).to_bytes()


def is_closed(follower: Consumer, conference: str = "c") -> bool:
    with follower.database.read() as session:
        try:
            require_not_closed(session, conference)
        except ConferenceIsClosed:
            return True
    return False


def test_conference_that_nobody_spoke_of_is_not_closed(follower: Consumer) -> None:
    assert not is_closed(follower)


def test_closing_holds_for_its_conference_only(follower: Consumer) -> None:
    deliver(follower, said(ConferenceClosedV1, 7))
    assert is_closed(follower)
    assert not is_closed(follower, "other")


def test_opening_again_clears_it_in_whatever_order_it_is_heard(follower: Consumer) -> None:
    facts = {1: ConferenceOpenedV1, 2: ConferenceClosedV1, 3: ConferenceOpenedV1}
    for number, order in enumerate(itertools.permutations(facts)):
        for version in order:
            deliver(follower, said(facts[version], version, f"c{number}"))
        assert not is_closed(follower, f"c{number}"), order


def test_closing_twice_heard_late_leaves_the_newest_word(follower: Consumer) -> None:
    opened, closed = said(ConferenceOpenedV1, 1), said(ConferenceClosedV1, 2)
    for raw in (closed, closed, opened, closed, opened):
        deliver(follower, raw)
    assert is_closed(follower)

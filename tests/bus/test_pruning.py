from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from marshmallow import fields
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from shared.bus.inbox import Position, move_cursor, record_event
from shared.bus.outbox import emit
from shared.bus.pruning import BATCH, Pruning
from shared.bus.tables import inbox, outbox
from shared.config import ConfigError, load_settings
from shared.contracts.event import Event
from shared.http.idempotency import forget_answers, idempotency_keys
from shared.storage.database import Database

HORIZON = timedelta(days=30)
NOW = datetime.now(UTC)
OLD, TWICE_AS_OLD = NOW - HORIZON - timedelta(hours=1), NOW - 2 * HORIZON - timedelta(hours=1)


class CountedV1(Event):
    event_type = "diemcau.test.thing.counted.v1"
    number = fields.Int(required=True)


def send(database: Database, count: int) -> None:
    with database.write() as session:
        for number in range(count):
            emit(session, CountedV1, {"number": number}, key="k")


def age(database: Database, **values: Any) -> None:
    with database.write() as session:
        session.execute(update(outbox).values(**values))


def left(database: Database, column: Any) -> list[Any]:
    with database.read() as session:
        return list(session.execute(select(column).order_by(column)).scalars())


def prune(database: Database, readers: dict[str, Database] | None = None) -> None:
    pruner = Pruning(database, HORIZON, readers or {})
    while pruner.go():
        pass


def test_published_events_stay_until_the_horizon(new_postgres: Any) -> None:
    planning = new_postgres("planning")
    send(planning, 3)
    age(planning, published_at=NOW)
    prune(planning)
    assert len(left(planning, outbox.c.seq)) == 3
    age(planning, published_at=OLD)
    prune(planning)
    assert left(planning, outbox.c.seq) == []


def test_what_was_never_published_stays(new_postgres: Any) -> None:
    planning = new_postgres("planning")
    send(planning, 2)
    age(planning, created_at=OLD)
    prune(planning)
    assert len(left(planning, outbox.c.seq)) == 2


def test_embedded_a_row_stays_until_all_readers_are_past_it(new_sqlite: Any) -> None:
    planning = new_sqlite("planning")
    readers = {"venue": new_sqlite("venue"), "awards": new_sqlite("awards")}
    send(planning, 5)
    age(planning, created_at=OLD)
    read_to(readers["venue"], 4)
    prune(planning, readers)
    assert left(planning, outbox.c.seq) == [1, 2, 3, 4, 5]
    read_to(readers["awards"], 3)
    prune(planning, readers)
    assert left(planning, outbox.c.seq) == [4, 5]


def test_embedded_a_young_row_stays_though_all_have_read_it(new_sqlite: Any) -> None:
    planning, venue = new_sqlite("planning"), new_sqlite("venue")
    send(planning, 2)
    read_to(venue, 2)
    prune(planning, {"venue": venue})
    assert left(planning, outbox.c.seq) == [1, 2]


def test_embedded_without_readers_everything_stays(new_sqlite: Any) -> None:
    planning = new_sqlite("planning")
    send(planning, 2)
    age(planning, created_at=OLD)
    prune(planning)
    assert left(planning, outbox.c.seq) == [1, 2]


def test_numbers_go_on_after_everything_was_removed(new_sqlite: Any) -> None:
    """A cursor would step over an event that got a removed one's number, a consumer over its version."""
    planning, venue = new_sqlite("planning"), new_sqlite("venue")
    send(planning, 2)
    age(planning, created_at=OLD)
    read_to(venue, 2)
    prune(planning, {"venue": venue})
    send(planning, 1)
    with planning.read() as session:
        assert session.execute(select(outbox.c.seq, outbox.c.key_version)).all() == [(3, 3)]


def test_what_was_applied_is_remembered_twice_as_long(new_database: Any) -> None:
    venue = new_database("venue")
    remember(venue, 1, OLD)
    prune(venue)
    assert len(left(venue, inbox.c.event_id)) == 1
    remember(venue, 2, TWICE_AS_OLD)
    prune(venue)
    assert len(left(venue, inbox.c.event_id)) == 1


def test_one_look_removes_a_batch_at_most(new_postgres: Any) -> None:
    planning = new_postgres("planning")
    send(planning, BATCH + 1)
    age(planning, published_at=OLD)
    pruner = Pruning(planning, HORIZON, {})
    assert pruner.go()
    assert len(left(planning, outbox.c.seq)) == 1
    assert not pruner.go()
    assert left(planning, outbox.c.seq) == []


def read_to(database: Database, seq: int) -> None:
    with database.write() as session:
        move_cursor(session, database.service, Position("planning", seq))


def remember(database: Database, count: int, received_at: datetime) -> None:
    with database.write() as session:
        for _ in range(count):
            event_id = uuid7()
            record_event(session, database.service, event_id)
            same = inbox.c.event_id == event_id
            session.execute(update(inbox).where(same).values(received_at=received_at))


def test_horizon_is_a_setting_of_at_least_a_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DIEMCAU_DATA", str(tmp_path))
    monkeypatch.setenv("DIEMCAU_EVENT_DAYS", "7")
    assert load_settings().keep_events == timedelta(days=7)
    monkeypatch.setenv("DIEMCAU_EVENT_DAYS", "0")
    with pytest.raises(ConfigError, match="DIEMCAU_EVENT_DAYS"):
        load_settings()


def test_answers_to_repeated_requests_are_forgotten_too(new_database: Any) -> None:
    planning = new_database("planning")
    idempotency_keys.create(planning.engine)
    blank = {"actor": "root", "request": "", "status": 200, "content_type": "", "body": b""}
    with planning.write() as session:
        for key, created_at in (("old", OLD), ("new", NOW)):
            session.execute(idempotency_keys.insert().values(**blank, key=key, created_at=created_at))
    assert not forget_answers(planning, HORIZON)
    assert left(planning, idempotency_keys.c.key) == ["new"]

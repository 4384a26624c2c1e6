from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from marshmallow import Schema, fields
from sqlalchemy import event, select

from shared.bus.envelope import Envelope, stamp
from shared.bus.outbox import backlog, emit, emit_each
from shared.bus.payload import ContractViolation
from shared.bus.tables import outbox
from shared.bus.trace import traced
from shared.contracts.event import Event
from shared.storage.database import Database


class _Line(Schema):
    unit = fields.Str(required=True)
    starts = fields.Date()


class CountedV1(Event):
    event_type = "diemcau.test.thing.counted.v1"

    number = fields.Int(required=True)
    at = fields.DateTime()
    lines = fields.List(fields.Nested(_Line))
    from_ = fields.Str(data_key="from")


def sent(database: Database) -> list[Envelope]:
    with database.read() as session:
        rows = session.execute(select(outbox).order_by(outbox.c.seq)).all()
    return [Envelope.from_bytes(stamp(row.envelope, row.key_version)) for row in rows]


def test_event_is_stored_with_the_change(new_database: Any) -> None:
    database = new_database("venue")
    with database.write() as session:
        event_id = emit(session, CountedV1, {"number": 1}, key="k", subject="site-1")
    [envelope] = sent(database)
    assert (envelope.id, envelope.type) == (event_id, CountedV1.event_type)
    assert (envelope.source, envelope.subject) == ("venue", "site-1")
    assert (envelope.key, envelope.key_version) == ("k", 1)
    assert (envelope.correlation, envelope.causation) == (event_id, None)
    assert envelope.data == {"number": 1}
    assert abs((datetime.now(UTC) - envelope.time).total_seconds()) < 60
    assert event_id.version == 7


def test_subject_is_the_key_unless_given(new_database: Any) -> None:
    database = new_database("venue")
    with database.write() as session:
        emit(session, CountedV1, {"number": 1}, key="k")
    assert sent(database)[0].subject == "k"


def test_rollback_leaves_no_event(new_database: Any) -> None:
    database = new_database("venue")
    with database.write() as session:
        emit(session, CountedV1, {"number": 1}, key="k")
        session.rollback()
    with database.write() as session:
        emit(session, CountedV1, {"number": 2}, key="k")
    assert [(envelope.key_version, envelope.data) for envelope in sent(database)] == [(1, {"number": 2})]


def test_versions_count_per_key(new_database: Any) -> None:
    database = new_database("venue")
    with database.write() as session:
        for key in ("a", "b", "a"):
            emit(session, CountedV1, {"number": 1}, key=key)
    assert [(envelope.key, envelope.key_version) for envelope in sent(database)] == [
        ("a", 1),
        ("b", 1),
        ("a", 2),
    ]


def test_emit_is_one_statement_on_postgresql(new_postgres: Any) -> None:
    database = new_postgres("venue")
    with database.write() as session:
        emit(session, CountedV1, {"number": 0}, key="k")
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with database.write() as session:
        emit(session, CountedV1, {"number": 1}, key="k")
    assert len(statements) == 1


def test_many_events_are_stored_in_the_order_of_their_keys(new_database: Any) -> None:
    database = new_database("venue")
    with database.write() as session:
        emit(session, CountedV1, {"number": 0}, key="b")
        emit_each(session, CountedV1, {"b": {"number": 2}, "c": {"number": 3}, "a": {"number": 1}})
    stored = [(envelope.key, envelope.key_version, envelope.data["number"]) for envelope in sent(database)]
    assert stored == [("b", 1, 0), ("a", 1, 1), ("b", 2, 2), ("c", 1, 3)]


def test_many_events_are_one_statement_on_postgresql(new_postgres: Any) -> None:
    database = new_postgres("venue")
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with database.write() as session:
        emit_each(session, CountedV1, {f"k{number}": {"number": number} for number in range(50)})
    assert len(statements) == 1
    assert len(sent(database)) == 50


def test_sequence_follows_commits_within_a_key(new_postgres: Any) -> None:
    database = new_postgres("venue")

    def write(number: int) -> None:
        with database.write() as session:
            emit(session, CountedV1, {"number": number}, key=f"k{number % 2}")

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(write, range(200)))
    for key in ("k0", "k1"):
        versions = [envelope.key_version for envelope in sent(database) if envelope.key == key]
        assert versions == list(range(1, 101))


def test_dates_travel_as_the_contract_dumps_them(new_database: Any) -> None:
    database = new_database("venue")
    data = {
        "number": 1,
        "at": datetime(2021, 6, 24, 2, tzinfo=UTC),
        "lines": [{"unit": "vinh", "starts": date(2021, 7, 1)}],
        "from_": "here",
    }
    with database.write() as session:
        emit(session, CountedV1, data, key="k")
    assert sent(database)[0].data == {
        "number": 1,
        "at": "2021-06-24T02:00:00+00:00",
        "lines": [{"unit": "vinh", "starts": "2021-07-01"}],
        "from": "here",
    }


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({}, "number"),
        ({"number": "many"}, "ValueError"),
        ({"number": 1, "nunber": 1}, "/nunber"),
        ({"number": 1, "lines": [{"unit": "a"}, {"unit": "b", "phone": "x"}]}, "/lines/1/phone"),
        ({"number": 1, "lines": [{}]}, "unit"),
    ],
)
def test_data_against_the_contract_is_refused(new_sqlite: Any, data: dict[str, Any], named: str) -> None:
    database = new_sqlite("venue")
    with pytest.raises(ContractViolation, match=named), database.write() as session:
        emit(session, CountedV1, data, key="k")
    assert sent(database) == []


def test_empty_key_is_refused(new_sqlite: Any) -> None:
    with pytest.raises(ContractViolation, match="key"), new_sqlite("venue").write() as session:
        emit(session, CountedV1, {"number": 1}, key="")


def test_events_carry_the_current_trace(new_sqlite: Any) -> None:
    database, correlation, causation = new_sqlite("venue"), uuid4(), uuid4()
    with database.write() as session, traced(correlation, causation):
        emit(session, CountedV1, {"number": 1}, key="k")
    with database.write() as session:
        emit(session, CountedV1, {"number": 2}, key="k")
    first, second = sent(database)
    assert (first.correlation, first.causation) == (correlation, causation)
    assert (second.correlation, second.causation) == (second.id, None)


def test_backlog_counts_what_is_unpublished(new_database: Any) -> None:
    database = new_database("venue")
    with database.read() as session:
        assert (backlog(session).unpublished, backlog(session).oldest) == (0, None)
    with database.write() as session:
        emit(session, CountedV1, {"number": 1}, key="k")
        session.execute(outbox.update().values(attempts=2))
        emit(session, CountedV1, {"number": 2}, key="k")
    with database.read() as session:
        waiting = backlog(session)
    assert (waiting.unpublished, waiting.refused) == (2, 1)
    assert waiting.oldest == sent(database)[0].time
    assert isinstance(sent(database)[0].id, UUID)

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from marshmallow import fields
from sqlalchemy import Column, Integer, MetaData, String, Table, func, select, text

from shared.bus.delivery import Consumer, Outcome, deliver
from shared.bus.envelope import Envelope, stamp
from shared.bus.faults import Unavailable
from shared.bus.inbox import Position, cursor_of
from shared.bus.outbox import emit
from shared.bus.parked import ReplayReport, list_parked, replay
from shared.bus.tables import attempts, inbox, inbox_key, outbox
from shared.contracts.event import Event
from shared.storage.database import Database

effects = Table(
    "effects",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False),
    Column("number", Integer, nullable=False),
)


class CountedV1(Event):
    event_type = "diemcau.test.thing.counted.v1"
    number = fields.Int(required=True)


class PagedV1(Event):
    event_type = "diemcau.test.thing.paged.v1"
    paged = True
    number = fields.Int(required=True)


class Broken:
    """The numbers that the handler cannot bear now, and how often it met one."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.failures = 0
        self.heals_after: int | None = None


def on_counted(session: Any, fact: Any, broken: Broken) -> None:
    session.execute(effects.insert(), {"key": fact.key, "number": fact.data["number"]})
    if fact.data["number"] in broken.numbers:
        broken.failures += 1
        if broken.failures == broken.heals_after:
            broken.numbers.clear()
        raise ValueError("cannot count that")


HANDLERS = {CountedV1: on_counted, PagedV1: on_counted}


@pytest.fixture
def consumer(new_database: Any) -> Consumer:
    database = new_database("registration")
    effects.create(database.engine)
    return Consumer("registration", database, HANDLERS, Broken(), backoff=lambda _failures: 0.0)


def envelope(number: int, version: int, *, key: str = "k", contract: type[Event] = CountedV1) -> Envelope:
    return Envelope(
        id=uuid4(),
        type=contract.event_type,
        source="planning",
        subject=key,
        time=datetime.now(UTC),
        key=key,
        key_version=version,
        correlation=uuid4(),
        causation=None,
        data={"number": number},
    )


def counted(number: int, version: int, *, key: str = "k", contract: type[Event] = CountedV1) -> bytes:
    return envelope(number, version, key=key, contract=contract).to_bytes()


def applied(database: Database, key: str = "k") -> list[int]:
    with database.read() as session:
        query = select(effects.c.number).where(effects.c.key == key).order_by(effects.c.id)
        return list(session.execute(query).scalars())


def count(database: Database, table: Table) -> int:
    with database.read() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def states(database: Database) -> list[tuple[str, int, str, int]]:
    with database.read() as session:
        parked = list_parked(session)
    return [(row.key, row.key_version, row.state, row.attempts) for row in parked]


def test_event_takes_effect_once(consumer: Consumer) -> None:
    raw = counted(1, 1)
    assert [deliver(consumer, raw) for _ in range(3)] == [
        Outcome.APPLIED,
        Outcome.DUPLICATE,
        Outcome.DUPLICATE,
    ]
    assert applied(consumer.database) == [1]


def test_two_consumers_of_one_database_both_get_the_event(consumer: Consumer) -> None:
    other, raw = replace(consumer, name="audit"), counted(1, 1)
    assert [deliver(consumer, raw), deliver(other, raw)] == [Outcome.APPLIED, Outcome.APPLIED]


def test_gaps_are_normal(consumer: Consumer) -> None:
    outcomes = [deliver(consumer, counted(version, version)) for version in (1, 5, 9)]
    assert outcomes == [Outcome.APPLIED] * 3
    assert applied(consumer.database) == [1, 5, 9]


def test_newest_version_of_a_key_wins(consumer: Consumer) -> None:
    outcomes = [deliver(consumer, counted(version, version)) for version in (2, 1, 2, 3)]
    assert outcomes == [Outcome.APPLIED, Outcome.OUTDATED, Outcome.OUTDATED, Outcome.APPLIED]
    assert applied(consumer.database) == [2, 3]


def test_versions_are_counted_per_source(consumer: Consumer) -> None:
    deliver(consumer, counted(5, 5))
    from_venue = replace(envelope(1, 1), source="venue")
    assert deliver(consumer, from_venue.to_bytes()) is Outcome.APPLIED


def test_pages_come_in_any_order(consumer: Consumer) -> None:
    raws = [counted(number, number, contract=PagedV1) for number in (3, 1, 2)]
    assert [deliver(consumer, raw) for raw in [*raws, raws[0]]] == [
        *[Outcome.APPLIED] * 3,
        Outcome.DUPLICATE,
    ]
    assert applied(consumer.database) == [3, 1, 2]


def test_pages_do_not_make_other_events_outdated(consumer: Consumer) -> None:
    deliver(consumer, counted(9, 9, contract=PagedV1))
    assert deliver(consumer, counted(4, 4)) is Outcome.APPLIED


def test_event_without_handler_is_ignored(consumer: Consumer) -> None:
    other = replace(envelope(1, 1), type="diemcau.test.thing.forgotten.v1").to_bytes()
    assert deliver(consumer, other) is Outcome.IGNORED
    assert count(consumer.database, inbox) == 0


def test_failing_handler_is_tried_again_and_leaves_nothing_behind(consumer: Consumer) -> None:
    consumer.context.numbers, consumer.context.heals_after = {1}, 3
    assert deliver(consumer, counted(1, 1)) is Outcome.APPLIED
    assert applied(consumer.database) == [1]
    assert consumer.context.failures == 3
    assert count(consumer.database, attempts) == 0
    assert states(consumer.database) == []


def test_backoff_is_asked_with_the_number_of_failures(consumer: Consumer) -> None:
    asked: list[int] = []

    def backoff(failures: int) -> float:
        asked.append(failures)
        return 0.0

    consumer.context.numbers = {1}
    deliver(replace(consumer, backoff=backoff), counted(1, 1))
    assert asked == [1, 2, 3, 4]


def test_event_that_keeps_failing_is_parked_and_nothing_is_recorded(consumer: Consumer) -> None:
    consumer.context.numbers = {1}
    assert deliver(consumer, counted(1, 1)) is Outcome.PARKED
    assert consumer.context.failures == 5
    assert states(consumer.database) == [("k", 1, "failed", 5)]
    assert applied(consumer.database) == []
    assert count(consumer.database, inbox) == 0
    assert count(consumer.database, attempts) == 0
    with consumer.database.read() as session:
        [parked] = list_parked(session, "registration")
        assert list_parked(session, "somebody else") == []
    assert (parked.error, parked.type) == ("ValueError: cannot count that", CountedV1.event_type)
    assert abs((datetime.now(UTC) - parked.parked_at).total_seconds()) < 60


def test_parked_event_delivered_again_stays_parked(consumer: Consumer) -> None:
    consumer.context.numbers = {1}
    raw = counted(1, 1)
    deliver(consumer, raw)
    consumer.context.numbers = set()
    assert deliver(consumer, raw) is Outcome.PARKED
    assert states(consumer.database) == [("k", 1, "failed", 5)]


def test_later_events_of_the_key_wait_and_other_keys_go_on(consumer: Consumer) -> None:
    consumer.context.numbers = {1}
    deliver(consumer, counted(1, 1))
    assert deliver(consumer, counted(2, 2)) is Outcome.PARKED
    assert deliver(consumer, counted(3, 3, contract=PagedV1)) is Outcome.PARKED
    assert deliver(consumer, counted(7, 1, key="other")) is Outcome.APPLIED
    assert states(consumer.database) == [
        ("k", 1, "failed", 5),
        ("k", 2, "waiting", 0),
        ("k", 3, "waiting", 0),
    ]
    assert applied(consumer.database, "other") == [7]


def test_duplicate_of_an_applied_event_does_not_join_the_parked_ones(consumer: Consumer) -> None:
    first = counted(1, 1)
    deliver(consumer, first)
    consumer.context.numbers = {2}
    deliver(consumer, counted(2, 2))
    assert deliver(consumer, first) is Outcome.DUPLICATE


def test_replay_applies_in_the_order_of_versions(consumer: Consumer) -> None:
    consumer.context.numbers = {2}
    deliver(consumer, counted(1, 1))
    deliver(consumer, counted(2, 2))
    for version in (5, 3, 4):
        deliver(consumer, counted(version, version, contract=PagedV1 if version == 4 else CountedV1))
    consumer.context.numbers = set()
    assert replay(consumer) == ReplayReport(4, ())
    assert applied(consumer.database) == [1, 2, 3, 4, 5]
    assert states(consumer.database) == []
    assert deliver(consumer, counted(6, 6)) is Outcome.APPLIED


def test_replayed_event_is_a_duplicate_afterwards(consumer: Consumer) -> None:
    raw = counted(1, 1)
    consumer.context.numbers = {1}
    deliver(consumer, raw)
    consumer.context.numbers = set()
    replay(consumer)
    assert deliver(consumer, raw) is Outcome.DUPLICATE
    assert applied(consumer.database) == [1]


def test_replay_stops_a_key_at_its_first_failure_and_goes_on_with_others(consumer: Consumer) -> None:
    consumer.context.numbers = {1, 4, 11}
    for version in (1, 2, 4, 5):
        deliver(consumer, counted(version, version))
    deliver(consumer, counted(11, 1, key="other"))
    consumer.context.numbers = {4}
    assert replay(consumer) == ReplayReport(3, ("k",))
    assert applied(consumer.database) == [1, 2]
    assert applied(consumer.database, "other") == [11]
    assert states(consumer.database) == [("k", 4, "failed", 1), ("k", 5, "waiting", 0)]


def test_replay_of_one_key_leaves_the_others(consumer: Consumer) -> None:
    consumer.context.numbers = {1}
    deliver(consumer, counted(1, 1, key="a"))
    deliver(consumer, counted(1, 1, key="b"))
    consumer.context.numbers = set()
    assert replay(consumer, key="b") == ReplayReport(1, ())
    assert states(consumer.database) == [("a", 1, "failed", 5)]


def test_event_arriving_during_a_replay_comes_after_it(consumer: Consumer) -> None:
    consumer.context.numbers = {1}
    deliver(consumer, counted(1, 1))
    outcomes: list[Outcome] = []
    arrival = threading.Thread(target=lambda: outcomes.append(deliver(consumer, counted(2, 2))))

    def on_first(session: Any, fact: Any, _context: Any) -> None:
        arrival.start()
        time.sleep(0.2)
        on_counted(session, fact, Broken())

    assert replay(replace(consumer, handlers={CountedV1: on_first})) == ReplayReport(1, ())
    arrival.join(10)
    assert outcomes == [Outcome.APPLIED]
    assert applied(consumer.database) == [1, 2]


def test_unreadable_bytes_are_parked_at_once(consumer: Consumer) -> None:
    assert [deliver(consumer, raw) for raw in (b"{", b"[]", b"{")] == [Outcome.PARKED] * 3
    assert states(consumer.database) == [("", 0, "failed", 1)] * 2
    assert replay(consumer) == ReplayReport(0, ("",))


def test_payload_against_the_contract_is_parked_at_once_with_its_key(consumer: Consumer) -> None:
    bad = replace(envelope(1, 1), data={"number": "many"}).to_bytes()
    assert deliver(consumer, bad) is Outcome.PARKED
    assert deliver(consumer, counted(2, 2)) is Outcome.PARKED
    assert states(consumer.database) == [("k", 1, "failed", 1), ("k", 2, "waiting", 0)]
    with consumer.database.read() as session:
        error = list_parked(session)[0].error
    assert "number" in error
    assert "many" not in error


def test_unknown_version_is_parked_until_the_consumer_knows_it(consumer: Consumer) -> None:
    class CountedV2(CountedV1):
        event_type = "diemcau.test.thing.counted.v2"

    assert deliver(consumer, counted(1, 1, contract=CountedV2)) is Outcome.PARKED
    assert states(consumer.database) == [("k", 1, "failed", 1)]
    newer = replace(consumer, handlers=HANDLERS | {CountedV2: on_counted})
    assert replay(newer) == ReplayReport(1, ())
    assert applied(consumer.database) == [1]


def test_error_text_holds_no_row_values(new_postgres: Any) -> None:
    database = new_postgres("registration")
    with database.write() as session:
        session.execute(text("CREATE TABLE people (phone text PRIMARY KEY)"))
        session.execute(text("INSERT INTO people VALUES ('0900000678')"))

    def on_clash(session: Any, _fact: Any, _context: Any) -> None:
        session.execute(text("INSERT INTO people VALUES (:phone)"), {"phone": "0900000678"})

    consumer = Consumer("registration", database, {CountedV1: on_clash}, max_attempts=1)
    deliver(consumer, counted(1, 1))
    with database.read() as session:
        [parked] = list_parked(session)
    assert parked.error.startswith("UniqueViolation: duplicate key")
    assert "0912" not in parked.error


def test_events_emitted_by_a_handler_name_their_cause(consumer: Consumer) -> None:
    def on_chain(session: Any, fact: Any, _context: Any) -> None:
        emit(session, CountedV1, {"number": fact.data["number"] + 1}, key="next")

    received = envelope(1, 1)
    deliver(replace(consumer, handlers={CountedV1: on_chain}), received.to_bytes())
    with consumer.database.read() as session:
        row = session.execute(select(outbox)).one()
    answer = Envelope.from_bytes(stamp(row.envelope, row.key_version))
    assert (answer.correlation, answer.causation) == (received.correlation, received.id)
    assert answer.source == "registration"


def test_suspect_event_that_kills_its_process_is_parked_in_the_end(consumer: Consumer) -> None:
    class Killed(BaseException):
        """Ends the process: no handler of exceptions catches it."""

    def on_deadly(_session: Any, _fact: Any, _context: Any) -> None:
        raise Killed

    deadly, raw = replace(consumer, handlers={CountedV1: on_deadly}), counted(1, 1)
    with pytest.raises(Killed):
        deliver(deadly, raw)
    for _ in range(4):
        with pytest.raises(Killed):
            deliver(deadly, raw, suspect=True)
    assert deliver(deadly, raw, suspect=True) is Outcome.PARKED
    assert states(consumer.database) == [("k", 1, "failed", 5)]


def test_suspicion_is_forgotten_after_success(consumer: Consumer) -> None:
    assert deliver(consumer, counted(1, 1), suspect=True) is Outcome.APPLIED
    assert count(consumer.database, attempts) == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: counted(1, 1),
        lambda: b"{",
        lambda: replace(envelope(1, 1), data={}).to_bytes(),
        lambda: replace(envelope(1, 1), type="diemcau.test.thing.forgotten.v1").to_bytes(),
    ],
    ids=["applied", "unreadable", "mismatch", "ignored"],
)
def test_cursor_moves_with_every_outcome(consumer: Consumer, make: Callable[[], bytes]) -> None:
    raw = make()
    for seq in (4, 7):
        deliver(consumer, raw, position=Position("planning", seq))
        with consumer.database.read() as session:
            assert cursor_of(session, consumer.name, "planning") == seq


def test_cursor_moves_with_parking_and_waiting(consumer: Consumer) -> None:
    consumer.context.numbers = {1}
    for version in (1, 2):
        outcome = deliver(consumer, counted(version, version), position=Position("planning", version))
        assert outcome is Outcome.PARKED
        with consumer.database.read() as session:
            assert cursor_of(session, consumer.name, "planning") == version


def test_database_that_cannot_be_reached_is_unavailable() -> None:
    for url in ("postgresql+psycopg://nobody@127.0.0.1:1/none", "sqlite:////nowhere/at/all.db"):
        consumer = Consumer("registration", Database("registration", url), HANDLERS)
        for raw in (counted(1, 1), b"{"):
            with pytest.raises(Unavailable):
                deliver(consumer, raw)


def test_connection_lost_in_the_handler_is_not_the_events_fault(new_postgres: Any) -> None:
    database = new_postgres("registration")

    def on_killed(session: Any, _fact: Any, _context: Any) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    raw = counted(1, 1)
    with pytest.raises(Unavailable):
        deliver(Consumer("registration", database, {CountedV1: on_killed}), raw)
    assert states(database) == []
    assert [count(database, table) for table in (inbox, inbox_key, attempts)] == [0, 0, 0]


def test_handlers_mistake_in_sql_is_the_events_fault(consumer: Consumer) -> None:
    def on_mistake(session: Any, _fact: Any, _context: Any) -> None:
        session.execute(text("SELECT nothing FROM nowhere"))

    assert deliver(replace(consumer, handlers={CountedV1: on_mistake}), counted(1, 1)) is Outcome.PARKED


def test_ids_of_unreadable_bytes_come_from_the_bytes(consumer: Consumer) -> None:
    deliver(consumer, b"{")
    with consumer.database.read() as session:
        [parked] = list_parked(session)
    assert isinstance(parked.event_id, UUID)

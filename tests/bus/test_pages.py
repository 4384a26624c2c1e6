from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from marshmallow import fields
from sqlalchemy import func, select

from shared.bus.delivery import Consumer, Fact, Outcome, deliver
from shared.bus.envelope import Envelope, stamp
from shared.bus.pages import Batch, DigestMismatch, Table, collect, digest, emit_pages
from shared.bus.parked import list_parked
from shared.bus.payload import ContractViolation
from shared.bus.tables import outbox, pages
from shared.contracts.event import PagedEvent
from shared.storage.database import Database

TABLES: dict[str, Any] = {
    "sites": (["key", "seats"], [[f"site-{number}", number] for number in range(2_001)]),
    "routes": (["group", "unit"], [["đại biểu", "vinh"], ["khách mời", None]]),
    "duties": (["key"], []),
}


class LaidOutV1(PagedEvent):
    event_type = "diemcau.test.layout.laid-out.v1"
    revision = fields.Int(required=True)
    day = fields.Date()


def sent(database: Database) -> list[bytes]:
    with database.read() as session:
        rows = session.execute(select(outbox).order_by(outbox.c.seq)).all()
    return [stamp(row.envelope, row.key_version) for row in rows]


def emit(database: Database, tables: dict[str, Any], batch: str = "b1", conference: str = "c1") -> int:
    with database.write() as session:
        return emit_pages(
            session,
            LaidOutV1,
            key=f"{conference}/1",
            conference=conference,
            batch=batch,
            head={"revision": 1, "day": date(2021, 7, 1)},
            tables=tables,
        )


@pytest.fixture
def planning(new_sqlite: Any) -> Database:
    database: Database = new_sqlite("planning")
    return database


@pytest.fixture
def got() -> list[Batch]:
    return []


@pytest.fixture
def consumer(new_database: Any, got: list[Batch]) -> Consumer:
    def on_laid_out(session: Any, fact: Fact, context: list[Batch]) -> None:
        batch = collect(session, fact)
        if batch is not None:
            context.append(batch)

    database = new_database("venue")
    return Consumer("venue", database, {LaidOutV1: on_laid_out}, got, backoff=lambda _failures: 0.0)


def stored_pages(consumer: Consumer) -> int:
    with consumer.database.read() as session:
        return int(session.execute(select(func.count()).select_from(pages)).scalar_one())


def changed(raw: bytes, **data: Any) -> bytes:
    envelope = Envelope.from_bytes(raw)
    return replace(envelope, data=envelope.data | data).to_bytes()


def test_tables_are_cut_into_pages(planning: Database) -> None:
    assert emit(planning, TABLES) == 4
    facts = [Envelope.from_bytes(raw) for raw in sent(planning)]
    cut = [
        (fact.data["page"], fact.data["pages"], fact.data["table"], len(fact.data["rows"])) for fact in facts
    ]
    assert cut == [(1, 4, "sites", 2_000), (2, 4, "sites", 1), (3, 4, "routes", 2), (4, 4, "duties", 0)]
    assert {fact.key for fact in facts} == {"c1/1"}
    assert {fact.subject for fact in facts} == {"c1"}
    assert facts[0].data["totals"] == {"sites": 2_001, "routes": 2, "duties": 0}
    assert facts[3].data["revision"] == 1


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)])
def test_batch_is_complete_once_in_any_order(
    planning: Database, consumer: Consumer, got: list[Batch], order: tuple[int, ...]
) -> None:
    emit(planning, TABLES)
    raws = sent(planning)
    for done, number in enumerate(order):
        assert len(got) == 0, f"complete after {done} pages"
        deliver(consumer, raws[number])
    assert len(got) == 1
    assert {name: len(table.rows) for name, table in got[0].tables.items()} == {
        "sites": 2_001,
        "routes": 2,
        "duties": 0,
    }


def test_batch_holds_what_was_sent(planning: Database, consumer: Consumer, got: list[Batch]) -> None:
    emit(planning, TABLES)
    for raw in sent(planning):
        assert deliver(consumer, raw) is Outcome.APPLIED
    [batch] = got
    assert (batch.conference, batch.batch) == ("c1", "b1")
    assert batch.head == {"revision": 1, "day": date(2021, 7, 1)}
    assert batch.tables["sites"] == Table(("key", "seats"), TABLES["sites"][1])
    assert batch.tables["duties"] == Table(("key",), [])
    assert list(batch.tables["routes"].records()) == [
        {"group": "đại biểu", "unit": "vinh"},
        {"group": "khách mời", "unit": None},
    ]
    assert stored_pages(consumer) == 0


def test_duplicated_and_late_pages_change_nothing(
    planning: Database, consumer: Consumer, got: list[Batch]
) -> None:
    emit(planning, TABLES)
    # The same page as another event: what a sender's repetition looks like.
    twice = [raw for raw in sent(planning) for _ in range(2)]
    raws = [replace(Envelope.from_bytes(raw), id=uuid4()).to_bytes() for number, raw in enumerate(twice)]
    random.Random(1).shuffle(raws)
    for raw in raws:
        assert deliver(consumer, raw) is Outcome.APPLIED
    assert len(got) == 1
    assert stored_pages(consumer) == 0


def test_batch_without_rows_has_a_page(planning: Database, consumer: Consumer, got: list[Batch]) -> None:
    assert emit(planning, {"sites": (["key"], [])}) == 1
    for raw in sent(planning):
        deliver(consumer, raw)
    assert got[0].tables == {"sites": Table(("key",), [])}


def test_batches_of_the_same_name_do_not_mix(
    planning: Database, consumer: Consumer, got: list[Batch]
) -> None:
    two = {"sites": (["key"], [["a"]]), "routes": (["key"], [["b"]])}
    emit(planning, two, conference="c1")
    emit(planning, two, conference="c2")
    raws = sent(planning)
    for number in (0, 2, 1, 3):
        deliver(consumer, raws[number])
    assert [batch.conference for batch in got] == ["c1", "c2"]


def test_wrong_rows_are_parked_with_the_digest_as_reason(
    planning: Database, consumer: Consumer, got: list[Batch]
) -> None:
    emit(planning, TABLES)
    first, *rest = sent(planning)
    assert deliver(consumer, changed(first, rows=[["forged", 1]])) is Outcome.APPLIED
    outcomes = [deliver(consumer, raw) for raw in rest]
    assert outcomes == [Outcome.APPLIED, Outcome.APPLIED, Outcome.PARKED]
    assert got == []
    with consumer.database.read() as session:
        [parked] = list_parked(session)
    assert parked.error.startswith("DigestMismatch")
    assert parked.attempts == 1


def test_pages_with_different_digests_are_parked(planning: Database, consumer: Consumer) -> None:
    emit(planning, TABLES)
    first, second, *_ = sent(planning)
    deliver(consumer, first)
    assert deliver(consumer, changed(second, digest="0" * 64)) is Outcome.PARKED


def test_collect_raises_the_mismatch(planning: Database, consumer: Consumer) -> None:
    emit(planning, {"sites": (["key"], [["a"]])})
    envelope = Envelope.from_bytes(sent(planning)[0])
    fact = Fact(
        envelope.id,
        envelope.type,
        "planning",
        "k",
        1,
        envelope.time,
        envelope.id,
        envelope.data | {"rows": []},
    )
    with consumer.database.write() as session, pytest.raises(DigestMismatch):
        collect(session, fact)


def test_digest_depends_on_names_columns_and_rows_only() -> None:
    tables: dict[str, Any] = {"a": (["x"], [[{"p": 1, "q": 2}]]), "b": (["y"], [])}
    same: dict[str, Any] = {"b": (("y",), ()), "a": (("x",), (({"q": 2, "p": 1},),))}
    assert digest(tables) == digest(same)
    others: list[dict[str, Any]] = [
        tables | {"a": (["x"], [[{"p": 1, "q": 3}]])},
        tables | {"a": (["z"], tables["a"][1])},
        tables | {"c": (["y"], [])},
    ]
    assert len({digest(tables), *map(digest, others)}) == 4


@pytest.mark.parametrize("tables", [{}, {"sites": (["key", "seats"], [["a", 1], ["b"]])}])
def test_tables_that_do_not_fit_are_refused(planning: Database, tables: dict[str, Any]) -> None:
    with pytest.raises(ContractViolation):
        emit(planning, tables)
    assert sent(planning) == []

"""Big facts: sent in pages of at most 2,000 rows, collected in any order, complete once and only once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import delete, select, update

from shared.bus.delivery import Fact
from shared.bus.faults import Poison
from shared.bus.outbox import emit
from shared.bus.payload import ContractViolation
from shared.bus.tables import batches, pages
from shared.contracts.event import PAGE_ROWS, PagedEvent
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

Columns = Sequence[str]
Rows = Sequence[Sequence[Any]]

_PAGE_FIELDS = frozenset(PagedEvent().fields)


class DigestMismatch(Poison):
    """The pages of a batch do not belong together, or are not what was sent."""


@dataclass(frozen=True)
class Table:
    """One table of a batch; every row has the shape `columns`."""

    columns: tuple[str, ...]
    rows: list[list[Any]]

    def records(self) -> Iterator[dict[str, Any]]:
        """The rows as mappings by column."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


@dataclass(frozen=True)
class Batch:
    """A complete big fact. `head` holds the fields that every page repeated, as the contract loads them."""

    conference: str
    batch: str
    head: dict[str, Any]
    tables: dict[str, Table]


def emit_pages(
    session: Session,
    contract: type[PagedEvent],
    *,
    key: str,
    conference: str,
    batch: str,
    head: Mapping[str, Any],
    tables: Mapping[str, tuple[Columns, Rows]],
) -> int:
    """Emit a big fact, one event per page and at least one per table; returns the number of pages.

    `batch` must be new for this contract and conference. Raises `ContractViolation`.
    """
    _check_shapes(contract, tables)
    cut = [(name, columns, page) for name, (columns, rows) in tables.items() for page in _cut(rows)]
    common = dict(head) | {
        "conference": conference,
        "batch": batch,
        "pages": len(cut),
        "totals": {name: len(rows) for name, (_, rows) in tables.items()},
        "digest": digest(tables),
    }
    for number, (name, columns, rows) in enumerate(cut, 1):
        page = {"page": number, "table": name, "columns": list(columns), "rows": list(rows)}
        emit(session, contract, common | page, key=key, subject=conference)
    return len(cut)


def collect(session: Session, fact: Fact) -> Batch | None:
    """Keep one page; returns the whole batch when this page completes it, once, and None otherwise.

    Pages may come in any order and repeatedly. Raises `DigestMismatch`.
    """
    scope = _scope(fact)
    received = _open_batch(session, scope, fact.data["digest"])
    if received is None or not _store_page(session, scope, fact):
        return None
    if received + 1 < fact.data["pages"]:
        session.execute(update(batches).where(_of(batches, scope)).values(received=received + 1))
        return None
    batch = _assemble(session, scope, fact)
    session.execute(delete(pages).where(_of(pages, scope)))
    done = {"received": received + 1, "completed_at": datetime.now(UTC)}
    session.execute(update(batches).where(_of(batches, scope)).values(done))
    return batch


def digest(tables: Mapping[str, tuple[Columns, Rows]]) -> str:
    """SHA-256 over the tables by name, each as canonical JSON lines: name and columns, then its rows."""
    running = hashlib.sha256()
    for name in sorted(tables):
        columns, rows = tables[name]
        running.update(orjson.dumps([name, list(columns)], option=orjson.OPT_APPEND_NEWLINE))
        for row in rows:
            running.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
    return running.hexdigest()


def _check_shapes(contract: type[PagedEvent], tables: Mapping[str, tuple[Columns, Rows]]) -> None:
    if not tables:
        raise ContractViolation(f"{contract.event_type}: a batch without tables")
    for name, (columns, rows) in tables.items():
        if any(len(row) != len(columns) for row in rows):
            raise ContractViolation(f"{contract.event_type}: {name} has rows that do not fit its columns")


def _cut(rows: Rows) -> Iterator[Rows]:
    # An empty table has a page too: it carries the columns, and without it nobody would hear of the batch.
    return (rows[start : start + PAGE_ROWS] for start in range(0, max(len(rows), 1), PAGE_ROWS))


def _scope(fact: Fact) -> dict[str, str]:
    return {
        "source": fact.source,
        "type": fact.type,
        "conference": fact.data["conference"],
        "batch": fact.data["batch"],
    }


def _of(table: Any, scope: Mapping[str, str]) -> Any:
    return (
        (table.c.source == scope["source"])
        & (table.c.type == scope["type"])
        & (table.c.conference == scope["conference"])
        & (table.c.batch == scope["batch"])
    )


def _open_batch(session: Session, scope: Mapping[str, str], expected: str) -> int | None:
    """Lock the batch and return how many pages it has; None when it is complete already."""
    first = insert_into(dialect_of(session), batches)
    # The update changes nothing: it takes the lock that makes two last pages wait for each other.
    locked = first.on_conflict_do_update(
        index_elements=batches.primary_key, set_={"received": batches.c.received}
    ).returning(batches.c.received, batches.c.completed_at, batches.c.digest)
    row = session.execute(locked, {**scope, "digest": expected, "received": 0}).one()
    if row.completed_at is not None:
        return None
    if row.digest != expected:
        raise DigestMismatch("pages of one batch name different digests")
    return int(row.received)


def _store_page(session: Session, scope: Mapping[str, str], fact: Fact) -> bool:
    content = {name: fact.data[name] for name in ("table", "columns", "rows")}
    values = {**scope, "page": fact.data["page"], "content": orjson.dumps(content)}
    stored = insert_into(dialect_of(session), pages).on_conflict_do_nothing().returning(pages.c.page)
    return session.execute(stored, values).first() is not None


def _assemble(session: Session, scope: Mapping[str, str], fact: Fact) -> Batch:
    tables: dict[str, Table] = {}
    query = select(pages.c.content).where(_of(pages, scope)).order_by(pages.c.page)
    for content in session.execute(query).scalars():
        page = orjson.loads(content)
        tables.setdefault(page["table"], Table(tuple(page["columns"]), [])).rows.extend(page["rows"])
    if digest({name: (table.columns, table.rows) for name, table in tables.items()}) != fact.data["digest"]:
        raise DigestMismatch("the rows do not agree with the digest")
    head = {name: value for name, value in fact.data.items() if name not in _PAGE_FIELDS}
    return Batch(scope["conference"], scope["batch"], head, tables)

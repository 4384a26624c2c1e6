"""An import of a table: its rows under their columns, and the report of what was found in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.flaws import Flaw
from shared.sheets.columns import Columns
from shared.sheets.reading import NO_FILE, Row, SheetRefused, read_rows

IGNORED = Flaw("unknown-column", "Không biết cột này, bỏ qua", "An unknown column, passed over")


@dataclass(frozen=True, slots=True)
class RowFlaw:
    """What is wrong with a cell: number of the row as the sheet shows it, field, value as given."""

    row: int
    field: str
    flaw: Flaw
    value: Any


@dataclass(slots=True)
class Report:
    """What an import found, row by row, and what it did or would do."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowFlaw] = field(default_factory=list)
    warnings: list[RowFlaw] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    applied: bool = False


def open_table(
    content: bytes, find_columns: Callable[[Sequence[Any]], Columns]
) -> tuple[Columns, Iterator[Row], Report]:
    """The columns of the file's first row, the rows below it, and a report to fill. Raises SheetRefused."""
    rows = read_rows(content)
    heading = next(rows, None)
    if heading is None:
        raise SheetRefused(NO_FILE)
    columns = find_columns(heading[1])
    unknown = [RowFlaw(heading[0], name, IGNORED, None) for name in columns.unknown]
    return columns, rows, Report(headings=dict(columns.headings), warnings=unknown)

"""Import of a delegate list: every row is checked, and one wrong row means that nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from services.registration.delegates.commands import apply_changes, hold_naming, load_people, load_places
from services.registration.delegates.matching import Matching
from services.registration.delegates.model import NOT_YOUR_UNIT, Changes, Draft, PlaceRefused, RowFlaw, Seat
from services.registration.delegates.seating import Seating, load_seating
from services.registration.files.columns import (
    IGNORED,
    Columns,
    find_columns,
    is_vacant,
    phone_text,
    read_ordinal,
)
from services.registration.files.sheet import NO_FILE, Row, SheetRefused, read_rows
from services.registration.people.model import BadValue, Facts, read_facts
from services.registration.plan.model import View


@dataclass(slots=True)
class Report:
    """What an import found, row by row, and what it did or would do."""

    rows: int = 0
    errors: list[RowFlaw] = field(default_factory=list)
    warnings: list[RowFlaw] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    headings: dict[str, str] = field(default_factory=dict)
    applied: bool = False


def import_delegates(
    session: Session, view: View, content: bytes, *, unit: str | None = None, dry_run: bool = False
) -> Report:
    """Name everybody in the file; `unit` limits the caller to that unit's places.

    With errors, or with `dry_run`, nothing is written. Raises SheetRefused, ColumnsRefused.
    """
    rows = read_rows(content)
    heading = next(rows, None)
    if heading is None:
        raise SheetRefused(NO_FILE)
    columns = find_columns(heading[1])
    report = Report(headings=dict(columns.headings))
    report.warnings += [RowFlaw(heading[0], name, IGNORED, None) for name in columns.unknown]
    hold_naming(session, view)
    drafts = _read_drafts(rows, columns, _Checker(load_seating(session, view), unit), report)
    _match(session, view, drafts, report)
    if not report.errors and not dry_run:
        apply_changes(session, view, report.changes)
        report.applied = True
    return report


@dataclass(frozen=True, slots=True)
class _Checker:
    """Turns the cells of a row into a seat and a person."""

    seating: Seating
    only_unit: str | None

    def seat(self, cells: dict[str, Any]) -> Seat:
        """Raises PlaceRefused."""
        try:
            ordinal = read_ordinal(cells.get("ordinal"))
        except BadValue as error:
            raise PlaceRefused("ordinal", error.flaw) from None
        seat = self.seating.find_seat(_text(cells.get("group")), _text(cells.get("unit")), ordinal)
        if self.only_unit is not None and seat.unit != self.only_unit:
            raise PlaceRefused("unit", NOT_YOUR_UNIT)
        return seat


def _read_drafts(rows: Any, columns: Columns, checker: _Checker, report: Report) -> list[Draft]:
    drafts = []
    for row in rows:
        report.rows += 1
        draft = _read_draft(row, columns, checker, report)
        if draft is not None:
            drafts.append(draft)
    return drafts


def _read_draft(row: Row, columns: Columns, checker: _Checker, report: Report) -> Draft | None:
    number, cells = row[0], columns.cells(row[1])
    if is_vacant(cells):
        return None
    facts, seat = _read_person(number, cells, report), None
    try:
        seat = checker.seat(cells)
    except PlaceRefused as error:
        report.errors.append(RowFlaw(number, error.field, error.flaw, cells.get(error.field)))
    if facts is None or seat is None:
        return None
    doubt = checker.seating.doubt(seat)
    if doubt is not None:
        report.warnings.append(RowFlaw(number, "unit", doubt, cells.get("unit")))
    return Draft(number, seat, facts, columns.given)


def _read_person(number: int, cells: dict[str, Any], report: Report) -> Facts | None:
    values = {**cells, "phone": phone_text(cells.get("phone"))}
    facts, flaws = read_facts(values)
    report.errors += [RowFlaw(number, name, flaw, cells.get(name)) for name, flaw in flaws.items()]
    return facts


def _match(session: Session, view: View, drafts: Sequence[Draft], report: Report) -> None:
    unit_ids = sorted({draft.seat.unit_id for draft in drafts})
    matching = Matching(
        load_places(session, view.conference_id, unit_ids),
        load_people(session, view.conference_id, [draft.facts for draft in drafts]),
    )
    matching.match(drafts)
    report.errors = sorted([*report.errors, *matching.errors], key=lambda flaw: flaw.row)
    report.warnings += matching.warnings
    report.changes = matching.changes


def _text(value: Any) -> str | None:
    return None if value is None else " ".join(str(value).split())

"""Import of a delegate list: every row is checked, and one wrong row means that nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.registration.delegates.commands import apply_changes, hold_naming, load_people, load_places
from services.registration.delegates.matching import Matching
from services.registration.delegates.model import NOT_YOUR_UNIT, Changes, Draft, PlaceRefused, Seat
from services.registration.delegates.seating import Seating, load_seating
from services.registration.files.columns import (
    facts_given,
    find_columns,
    is_vacant,
    phone_text,
    read_ordinal,
)
from services.registration.people.model import Facts, read_facts
from services.registration.plan.model import View
from services.registration.plan.queries import require_not_closed
from shared.contact import BadValue
from shared.sheets.columns import Columns
from shared.sheets.imports import Report, RowFlaw, open_table
from shared.sheets.reading import Row
from shared.storage.session import Session


def import_delegates(
    session: Session, view: View, content: bytes, *, unit: str | None = None, dry_run: bool = False
) -> Report:
    """Name everybody in the file; `unit` limits the caller to that unit's places.

    With errors, or with `dry_run`, nothing is written. Raises SheetRefused.
    """
    columns, rows, report = open_table(content, find_columns)
    if dry_run:
        require_not_closed(session, view.conference_id)
    else:
        hold_naming(session, view)
    drafts = _read_drafts(rows, columns, _Checker(load_seating(session, view), unit), report)
    changes = _match(session, view, drafts, report)
    if not report.errors and not dry_run:
        apply_changes(session, view, changes)
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
        column = columns.column_of(error.field, row[1])
        report.errors.append(RowFlaw(number, column, error.flaw, cells.get(error.field)))
    if facts is None or seat is None:
        return None
    doubt = checker.seating.doubt(seat)
    if doubt is not None:
        column = columns.column_of("unit", row[1])
        report.warnings.append(RowFlaw(number, column, doubt, cells.get("unit")))
    return Draft(number, seat, facts, facts_given(columns))


def _read_person(number: int, cells: dict[str, Any], report: Report) -> Facts | None:
    values = {**cells, "phone": phone_text(cells.get("phone"))}
    facts, flaws = read_facts(values)
    report.errors += [RowFlaw(number, name, flaw, cells.get(name)) for name, flaw in flaws.items()]
    return facts


def _match(session: Session, view: View, drafts: Sequence[Draft], report: Report) -> Changes:
    unit_ids = sorted({draft.seat.unit_id for draft in drafts})
    matching = Matching(
        load_places(session, view.conference_id, unit_ids),
        load_people(session, view.conference_id, [draft.facts for draft in drafts]),
    )
    matching.match(drafts)
    report.errors += matching.errors
    report.warnings += matching.warnings
    changes = matching.changes
    report.created, report.updated = changes.created, changes.updated
    report.unchanged = changes.unchanged
    return changes


def _text(value: Any) -> str | None:
    return None if value is None else " ".join(str(value).split())

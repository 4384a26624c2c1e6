"""Nominations from a file: read every row, tell of every flaw, and write all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update
from uuid_utils.compat import uuid7

from services.awards.files.columns import (
    NOT_AN_ORDER,
    find_columns,
    read_kind,
    read_order,
)
from services.awards.nominations.commands import columns_of, hold_campaign
from services.awards.nominations.model import (
    ACTIVE,
    PROPOSED,
    REJECTED,
    UNKNOWN_UNIT,
    Facts,
    may_change,
    read_facts,
)
from services.awards.nominations.names import same_key
from services.awards.nominations.tables import nominations
from services.awards.quotas.queries import Plan, slots_of
from shared.flaws import Flaw
from shared.sheets.columns import Columns
from shared.sheets.imports import Report, RowFlaw, open_table
from shared.sheets.reading import Row
from shared.storage.session import Session

TWICE_HERE = Flaw("repeated-row", "Tên này đã có ở dòng trên", "This name stands in a row above")
BEYOND = Flaw(
    "quota-exceeded",
    "Vượt chỉ tiêu của đơn vị: cần ghi lý do ở cột «Lý do vượt chỉ tiêu»",
    "Beyond the unit's quota: a reason must be given",
)
NOT_OPEN = Flaw(
    "not-open", "Đã duyệt, không sửa bằng tệp được", "Approved already: a file does not change it"
)
WAS_REJECTED = Flaw("was-rejected", "Đã không được duyệt, bỏ qua", "Was not approved, passed over")
NOT_YOUR_UNIT = Flaw("not-your-unit", "Không phải đơn vị của mình", "Not your own unit")
COUNCIL_ONLY = Flaw(
    "only-the-organiser",
    "Chỉ ban tổ chức được ghi lý do vượt chỉ tiêu",
    "Only the organiser may go beyond the quota",
)

Same = tuple[str, str, str]
"""Unit, kind and name: what makes two nominations the same."""


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: `unit` limits them to it; `reviewer` may change what is approved and go beyond quotas."""

    by: str
    now: datetime
    unit: str | None = None
    reviewer: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    row: int
    unit: str
    facts: Facts

    @property
    def same(self) -> Same:
        return self.unit, self.facts.kind, same_key(self.facts.name)


def import_nominations(
    session: Session, plan: Plan, content: bytes, importer: Importer, *, dry_run: bool = False
) -> Report:
    """Propose everybody in the file; one who is there already is updated.

    With errors, or with `dry_run`, nothing is written. Raises SheetRefused.
    """
    columns, rows, report = open_table(content, find_columns)
    hold_campaign(session, plan.conference)
    drafts = _once_each(_read_drafts(rows, columns, _Units(plan, importer), report), report)
    new, changed = _compare(session, plan, drafts, importer, report)
    if not report.errors and not dry_run:
        _write(session, plan, new, changed, importer)
        report.applied = True
    return report


class _Units:
    """Finds the unit that a row names, by key or by name; a blank one is the importer's own."""

    def __init__(self, plan: Plan, importer: Importer) -> None:
        self._plan, self._only = plan, importer.unit
        self._by_name = {same_key(name): key for key, name in plan.names.items()}

    def find(self, cells: Mapping[str, Any]) -> str | Flaw:
        text = " ".join(str(cells.get("unit") or "").split())
        if not text:
            return self._only or self._plan.organiser
        key = text if text in self._plan.names else self._by_name.get(same_key(text))
        if key is None:
            return UNKNOWN_UNIT
        return key if self._only in (None, key) else NOT_YOUR_UNIT


def _read_drafts(rows: Iterable[Row], columns: Columns, units: _Units, report: Report) -> list[_Draft]:
    drafts = []
    for number, row in rows:
        report.rows += 1
        cells = columns.cells(row)
        flaws: dict[str, Flaw] = {}
        unit = units.find(cells)
        if isinstance(unit, Flaw):
            flaws["unit"] = unit
        facts = _read_facts(cells, flaws)
        report.errors += [
            RowFlaw(number, columns.column_of(name, row), flaw, cells.get(name))
            for name, flaw in flaws.items()
        ]
        if facts is not None and isinstance(unit, str):
            drafts.append(_Draft(number, unit, facts))
    return drafts


def _read_facts(cells: Mapping[str, Any], flaws: dict[str, Flaw]) -> Facts | None:
    values = {**cells, "kind": read_kind(cells.get("kind")), "order": None}
    try:
        values["order"] = read_order(cells.get("order"))
    except ValueError:
        flaws["order"] = NOT_AN_ORDER
    facts, found = read_facts(values)
    flaws |= found
    return facts


def _once_each(drafts: Iterable[_Draft], report: Report) -> list[_Draft]:
    seen: dict[Same, _Draft] = {}
    for draft in drafts:
        if draft.same in seen:
            report.errors.append(RowFlaw(draft.row, "name", TWICE_HERE, draft.facts.name))
        else:
            seen[draft.same] = draft
    return list(seen.values())


def _compare(
    session: Session, plan: Plan, drafts: Sequence[_Draft], importer: Importer, report: Report
) -> tuple[list[_Draft], list[tuple[RowMapping, _Draft]]]:
    """Which drafts are new and which change what is there; reasons are kept only where they are needed."""
    present = _present(session, plan.conference)
    room = _room(session, plan, present)
    new, changed = [], []
    for draft in drafts:
        row = present.get(draft.same)
        if row is not None and row["state"] == REJECTED:
            report.warnings.append(RowFlaw(draft.row, "name", WAS_REJECTED, draft.facts.name))
            report.unchanged += 1
        elif row is not None and not _differs(row, draft.facts):
            report.unchanged += 1
        elif row is not None and not may_change(row["state"], reviewer=importer.reviewer):
            report.errors.append(RowFlaw(draft.row, "name", NOT_OPEN, draft.facts.name))
        elif row is not None:
            changed.append((row, draft))
        elif (allowed := _take_room(draft, room, importer, report)) is not None:
            new.append(allowed)
    report.created, report.updated = len(new), len(changed)
    return new, changed


def _take_room(
    draft: _Draft, room: Counter[tuple[str, str]], importer: Importer, report: Report
) -> _Draft | None:
    """The draft as it may be proposed: with its reason only where the quota has no room left."""
    slot, reason = (draft.unit, draft.facts.kind), draft.facts.override_reason
    if room[slot] > 0:
        room[slot] -= 1
        return replace(draft, facts=replace(draft.facts, override_reason=None))
    if reason is None:
        report.errors.append(RowFlaw(draft.row, "unit", BEYOND, draft.unit))
        return None
    if not importer.reviewer:
        report.errors.append(RowFlaw(draft.row, "override_reason", COUNCIL_ONLY, reason))
        return None
    return draft


def _present(session: Session, conference: str) -> dict[Same, RowMapping]:
    """What is there by unit, kind and name; an active one goes before a rejected one."""
    query = select(nominations).where(
        nominations.c.conference == conference, nominations.c.state.in_((*ACTIVE, REJECTED))
    )
    rows = session.execute(query.order_by(nominations.c.state == REJECTED)).mappings()
    found: dict[Same, RowMapping] = {}
    for row in rows:
        found.setdefault((row["unit"], row["kind"], row["same_key"]), row)
    return found


def _room(session: Session, plan: Plan, present: Mapping[Same, RowMapping]) -> Counter[tuple[str, str]]:
    room = Counter({(slots.unit, slots.kind): slots.count for slots in slots_of(session, plan)})
    room.subtract(
        (row["unit"], row["kind"])
        for row in present.values()
        if row["state"] in ACTIVE and row["override_reason"] is None
    )
    return room


def _differs(row: RowMapping, facts: Facts) -> bool:
    return any(row[name] != value for name, value in _changes(row, facts).items())


def _changes(row: RowMapping, facts: Facts) -> dict[str, Any]:
    """What a file may change: the reason for going beyond stays as recorded."""
    return {**columns_of(facts), "override_reason": row["override_reason"]}


def _write(
    session: Session,
    plan: Plan,
    new: Sequence[_Draft],
    changed: Sequence[tuple[RowMapping, _Draft]],
    importer: Importer,
) -> None:
    made = {
        "conference": plan.conference,
        "state": PROPOSED,
        "created_at": importer.now,
        "created_by": importer.by,
    }
    rows = [{"id": uuid7(), "unit": draft.unit, **made, **columns_of(draft.facts)} for draft in new]
    if rows:
        session.execute(insert(nominations), rows)
    if changed:
        _rewrite(session, changed)


def _rewrite(session: Session, changed: Sequence[tuple[RowMapping, _Draft]]) -> None:
    values = [
        {"its_id": row["id"], "its_version": row["version"] + 1, **_changes(row, draft.facts)}
        for row, draft in changed
    ]
    names = columns_of(changed[0][1].facts)
    statement = update(nominations).where(nominations.c.id == bindparam("its_id"))
    session.connection().execute(
        statement.values(version=bindparam("its_version"), **{name: bindparam(name) for name in names}),
        values,
    )

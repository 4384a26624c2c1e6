"""Propose, change, withdraw and review. Each holds the campaign: two never share the last slot, and none is
let in once the conference is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, update
from uuid_utils.compat import uuid7

from services.awards.nominations.model import (
    ACTIVE,
    APPROVED,
    PROPOSED,
    REJECTED,
    WITHDRAWN,
    DuplicateNomination,
    Facts,
    NotOpen,
    QuotaExceeded,
    may_change,
)
from services.awards.nominations.names import same_key
from services.awards.nominations.queries import get_nomination, used_slots
from services.awards.nominations.tables import campaigns, nominations, reviews
from services.awards.quotas.queries import Plan, slots_of
from shared.names import search_key
from shared.revisions.closing import require_not_closed
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into


def hold_campaign(session: Session, conference: str) -> None:
    """Until this transaction ends nobody else changes nominations or decides. Raises ConferenceIsClosed."""
    require_not_closed(session, conference)
    first = insert_into(dialect_of(session), campaigns).values(conference=conference, changes=1)
    bump = first.on_conflict_do_update(
        index_elements=["conference"], set_={"changes": campaigns.c.changes + 1}
    )
    session.execute(bump)


def propose_nomination(
    session: Session, plan: Plan, unit: str, facts: Facts, *, by: str, now: datetime
) -> UUID:
    """Raises DuplicateNomination, QuotaExceeded."""
    hold_campaign(session, plan.conference)
    _check_duplicate(session, plan.conference, unit, facts)
    reason = check_quota(session, plan, unit, facts.kind, facts.override_reason)
    values = {
        "id": uuid7(),
        "conference": plan.conference,
        "unit": unit,
        "state": PROPOSED,
        "created_at": now,
        "created_by": by,
        **columns_of(facts),
        "override_reason": reason,
    }
    session.execute(insert(nominations).values(values))
    return UUID(str(values["id"]))


def change_nomination(
    session: Session, plan: Plan, nomination: UUID, facts: Facts, *, reviewer: bool
) -> RowMapping:
    """Raises UnknownNomination, NotOpen, DuplicateNomination, QuotaExceeded."""
    hold_campaign(session, plan.conference)
    row = get_nomination(session, nomination)
    if not may_change(row["state"], reviewer=reviewer):
        raise NotOpen(row["state"])
    _check_duplicate(session, plan.conference, row["unit"], facts, leaving_out=nomination)
    reason = check_quota(
        session, plan, row["unit"], facts.kind, facts.override_reason, leaving_out=nomination
    )
    values = {**columns_of(facts), "override_reason": reason}
    if any(row[name] != value for name, value in values.items()):
        _update(session, row, values)
    return get_nomination(session, nomination)


def withdraw_nomination(
    session: Session, nomination: UUID, *, reviewer: bool, by: str, now: datetime
) -> RowMapping:
    """The unit takes it back; a decision in force stays as it is. Raises UnknownNomination, NotOpen."""
    hold_campaign(session, get_nomination(session, nomination)["conference"])
    row = get_nomination(session, nomination)
    if row["state"] == WITHDRAWN:
        return row
    if not may_change(row["state"], reviewer=reviewer):
        raise NotOpen(row["state"])
    return _judge(session, row, WITHDRAWN, None, by, now)


def approve_nomination(
    session: Session, plan: Plan, nomination: UUID, *, by: str, now: datetime
) -> RowMapping:
    """Also one that was rejected, if there is a slot. Raises UnknownNomination, NotOpen, QuotaExceeded."""
    hold_campaign(session, plan.conference)
    row = get_nomination(session, nomination)
    if row["state"] == APPROVED:
        return row
    if row["state"] == WITHDRAWN:
        raise NotOpen(row["state"])
    if row["state"] == REJECTED:
        check_quota(session, plan, row["unit"], row["kind"], row["override_reason"], leaving_out=nomination)
    return _judge(session, row, APPROVED, None, by, now)


def approve_nominations(
    session: Session, plan: Plan, wanted: Sequence[UUID], *, by: str, now: datetime
) -> int:
    """Approve those of the conference that are proposed; the others stay as they are. How many it were."""
    hold_campaign(session, plan.conference)
    table = nominations.c
    of_conference = table.conference == plan.conference, table.state == PROPOSED, table.id.in_(wanted)
    changed = update(nominations).where(*of_conference).values(state=APPROVED, version=table.version + 1)
    rows = session.execute(changed.returning(table.id, table.version)).all()
    if rows:
        verdict = {"verdict": APPROVED, "reason": None, "by": by, "at": now}
        told = [{"nomination": row.id, "version": row.version, **verdict} for row in rows]
        session.execute(insert(reviews), told)
    return len(rows)


def reject_nomination(
    session: Session, nomination: UUID, reason: str, *, by: str, now: datetime
) -> RowMapping:
    """Raises UnknownNomination, NotOpen."""
    hold_campaign(session, get_nomination(session, nomination)["conference"])
    row = get_nomination(session, nomination)
    if row["state"] not in (*ACTIVE, REJECTED):
        raise NotOpen(row["state"])
    return row if row["state"] == REJECTED else _judge(session, row, REJECTED, reason, by, now)


def check_quota(
    session: Session,
    plan: Plan,
    unit: str,
    kind: str,
    reason: str | None,
    *,
    leaving_out: UUID | None = None,
) -> str | None:
    """The reason to record: None where the quota has room. Raises QuotaExceeded."""
    quota = {(slots.unit, slots.kind): slots.count for slots in slots_of(session, plan)}.get((unit, kind), 0)
    used = used_slots(session, plan.conference, unit, kind, leaving_out=leaving_out)
    if used < quota:
        return None
    if reason is None:
        raise QuotaExceeded(plan.name_of(unit), kind, quota, used)
    return reason


def columns_of(facts: Facts) -> dict[str, Any]:
    """Facts as the table keeps them."""
    names = ("kind", "name", "representative", "position", "achievement", "rank", "override_reason")
    values = {name: getattr(facts, name) for name in names}
    searched = " ".join(part for part in (facts.name, facts.representative, facts.position) if part)
    return {**values, "same_key": same_key(facts.name), "search_key": search_key(searched)}


def _check_duplicate(
    session: Session, conference: str, unit: str, facts: Facts, *, leaving_out: UUID | None = None
) -> None:
    table = nominations.c
    same = (table.unit == unit, table.kind == facts.kind, table.same_key == same_key(facts.name))
    query = select(table.id).where(table.conference == conference, *same, table.state.in_(ACTIVE))
    if leaving_out is not None:
        query = query.where(table.id != leaving_out)
    twin = session.execute(query).scalars().first()
    if twin is not None:
        raise DuplicateNomination(twin)


def _judge(
    session: Session, row: RowMapping, state: str, reason: str | None, by: str, now: datetime
) -> RowMapping:
    _update(session, row, {"state": state})
    said = {"verdict": state, "reason": reason, "by": by, "at": now}
    session.execute(insert(reviews).values(nomination=row["id"], version=row["version"] + 1, **said))
    return get_nomination(session, row["id"])


def _update(session: Session, row: RowMapping, values: dict[str, Any]) -> None:
    changed = update(nominations).where(nominations.c.id == row["id"])
    session.execute(changed.values(**values, version=row["version"] + 1))

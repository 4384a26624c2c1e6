"""Decide who is honoured, and note the number that the decision gets from the register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from uuid_utils.compat import uuid7

from services.awards.decision.model import (
    Decision,
    NotApproved,
    NothingToDecide,
    Recipient,
    UnitNotInPlan,
    check_quotas,
    digest_of,
)
from services.awards.decision.queries import (
    annex_of,
    approved_nominations,
    current_decision,
    get_decision,
)
from services.awards.decision.tables import decision_papers, decisions, recipients
from services.awards.nominations.commands import hold_campaign
from services.awards.quotas.queries import Plan, slots_of
from shared.bus.pages import emit_pages
from shared.contracts.awards import AwardDecidedV1
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

DECISION_TYPE = "QĐ"
_COLUMNS = ("id", "unit", "kind", "order")


def draw_up_annex(
    session: Session, plan: Plan, wanted: Sequence[UUID] | None
) -> tuple[list[Recipient], list[Recipient]]:
    """The annex of a decision taken now, and who is left out of it: of `wanted`, or of all that is approved
    but for the units that the plan does not have any more.

    Raises NothingToDecide, NotApproved, UnitNotInPlan, BeyondQuota.
    """
    annex = approved_nominations(session, plan)
    left_out = [line for line in annex if line.unit not in plan.names]
    if wanted is None:
        annex = [line for line in annex if line.unit in plan.names]
    else:
        approved, chosen = {line.id for line in annex}, set(wanted)
        wrong = [place for place, nomination in enumerate(wanted) if nomination not in approved]
        if wrong:
            raise NotApproved(wrong)
        annex = [line for line in annex if line.id in chosen]
        gone = {line.unit: plan.name_of(line.unit) for line in left_out if line.id in chosen}
        if gone:
            raise UnitNotInPlan(gone)
    if not annex:
        raise NothingToDecide
    quotas = {(slots.unit, slots.kind): slots.count for slots in slots_of(session, plan)}
    check_quotas(annex, quotas, plan.names)
    return annex, left_out if wanted is None else []


def decide_awards(
    session: Session, plan: Plan, wanted: Sequence[UUID] | None, *, reason: str | None, by: str, now: datetime
) -> tuple[Decision, bool]:
    """The decision that holds now, and whether it is new: the same annex again is no new decision.

    Raises NothingToDecide, NotApproved, UnitNotInPlan, BeyondQuota.
    """
    hold_campaign(session, plan.conference)
    annex, _ = draw_up_annex(session, plan, wanted)
    before, digest = current_decision(session, plan.conference), digest_of(annex)
    if before is not None and before.digest == digest:
        return before, False
    decision = uuid7()
    values = {
        "id": decision,
        "conference": plan.conference,
        "sequence": before.sequence + 1 if before else 1,
        "decided_on": now.astimezone(ZoneInfo(plan.timezone)).date(),
        "decided_at": now,
        "decided_by": by,
        "reason": reason,
        "digest": digest,
        "total": len(annex),
    }
    session.execute(insert(decisions).values(values))
    session.execute(insert(recipients), [_row(decision, order, line) for order, line in enumerate(annex, 1)])
    tell_decision(session, decision)
    return get_decision(session, decision), True


def note_issued(session: Session, fact: dict[str, Any]) -> None:
    """The paper (QĐ) that lists the recipients of one of our decisions got its number: it is that one's."""
    if fact["type"] != DECISION_TYPE or fact["decision"] is None:
        return
    names = ("document", "conference", "decision", "number", "symbol", "issued_on")
    values = {name: fact[name] for name in names} | {"in_force": True}
    session.execute(insert_into(dialect_of(session), decision_papers).values(values).on_conflict_do_nothing())


def note_ended(session: Session, document: UUID, why: str) -> None:
    """The paper was superseded or recalled: its number is the decision's past."""
    changed = update(decision_papers).where(decision_papers.c.document == document)
    session.execute(changed.values(in_force=False, ended=why))


def tell_decision(session: Session, decision: UUID) -> None:
    """Who is honoured, in the order of the annex."""
    decided = get_decision(session, decision)
    annex = annex_of(session, decision)
    rows = [(str(line["nomination"]), *(line[name] for name in _COLUMNS[1:])) for line in annex]
    emit_pages(
        session,
        AwardDecidedV1,
        key=decided.conference,
        conference=decided.conference,
        batch=f"{decided.conference}/awards/{decided.sequence}",
        head={"decision": decision},
        tables={"recipients": (_COLUMNS, rows)},
    )


def _row(decision: UUID, order: int, line: Recipient) -> dict[str, Any]:
    names = ("unit", "kind", "name", "representative", "position", "achievement")
    return {
        "decision": decision,
        "order": order,
        "nomination": line.id,
        **{name: getattr(line, name) for name in names},
    }

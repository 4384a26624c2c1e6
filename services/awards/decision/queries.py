"""The read side of decisions: the one that holds, those before it, the annex."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, select

from services.awards.decision.model import Decision, NotDecided, Paper, Recipient
from services.awards.decision.tables import decision_papers, decisions, recipients
from services.awards.nominations.model import APPROVED
from services.awards.nominations.queries import annex_order, in_plan
from services.awards.nominations.tables import nominations
from services.awards.quotas.queries import Plan
from shared.storage.session import Session

MOST_NAMED = 500
"""More units than these are not sent along as parameters: the whole annex is read instead."""


def current_decision(session: Session, conference: str) -> Decision | None:
    """The newest decision: the one that holds."""
    found = list_decisions(session, conference, limit=1)
    return found[0] if found else None


def get_current(session: Session, conference: str) -> Decision:
    """Raises NotDecided."""
    decision = current_decision(session, conference)
    if decision is None:
        raise NotDecided
    return decision


def list_decisions(session: Session, conference: str, *, limit: int = 100) -> list[Decision]:
    """The newest first, each with the number that holds, else the last one that it had."""
    query = select(decisions).where(decisions.c.conference == conference)
    rows = session.execute(query.order_by(decisions.c.sequence.desc()).limit(limit)).mappings().all()
    papers = _papers(session, [row["id"] for row in rows])
    return [Decision(**row, paper=papers.get(row["id"])) for row in rows]


def get_decision(session: Session, decision: UUID) -> Decision:
    """Raises NotDecided."""
    row = session.execute(select(decisions).where(decisions.c.id == decision)).mappings().one_or_none()
    if row is None:
        raise NotDecided
    return Decision(**row, paper=_papers(session, [decision]).get(decision))


def annex_of(session: Session, decision: UUID, units: Collection[str] | None = None) -> Sequence[RowMapping]:
    """The lines of the annex in their order, those of some units only if they are named."""
    query = select(recipients).where(recipients.c.decision == decision).order_by(recipients.c.order)
    if units is None or len(units) > MOST_NAMED:
        rows = session.execute(query).mappings().all()
        return rows if units is None else [row for row in rows if row["unit"] in set(units)]
    return session.execute(query.where(recipients.c.unit.in_(units))).mappings().all()


def approved_nominations(session: Session, plan: Plan) -> list[Recipient]:
    """What a decision taken now would honour, in the order of the annex."""
    return [_recipient(row) for row in session.execute(_approved(plan)).mappings()]


def find_recipient(session: Session, serial: int) -> RowMapping | None:
    query = select(recipients, decisions.c.conference).join(
        decisions, decisions.c.id == recipients.c.decision
    )
    return session.execute(query.where(recipients.c.serial == serial)).mappings().one_or_none()


def is_honoured(session: Session, decision: UUID, nomination: UUID) -> bool:
    query = select(recipients.c.serial).where(
        recipients.c.decision == decision, recipients.c.nomination == nomination
    )
    return session.execute(query).first() is not None


def line(row: Any, plan: Plan) -> dict[str, Any]:
    """A line of the annex as other services are told it."""
    names = ("unit", "kind", "order", "name", "representative", "position", "achievement")
    item = {name: row[name] for name in names}
    return {"id": row["nomination"], "unit_name": plan.name_of(row["unit"]), **item}


def _approved(plan: Plan) -> Select[Any]:
    columns = nominations.c
    return (
        select(nominations)
        .select_from(in_plan(plan))
        .where(and_(columns.conference == plan.conference, columns.state == APPROVED))
        .order_by(*annex_order(plan))
    )


def _recipient(row: RowMapping) -> Recipient:
    return Recipient(
        row["id"],
        row["unit"],
        row["kind"],
        row["name"],
        row["representative"],
        row["position"],
        row["achievement"],
        beyond=row["override_reason"] is not None,
    )


def _papers(session: Session, wanted: Sequence[UUID]) -> dict[UUID, Paper]:
    """By decision: the newest paper in force, else the last one that it had."""
    columns = decision_papers.c
    query = select(decision_papers).where(columns.decision.in_(wanted))
    rows = session.execute(query.order_by(columns.in_force, columns.issued_on, columns.number)).all()
    return {
        row.decision: Paper(row.document, row.number, row.symbol, row.issued_on, row.ended) for row in rows
    }

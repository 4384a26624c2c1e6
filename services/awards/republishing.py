"""What awards tells again to a consumer that lost it, and what awards itself knows from others."""

from __future__ import annotations

from sqlalchemy import select

from services.awards.decision.commands import tell_decision
from services.awards.decision.queries import current_decision
from services.awards.decision.tables import decision_papers, decisions
from services.awards.quotas.tables import plan_options, plan_units, plans, quotas
from services.awards.switch.commands import PARTICIPANT
from services.awards.switch.tables import layout_sites, preparations, presentations
from shared.bus.republish import Retelling, forget
from shared.contracts.awards import AwardDecidedV1
from shared.revisions.retelling import answers_of, jobs_of
from shared.revisions.tables import closings, pointers, revisions
from shared.storage.session import Session


def retellings() -> tuple[Retelling, ...]:
    """The decision that holds in each conference, and the answers."""
    return (
        Retelling(frozenset({AwardDecidedV1}), _conferences, str, _tell_decided),
        answers_of(PARTICIPANT),
        jobs_of(PARTICIPANT),
    )


def forget_others(session: Session, consumer: str) -> None:
    """Forget plans, layouts, revisions and the numbers of papers; nominations, reviews, decisions and the
    council's choices stay."""
    told = (quotas, plan_options, plan_units, plans, presentations, layout_sites, decision_papers)
    forget(session, consumer, (*told, preparations, pointers, closings, revisions))


def _conferences(session: Session) -> list[str]:
    query = select(decisions.c.conference).distinct().order_by(decisions.c.conference)
    return list(session.execute(query).scalars())


def _tell_decided(session: Session, conference: str) -> None:
    decision = current_decision(session, conference)
    assert decision is not None, "asked only where there is one"
    tell_decision(session, decision.id)

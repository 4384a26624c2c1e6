"""What documents tells again to a consumer that lost it, and what documents itself knows from others."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from services.documents.papers.commands import tell_paper
from services.documents.papers.tables import asked_units, paper_calls, papers
from services.documents.plan.model import UnknownConference
from services.documents.plan.tables import award_decisions, layout_places, layout_routes, plans, requirements
from services.documents.register.commands import tell_document
from services.documents.register.tables import documents
from services.documents.switch.commands import PARTICIPANT
from shared.bus.republish import CannotRetell, Retelling, forget
from shared.contracts.documents import (
    DocumentIssuedV1,
    DocumentSupersededV1,
    PaperSubmittedV1,
    PaperWithdrawnV1,
)
from shared.revisions.retelling import answers_of, jobs_of
from shared.revisions.tables import closings, pointers, revisions
from shared.storage.session import Session


def retellings() -> tuple[Retelling, ...]:
    """Every document with a number, and that it does not hold any more; which units have a paper; answers."""
    issued = frozenset({DocumentIssuedV1, DocumentSupersededV1})
    submitted = frozenset({PaperSubmittedV1, PaperWithdrawnV1})
    return (
        Retelling(issued, _numbered, str, tell_document),
        Retelling(submitted, _papers, str, _tell_paper),
        answers_of(PARTICIPANT),
        jobs_of(PARTICIPANT),
    )


def forget_others(session: Session, consumer: str) -> None:
    """Forget plans, layouts, revisions and the award decision; documents, registers and papers stay.

    What the places of a layout are is asked for anew by the job that looks after the drafts.
    """
    told = (requirements, asked_units, paper_calls, plans, layout_routes, award_decisions, layout_places)
    forget(session, consumer, (*told, pointers, closings, revisions))


def _tell_paper(session: Session, paper: UUID) -> None:
    try:
        tell_paper(session, paper)
    except UnknownConference as unknown:
        raise CannotRetell(f"papers of {unknown}: its plan is not known here") from unknown


def _numbered(session: Session) -> list[UUID]:
    query = select(documents.c.id).where(documents.c.number.is_not(None))
    return list(session.execute(query.order_by(documents.c.id)).scalars())


def _papers(session: Session) -> list[UUID]:
    return list(session.execute(select(papers.c.id).order_by(papers.c.id)).scalars())

"""What planning listens to: layouts, the services' answers, and facts that settle tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.planning.switch.progress import (
    note_jobs,
    note_layout,
    note_layout_failed,
    note_prepared,
    note_settled,
)
from services.planning.tasks.commands import note_line_test, note_no_paper, note_paper
from shared.bus import pages
from shared.bus.delivery import Fact
from shared.contracts import awards, documents, jobs, registration, venue
from shared.storage.session import Session


def on_layout_prepared(session: Session, fact: Fact, context: Any) -> None:
    batch = pages.collect(session, fact)
    if batch is not None:
        head, duties = batch.head, list(batch.tables["duties"].records())
        note_layout(session, batch.conference, head["revision"], head["layout"], duties, context.clock.now())


def on_layout_failed(session: Session, fact: Fact, _context: Any) -> None:
    data = fact.data
    problem = {"code": data["code"], "message": data["problem"]}
    note_layout_failed(session, data["conference"], data["revision"], problem)


def on_revision_prepared(session: Session, fact: Fact, context: Any) -> None:
    note_prepared(session, **_answer(fact), now=context.clock.now())


def on_revision_settled(session: Session, fact: Fact, context: Any) -> None:
    note_settled(session, **_answer(fact), now=context.clock.now())


def on_line_tested(session: Session, fact: Fact, context: Any) -> None:
    data, now = fact.data, context.clock.now()
    note_line_test(session, data["conference"], data["site"], data["day"], data["outcome"], now)


def on_paper_submitted(session: Session, fact: Fact, context: Any) -> None:
    data = fact.data
    note_paper(session, data["conference"], data["unit"], _said_at(fact, context), retold=fact.retold)


def on_paper_withdrawn(session: Session, fact: Fact, context: Any) -> None:
    note_no_paper(session, fact.data["conference"], fact.data["unit"], _said_at(fact, context))


def on_jobs_changed(session: Session, fact: Fact, _context: Any) -> None:
    data = fact.data
    note_jobs(session, data["conference"], data["revision"], data["service"], data)


def _said_at(fact: Fact, context: Any) -> datetime:
    """Events bear real time; the conference may live on a shifted clock."""
    at: datetime = fact.time + context.clock.offset
    return at


def _answer(fact: Fact) -> dict[str, Any]:
    data = fact.data
    return {
        "conference": data["conference"],
        "number": data["revision"],
        "service": data["service"],
        "outcome": data["outcome"],
        "counts": data["counts"],
    }


HANDLERS = {
    venue.LayoutPreparedV1: on_layout_prepared,
    venue.LayoutFailedV1: on_layout_failed,
    venue.VenueRevisionPreparedV1: on_revision_prepared,
    venue.VenueRevisionSettledV1: on_revision_settled,
    registration.RegistrationRevisionPreparedV1: on_revision_prepared,
    registration.RegistrationRevisionSettledV1: on_revision_settled,
    documents.DocumentsRevisionPreparedV1: on_revision_prepared,
    documents.DocumentsRevisionSettledV1: on_revision_settled,
    awards.AwardsRevisionPreparedV1: on_revision_prepared,
    awards.AwardsRevisionSettledV1: on_revision_settled,
    venue.LineTestedV1: on_line_tested,
    documents.PaperSubmittedV1: on_paper_submitted,
    documents.PaperWithdrawnV1: on_paper_withdrawn,
    jobs.VenueJobsChangedV1: on_jobs_changed,
    jobs.RegistrationJobsChangedV1: on_jobs_changed,
    jobs.DocumentsJobsChangedV1: on_jobs_changed,
    jobs.AwardsJobsChangedV1: on_jobs_changed,
}

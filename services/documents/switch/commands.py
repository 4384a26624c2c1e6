"""Documents' part in a switch: count what would change; once adopted, have the drafts made."""

from __future__ import annotations

from services.documents.plan.queries import has_plan
from services.documents.register.commands import ask_for_drafts
from services.documents.switch.queries import count_changes
from shared.contracts.documents import DocumentsRevisionPreparedV1, DocumentsRevisionSettledV1
from shared.revisions.following import Counts, Participant, Revision
from shared.storage.session import Session


def settle_documents(session: Session, revision: Revision) -> Counts:
    """Counted anew: a document may have been issued since the preview. The drafts follow in a job."""
    ask_for_drafts(session, revision.conference, revision.number)
    return count_changes(session, revision)


PARTICIPANT = Participant(
    service="documents",
    prepared=DocumentsRevisionPreparedV1,
    settled=DocumentsRevisionSettledV1,
    is_ready=has_plan,
    prepare=count_changes,
    settle=settle_documents,
)

"""What documents does in the background, by kind of job."""

from __future__ import annotations

from collections.abc import Mapping

from services.documents.drafting.jobs import draft_documents
from services.documents.invitations.jobs import render_invitations
from services.documents.register.files import render_document
from services.documents.sets.jobs import compose_set
from shared.jobs.worker import JobFunction

JOBS: Mapping[str, JobFunction] = {
    "draft_documents": draft_documents,
    "render_document": render_document,
    "render_invitations": render_invitations,
    "compose_set": compose_set,
}

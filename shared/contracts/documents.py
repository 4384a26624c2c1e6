"""Facts of documents."""

from __future__ import annotations

from shared.contracts.revision import DOCUMENTS_COUNTS, RevisionAnswer


class DocumentsRevisionPreparedV1(RevisionAnswer):
    event_type = "diemcau.documents.revision.prepared.v1"
    count_keys = DOCUMENTS_COUNTS


class DocumentsRevisionSettledV1(RevisionAnswer):
    event_type = "diemcau.documents.revision.settled.v1"
    count_keys = DOCUMENTS_COUNTS

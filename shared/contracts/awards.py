"""Facts of awards."""

from __future__ import annotations

from shared.contracts.revision import AWARDS_COUNTS, RevisionAnswer


class AwardsRevisionPreparedV1(RevisionAnswer):
    event_type = "diemcau.awards.revision.prepared.v1"
    count_keys = AWARDS_COUNTS


class AwardsRevisionSettledV1(RevisionAnswer):
    event_type = "diemcau.awards.revision.settled.v1"
    count_keys = AWARDS_COUNTS

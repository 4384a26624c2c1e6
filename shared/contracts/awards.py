"""Facts of awards."""

from __future__ import annotations

from marshmallow import fields

from shared.contracts.event import PagedEvent
from shared.contracts.revision import AWARDS_COUNTS, RevisionAnswer


class AwardsRevisionPreparedV1(RevisionAnswer):
    event_type = "diemcau.awards.revision.prepared.v1"
    count_keys = AWARDS_COUNTS


class AwardsRevisionSettledV1(RevisionAnswer):
    event_type = "diemcau.awards.revision.settled.v1"
    count_keys = AWARDS_COUNTS


class AwardDecidedV1(PagedEvent):
    """Who is honoured, in the order of the annex. Table: recipients (id, unit, kind, order).

    The recipients' names are asked of awards when they are needed.
    """

    event_type = "diemcau.awards.award.decided.v1"

    decision = fields.UUID(required=True)

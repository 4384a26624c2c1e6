"""Facts of documents."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.contracts.event import Event
from shared.contracts.revision import DOCUMENTS_COUNTS, RevisionAnswer


class DocumentsRevisionPreparedV1(RevisionAnswer):
    event_type = "diemcau.documents.revision.prepared.v1"
    count_keys = DOCUMENTS_COUNTS


class DocumentsRevisionSettledV1(RevisionAnswer):
    event_type = "diemcau.documents.revision.settled.v1"
    count_keys = DOCUMENTS_COUNTS


class DocumentIssuedV1(Event):
    """A document got its number: `number` and `symbol` as in "05/KH-MTTQ-BTT".

    `decision`: the award decision whose recipients its annex lists, null if it lists none.
    """

    event_type = "diemcau.documents.document.issued.v1"

    conference = fields.Str(required=True)
    document = fields.UUID(required=True)
    type = fields.Str(required=True)
    number = fields.Int(required=True, validate=validate.Range(min=1))
    symbol = fields.Str(required=True)
    issued_on = fields.Date(required=True)
    decision = fields.UUID(load_default=None, allow_none=True)


class DocumentSupersededV1(Event):
    """An issued document no longer holds: another one took its place (`by`), or it was recalled."""

    event_type = "diemcau.documents.document.superseded.v1"

    conference = fields.Str(required=True)
    document = fields.UUID(required=True)
    by = fields.UUID(required=True, allow_none=True)
    reason = fields.Str(required=True, validate=validate.OneOf(["superseded", "recalled"]))


class PaperSubmittedV1(Event):
    """A unit sent its paper (tham luận), or a newer version of it."""

    event_type = "diemcau.documents.paper.submitted.v1"

    conference = fields.Str(required=True)
    unit = fields.Str(required=True)
    paper = fields.UUID(required=True)
    late = fields.Bool(required=True)


class PaperWithdrawnV1(Event):
    """The last version of a unit's paper that counted was taken back: the unit has no paper now."""

    event_type = "diemcau.documents.paper.withdrawn.v1"

    conference = fields.Str(required=True)
    unit = fields.Str(required=True)
    paper = fields.UUID(required=True)

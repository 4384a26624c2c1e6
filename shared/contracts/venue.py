"""Facts of venue: a layout, or why there is none."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.contracts.event import Event, PagedEvent
from shared.contracts.revision import VENUE_COUNTS, RevisionAnswer


class LayoutPreparedV1(PagedEvent):
    """The layout of a revision. Tables: sites, routes, presentations, duties, wording.

    `layout` is the digest of the layout itself: equal layouts are stored once.
    """

    event_type = "diemcau.venue.layout.prepared.v1"

    revision = fields.Int(required=True, validate=validate.Range(min=1))
    option = fields.Str(required=True)
    layout = fields.Str(required=True)


class LayoutFailedV1(Event):
    """The venue plugin could not lay the option out; the revision cannot be adopted."""

    event_type = "diemcau.venue.layout.failed.v1"

    conference = fields.Str(required=True)
    revision = fields.Int(required=True)
    option = fields.Str(required=True)
    code = fields.Str(required=True)
    problem = fields.Str(required=True)


class VenueRevisionPreparedV1(RevisionAnswer):
    event_type = "diemcau.venue.revision.prepared.v1"
    count_keys = VENUE_COUNTS


class VenueRevisionSettledV1(RevisionAnswer):
    event_type = "diemcau.venue.revision.settled.v1"
    count_keys = VENUE_COUNTS

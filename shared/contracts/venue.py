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


class SiteChangedV1(Event):
    """What people set at a site in place of the layout's values; null: as in the layout."""

    event_type = "diemcau.venue.site.changed.v1"

    conference = fields.Str(required=True)
    site = fields.Str(required=True)
    room = fields.Str(required=True, allow_none=True)
    address = fields.Str(required=True, allow_none=True)
    capacity = fields.Int(required=True, allow_none=True, validate=validate.Range(min=1))


class LineTestedV1(Event):
    """A site's line was tested or the test waived, for a start on `day` (local); `cleared`: neither now."""

    event_type = "diemcau.venue.line.tested.v1"

    conference = fields.Str(required=True)
    site = fields.Str(required=True)
    day = fields.Date(required=True, allow_none=True)
    outcome = fields.Str(required=True, validate=validate.OneOf(["ok", "failed", "waived", "cleared"]))

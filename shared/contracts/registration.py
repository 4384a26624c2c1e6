"""Facts of registration. Ids only: who needs a name asks registration for it."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.contracts.event import Event, PagedEvent
from shared.contracts.revision import REGISTRATION_COUNTS, RevisionAnswer

WAYS = ("link", "substitute", "waiting-list")
"""By the delegate's link; with the place of who was replaced, or by having sent somebody; by a seat that
became free while they waited."""


class RegistrationRevisionPreparedV1(RevisionAnswer):
    event_type = "diemcau.registration.revision.prepared.v1"
    count_keys = REGISTRATION_COUNTS


class RegistrationRevisionSettledV1(RevisionAnswer):
    event_type = "diemcau.registration.revision.settled.v1"
    count_keys = REGISTRATION_COUNTS


class DelegateNamedV1(Event):
    """A person was given a place."""

    event_type = "diemcau.registration.delegate.named.v1"

    conference = fields.Str(required=True)
    place = fields.UUID(required=True)
    person = fields.UUID(required=True)
    group = fields.Str(required=True)
    unit = fields.Str(required=True)
    ordinal = fields.Int(required=True, validate=validate.Range(min=1))


class DelegateChangedV1(Event):
    """The facts of a place's person changed, or the place became vacant (`person` null)."""

    event_type = "diemcau.registration.delegate.changed.v1"

    conference = fields.Str(required=True)
    place = fields.UUID(required=True)
    person = fields.UUID(required=True, allow_none=True)
    group = fields.Str(required=True)
    unit = fields.Str(required=True)
    ordinal = fields.Int(required=True, validate=validate.Range(min=1))


class DelegatesNamedV1(PagedEvent):
    """What many DelegateNamedV1 and DelegateChangedV1 would tell: sent in their place by a big import.

    Tables: named, changed (both: place, person, group, unit, ordinal).
    """

    event_type = "diemcau.registration.delegates.named.v1"


class DelegateRespondedV1(Event):
    """A person accepted or declined for a site, or waits there for a seat; `via`: see WAYS."""

    event_type = "diemcau.registration.delegate.responded.v1"

    conference = fields.Str(required=True)
    place = fields.UUID(required=True)
    person = fields.UUID(required=True)
    group = fields.Str(required=True)
    unit = fields.Str(required=True)
    ordinal = fields.Int(required=True, validate=validate.Range(min=1))
    answer = fields.Str(required=True, validate=validate.OneOf(["accepted", "waiting", "declined"]))
    site = fields.Str(required=True)
    via = fields.Str(validate=validate.OneOf(WAYS))


class InvitationIssuedV1(Event):
    """A unit was invited with `seats` places of a group at a site; `replaces`: the invitation before it."""

    event_type = "diemcau.registration.invitation.issued.v1"

    conference = fields.Str(required=True)
    invitation = fields.UUID(required=True)
    group = fields.Str(required=True)
    unit = fields.Str(required=True)
    site = fields.Str(required=True)
    seats = fields.Int(required=True, validate=validate.Range(min=1))
    sequence = fields.Int(required=True, validate=validate.Range(min=1))
    revision = fields.Int(required=True, validate=validate.Range(min=1))
    replaces = fields.UUID(required=True, allow_none=True)


class InvitationWithdrawnV1(Event):
    """An invitation no longer holds, and none takes its place."""

    event_type = "diemcau.registration.invitation.withdrawn.v1"

    conference = fields.Str(required=True)
    invitation = fields.UUID(required=True)
    group = fields.Str(required=True)
    unit = fields.Str(required=True)


class DelegateSubstitutedV1(Event):
    """`substitute` comes in place of `person`: the place and its rank stay the unit's."""

    event_type = "diemcau.registration.delegate.substituted.v1"

    conference = fields.Str(required=True)
    place = fields.UUID(required=True)
    group = fields.Str(required=True)
    unit = fields.Str(required=True)
    ordinal = fields.Int(required=True, validate=validate.Range(min=1))
    person = fields.UUID(required=True)
    substitute = fields.UUID(required=True)


class DelegateCheckedInV1(Event):
    """A person is at the site; `at` is when, in UTC."""

    event_type = "diemcau.registration.delegate.checked-in.v1"

    conference = fields.Str(required=True)
    place = fields.UUID(required=True)
    person = fields.UUID(required=True)
    site = fields.Str(required=True)
    at = fields.AwareDateTime(required=True)


class HeadcountReportedV1(Event):
    """A site's own count, beside what registration had computed at that moment."""

    event_type = "diemcau.registration.headcount.reported.v1"

    conference = fields.Str(required=True)
    site = fields.Str(required=True)
    reported = fields.Int(required=True, validate=validate.Range(min=0))
    computed = fields.Int(required=True, validate=validate.Range(min=0))

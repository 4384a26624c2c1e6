"""Facts of registration. Ids only: who needs a name asks registration for it."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.contracts.event import Event
from shared.contracts.revision import REGISTRATION_COUNTS, RevisionAnswer


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


class DelegateRespondedV1(Event):
    """A person accepted or declined for a site."""

    event_type = "diemcau.registration.delegate.responded.v1"

    conference = fields.Str(required=True)
    place = fields.UUID(required=True)
    person = fields.UUID(required=True)
    group = fields.Str(required=True)
    unit = fields.Str(required=True)
    ordinal = fields.Int(required=True, validate=validate.Range(min=1))
    answer = fields.Str(required=True, validate=validate.OneOf(["accepted", "declined"]))
    site = fields.Str(required=True)

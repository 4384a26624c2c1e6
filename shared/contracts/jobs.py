"""How far the background work of a revision is; each service tells of its own."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.contracts.event import Event


class JobsChanged(Event):
    """How many jobs of a revision are in which state."""

    conference = fields.Str(required=True)
    revision = fields.Int(required=True, validate=validate.Range(min=1))
    service = fields.Str(required=True)
    queued = fields.Int(required=True)
    running = fields.Int(required=True)
    done = fields.Int(required=True)
    failed = fields.Int(required=True)


class VenueJobsChangedV1(JobsChanged):
    event_type = "diemcau.venue.jobs.changed.v1"


class RegistrationJobsChangedV1(JobsChanged):
    event_type = "diemcau.registration.jobs.changed.v1"


class DocumentsJobsChangedV1(JobsChanged):
    event_type = "diemcau.documents.jobs.changed.v1"


class AwardsJobsChangedV1(JobsChanged):
    event_type = "diemcau.awards.jobs.changed.v1"


BY_SERVICE: dict[str, type[JobsChanged]] = {
    "venue": VenueJobsChangedV1,
    "registration": RegistrationJobsChangedV1,
    "documents": DocumentsJobsChangedV1,
    "awards": AwardsJobsChangedV1,
}

"""Facts of planning: the plan, an option proposed, an option selected."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.contracts.event import Event, PagedEvent


class ConferencePlannedV1(PagedEvent):
    """A plan version was stored. Tables: units, options, groups, documents, quotas, papers.

    `papers_due`: UTC, null when no papers are asked for; the table `papers` names the units asked.

    The signer and the contact are persons: they stay with planning and are asked for when needed.
    """

    event_type = "diemcau.planning.conference.planned.v1"

    plan_version = fields.Int(required=True, validate=validate.Range(min=1))
    title = fields.Str(required=True)
    organiser = fields.Str(required=True)
    timezone = fields.Str(required=True)
    starts_at = fields.NaiveDateTime(required=True, allow_none=True)
    window_from = fields.Date(required=True)
    window_to = fields.Date(required=True)
    papers_due = fields.AwareDateTime(load_default=None, allow_none=True)


class OptionProposedV1(Event):
    """Prepare this revision: say what adopting the option would change, measured from `base`."""

    event_type = "diemcau.planning.option.proposed.v1"

    conference = fields.Str(required=True)
    revision = fields.Int(required=True, validate=validate.Range(min=1))
    option = fields.Str(required=True)
    plan_version = fields.Int(required=True)
    base = fields.Int(required=True, allow_none=True)
    participants = fields.List(fields.Str(), required=True)


class OptionSelectedV1(Event):
    """Adopt this revision: move the pointer once it is prepared."""

    event_type = "diemcau.planning.option.selected.v1"

    conference = fields.Str(required=True)
    revision = fields.Int(required=True, validate=validate.Range(min=1))
    option = fields.Str(required=True)


class ConferenceOpenedV1(Event):
    """The conference has begun (also: it was opened again)."""

    event_type = "diemcau.planning.conference.opened.v1"

    conference = fields.Str(required=True)


class ConferenceClosedV1(Event):
    """The conference is over: nothing of it is changed any more."""

    event_type = "diemcau.planning.conference.closed.v1"

    conference = fields.Str(required=True)

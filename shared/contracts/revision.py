"""What every participant of a switch says: prepared (the preview) and settled (the pointer has moved)."""

from __future__ import annotations

from typing import ClassVar

from marshmallow import fields, validate

from shared.contracts.event import Event


class RevisionAnswer(Event):
    """A participant's answer for one revision. `counts` has the service's fixed keys."""

    count_keys: ClassVar[tuple[str, ...]]

    conference = fields.Str(required=True)
    revision = fields.Int(required=True, validate=validate.Range(min=1))
    service = fields.Str(required=True)
    outcome = fields.Str(required=True, validate=validate.OneOf(["ok"]))
    counts = fields.Dict(keys=fields.Str(), values=fields.Int(), required=True)


PLANNING_COUNTS = ("tasks_opened", "tasks_closed")
VENUE_COUNTS = ("sites_opened", "sites_closed", "sites_kept", "capacity", "overruns")
REGISTRATION_COUNTS = (
    "places",
    "places_added",
    "places_moved",
    "places_withdrawn",
    "named",
    "named_added",
    "named_moved",
    "named_withdrawn",
)
DOCUMENTS_COUNTS = (
    "invitations_to_issue",
    "invitations_to_replace",
    "invitations_to_withdraw",
    "documents_to_replace",
)
AWARDS_COUNTS = ("presentations_kept", "presentations_moved", "presentations_deferred")

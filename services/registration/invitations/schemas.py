"""What the routes of invitations take and give."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates

from services.registration.delegates.schemas import key_field
from services.registration.invitations.model import ISSUABLE, ISSUERS, LONGEST_REASON, STATES, WITHDRAWABLE
from services.registration.plan.model import LARGEST

_NO_CONTROL = validate.Regexp(r"^[^\x00-\x1f\x7f\ud800-\udfff]*$", error="Contains a control character.")


def _one_of(*choices: str) -> validate.OneOf:
    return validate.OneOf(["", *choices])


class Wanted(Schema):
    """`issuer`: who invites; for the organiser its own invitations unless it says otherwise."""

    group = key_field(load_default="")
    unit = key_field(load_default="")
    site = key_field(load_default="")
    issuer = fields.Str(load_default="", validate=_one_of(*ISSUERS, "all"))
    q = fields.Str(load_default="", validate=[validate.Length(max=200), _NO_CONTROL])


class FilterSchema(Wanted):
    state = fields.Str(load_default="", validate=_one_of(*STATES))


class ListQuery(FilterSchema):
    cursor = fields.Str(load_default="", validate=validate.Length(max=2_000))
    limit = fields.Int(load_default=50, validate=validate.Range(min=1, max=500))


class Was(Schema):
    """What the live invitation says."""

    site = fields.Str()
    site_name = fields.Str(allow_none=True)
    places = fields.Int()
    starts_at = fields.AwareDateTime(allow_none=True)
    revision = fields.Int()


class InvitationLine(Schema):
    group = fields.Str()
    group_name = fields.Str()
    unit = fields.Str()
    unit_name = fields.Str()
    site = fields.Str(allow_none=True)
    site_name = fields.Str(allow_none=True)
    state = fields.Str(validate=validate.OneOf(STATES))
    issuer = fields.Str(validate=validate.OneOf(ISSUERS))
    invitation = fields.UUID(allow_none=True)
    sequence = fields.Int(allow_none=True)
    issued_at = fields.AwareDateTime(allow_none=True)
    issued_by = fields.Str(allow_none=True)
    was = fields.Nested(Was, allow_none=True)
    places = fields.Int()
    named = fields.Int()
    with_email = fields.Int()
    accepted = fields.Int()
    on_waiting_list = fields.Int(metadata={"description": "Would come, and have no seat yet"})
    declined = fields.Int()
    unanswered = fields.Int()
    sent = fields.Int()
    waiting = fields.Int(metadata={"description": "Messages that are not sent yet"})
    failed = fields.Int()
    unsent = fields.Int(metadata={"description": "With an address, not written to for this invitation"})


class StateCount(Schema):
    routes = fields.Int()
    seats = fields.Int()


class StateCounts(Schema):
    to_issue = fields.Nested(StateCount)
    to_replace = fields.Nested(StateCount)
    to_withdraw = fields.Nested(StateCount)
    issued = fields.Nested(StateCount)


class InvitationsSchema(Schema):
    revision = fields.Int(allow_none=True)
    starts_at = fields.AwareDateTime(allow_none=True)
    channel = fields.Str(metadata={"description": "The notifier; `console` writes to nobody"})
    counts = fields.Nested(StateCounts)
    items = fields.List(fields.Nested(InvitationLine))
    next = fields.Str(allow_none=True)


class PersonLine(Schema):
    id = fields.UUID(metadata={"description": "The place"})
    person = fields.UUID()
    name = fields.Str()
    position = fields.Str(allow_none=True)
    phone = fields.Str(allow_none=True)
    email = fields.Str(allow_none=True)
    answer = fields.Str(allow_none=True)
    message = fields.UUID(allow_none=True)
    message_state = fields.Str(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)


class HistoryLine(Schema):
    id = fields.UUID()
    sequence = fields.Int()
    site = fields.Str()
    site_name = fields.Str(allow_none=True)
    seats = fields.Int()
    starts_at = fields.AwareDateTime(allow_none=True)
    revision = fields.Int()
    issued_at = fields.AwareDateTime()
    issued_by = fields.Str()
    ended = fields.Str(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    ended_by = fields.Str(allow_none=True)
    reason = fields.Str()


class RouteSchema(Schema):
    """One route: its invitation as it stands (null when there is none any more), persons, history."""

    revision = fields.Int(allow_none=True)
    starts_at = fields.AwareDateTime(allow_none=True)
    line = fields.Nested(InvitationLine, allow_none=True)
    persons = fields.List(fields.Nested(PersonLine))
    history = fields.List(fields.Nested(HistoryLine))


class ByHandLine(PersonLine):
    unit = fields.Str()
    unit_name = fields.Str()
    group = fields.Str()
    group_name = fields.Str()


class ByHandSchema(Schema):
    revision = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(ByHandLine))


class Order(Schema):
    group = key_field(load_default=None, allow_none=True)
    unit = key_field(load_default=None, allow_none=True)
    issuer = fields.Str(load_default=None, allow_none=True, validate=validate.OneOf([*ISSUERS, "all"]))
    dry_run = fields.Bool(load_default=False)
    revision = fields.Int(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=LARGEST),
        metadata={"description": "The revision that was looked at; 409 when another one is current now"},
    )


class IssueOrder(Order):
    """Without `state` all that can be issued or replaced, and persons named since are written to."""

    state = fields.Str(load_default=None, allow_none=True, validate=validate.OneOf(ISSUABLE))


class WithdrawOrder(Order):
    """Without `state` those whose route the current revision does not have."""

    state = fields.Str(load_default=None, allow_none=True, validate=validate.OneOf(WITHDRAWABLE))
    reason = fields.Str(load_default="", validate=validate.Length(max=LONGEST_REASON))

    @validates("reason")
    def check(self, value: str, **_: Any) -> None:
        if any(char < " " and char not in "\n\r\t" for char in value):
            raise ValidationError("Contains a control character.")


class Totals(Schema):
    """`job` does it; null in a dry run, and when there is nothing to do."""

    revision = fields.Int()
    dry_run = fields.Bool()
    job = fields.UUID(allow_none=True)
    routes = fields.Int()
    seats = fields.Int()
    to_tell = fields.Int(metadata={"description": "Persons told before who are invited no more"})


class IssueTotalsSchema(Totals):
    to_issue = fields.Int()
    to_replace = fields.Int()
    named = fields.Int()
    to_send = fields.Int(metadata={"description": "Persons who will be written to"})
    by_hand = fields.Int(metadata={"description": "Persons without an address"})

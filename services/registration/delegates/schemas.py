"""What the delegate routes take and give."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.registration.answers.model import STANDINGS
from services.registration.delegates.filters import Filters
from services.registration.plan.model import KEY, LARGEST

STATUSES = ("placed", "elsewhere", "withdrawn", "unplaced")
_NO_CONTROL = validate.Regexp(r"^[^\x00-\x1f\x7f\ud800-\udfff]*$", error="Contains a control character.")


def key_field(**kwargs: Any) -> fields.Str:
    """A key of the plan; an empty one counts as none."""
    return fields.Str(validate=validate.Regexp(f"^({KEY.pattern})?$", error="Not a key."), **kwargs)


def revision_field() -> fields.Int:
    return fields.Int(load_default=None, validate=validate.Range(min=1, max=LARGEST))


class FilterSchema(Schema):
    """What a list is narrowed to."""

    q = fields.Str(load_default="", validate=[validate.Length(max=200), _NO_CONTROL])
    site = key_field(load_default="")
    group = key_field(load_default="")
    unit = key_field(load_default="")
    status = fields.Str(load_default="", validate=validate.OneOf(["", *STATUSES]))
    answer = fields.Str(load_default="", validate=validate.OneOf(["", *STANDINGS, "unanswered"]))
    checked_in = fields.Str(load_default="", validate=validate.OneOf(["", "yes", "no"]))


class ListSchema(FilterSchema):
    cursor = fields.Str(load_default="", validate=validate.Length(max=2_000))
    limit = fields.Int(load_default=50, validate=validate.Range(min=1, max=500))


class DelegateSchema(Schema):
    id = fields.UUID()
    person = fields.UUID()
    group = fields.Str()
    group_name = fields.Str()
    unit = fields.Str()
    unit_name = fields.Str()
    ordinal = fields.Int()
    name = fields.Str()
    position = fields.Str(allow_none=True)
    phone = fields.Str(allow_none=True)
    email = fields.Str(allow_none=True)
    site = fields.Str(allow_none=True)
    site_name = fields.Str(allow_none=True)
    status = fields.Str(validate=validate.OneOf(STATUSES))
    answer = fields.Str(allow_none=True, validate=validate.OneOf(STANDINGS))
    waiting = fields.Int(
        allow_none=True, metadata={"description": "Which one they are on the waiting list of their site"}
    )
    note = fields.Str(allow_none=True, metadata={"description": "What the delegate wrote to the organiser"})
    checked_in_at = fields.AwareDateTime(allow_none=True)
    special = fields.Bool()


class SubstitutionSchema(Schema):
    """`person` sent, or was replaced by, `substitute`; `by` is “link” when they did it themselves."""

    person = fields.UUID()
    name = fields.Str()
    substitute = fields.UUID()
    substitute_name = fields.Str()
    at = fields.AwareDateTime()
    by = fields.Str()
    reason = fields.Str()


class DelegateDetailSchema(DelegateSchema):
    substitutions = fields.List(
        fields.Nested(SubstitutionSchema), metadata={"description": "Who had the place before, in order"}
    )


class DelegatesSchema(Schema):
    revision = fields.Int(allow_none=True)
    total = fields.Int()
    items = fields.List(fields.Nested(DelegateSchema))
    next_cursor = fields.Str(allow_none=True)


class ChangeSchema(Schema):
    """A person's facts; null takes one back."""

    name = fields.Str()
    position = fields.Str(allow_none=True)
    phone = fields.Str(allow_none=True)
    email = fields.Str(allow_none=True)


class NamingSchema(ChangeSchema):
    """A person and the place to put them on: the next free one without `ordinal`."""

    group = key_field(required=True)
    unit = key_field(load_default=None, allow_none=True)
    ordinal = fields.Int(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, LARGEST))
    name = fields.Str(required=True)


class SendingSchema(ChangeSchema):
    """Who comes instead of the place's person, and why."""

    name = fields.Str(required=True)
    reason = fields.Str(load_default="", validate=[validate.Length(max=500), _NO_CONTROL])


class SubstitutedSchema(DelegateDetailSchema):
    holds_several = fields.Bool(metadata={"description": "The substitute has another place as well"})


class OverrideSchema(Schema):
    """Sit at `site` under `option`, whatever the place says; `site` null takes that back."""

    option = key_field(required=True)
    site = key_field(required=True, allow_none=True)


def filters_of(given: dict[str, Any], unit: str | None) -> Filters:
    return Filters(
        q=given["q"].strip() or None,
        site=given["site"] or None,
        group=given["group"] or None,
        unit=unit or given["unit"] or None,
        status=given["status"] or None,
        answer=given["answer"] or None,
        checked_in=given["checked_in"] or None,
    )

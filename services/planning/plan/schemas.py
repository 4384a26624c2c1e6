"""What the routes of plans and conferences take and answer."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

from shared.http.inputs import LARGEST_INT


def _kind(name: str) -> fields.Raw:
    """A value that the plan's reader checks: it words mistakes in both languages. `name`: its JSON type."""
    return fields.Raw(metadata={"type": name})


class StoredPlanSchema(Schema):
    conference = fields.Str()
    version = fields.Int()
    created = fields.Bool()


class ProgrammePoint(Schema):
    """A point of the programme; without `order` the list's own order holds."""

    class Meta:
        unknown = INCLUDE

    order = _kind("integer")
    minutes = _kind("integer")
    title = _kind("string")


class ConferenceChange(Schema):
    """What may be amended one by one; everything else by posting the plan again."""

    title = fields.Str()
    short_title = fields.Str(allow_none=True)
    decided_by = fields.Str(allow_none=True)
    starts_at = fields.Str(
        allow_none=True,
        metadata={"description": "2021-06-29T08:00, local or with the zone's own offset; null: open"},
    )
    ends_at = fields.Str(allow_none=True)
    window = fields.Dict()
    signer = fields.Dict(allow_none=True)
    contact = fields.Dict(allow_none=True)
    programme = fields.List(fields.Nested(ProgrammePoint), validate=validate.Length(max=1000))

    @validates_schema
    def check_any(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data:
            raise ValidationError("Không có gì để thay đổi (nothing to change).")


class VersionWanted(Schema):
    version = fields.Int(
        load_default=None,
        validate=validate.Range(min=1, max=LARGEST_INT),
        metadata={"description": "The newest plan version if absent"},
    )


class Window(Schema):
    start = fields.Str(data_key="from")
    to = fields.Str()


class ConferenceSummary(Schema):
    key = fields.Str()
    title = fields.Str()
    short_title = fields.Str()
    organiser = fields.Str()
    timezone = fields.Str()
    window = fields.Nested(Window)
    starts_at = fields.AwareDateTime(allow_none=True)
    ends_at = fields.AwareDateTime(allow_none=True)
    state = fields.Str(validate=validate.OneOf(["planned", "open", "closed"]))
    plan_version = fields.Int(metadata={"description": "The newest"})
    current_plan_version = fields.Int(
        allow_none=True, metadata={"description": "In force; a newer one waits for the next decision"}
    )
    current_revision = fields.Int(allow_none=True)
    current_option = fields.Str(allow_none=True)
    selected_revision = fields.Int(allow_none=True)
    previous_option = fields.Str(allow_none=True)


class ConferenceList(Schema):
    items = fields.List(fields.Nested(ConferenceSummary))


class GroupSchema(Schema):
    key = fields.Str()
    name = fields.Str()
    at = fields.Str()
    seats = fields.Int()
    rank = fields.Int()
    per = fields.Str(allow_none=True)
    press = fields.Bool()


class OptionSchema(Schema):
    key = fields.Str()
    label = fields.Str()
    title = fields.Str()
    venue = fields.Str()
    groups = fields.List(fields.Nested(GroupSchema))


class TimedPoint(Schema):
    order = fields.Int()
    minutes = fields.Int()
    title = fields.Str()
    after = fields.Int(metadata={"description": "Minutes after the start at which it begins"})
    starts_at = fields.AwareDateTime(allow_none=True)
    ends_at = fields.AwareDateTime(allow_none=True)


class Programme(Schema):
    plan_version = fields.Int()
    starts_at = fields.AwareDateTime(allow_none=True)
    provisional = fields.Bool(metadata={"description": "The start is not fixed: times are relative"})
    minutes = fields.Int(metadata={"description": "In all"})
    items = fields.List(fields.Nested(TimedPoint))


class SignerSchema(Schema):
    authority = fields.Str()
    position = fields.Str()
    name = fields.Str()


class ContactSchema(Schema):
    name = fields.Str()
    position = fields.Str(allow_none=True)
    unit = fields.Str(allow_none=True)
    phone = fields.Str(allow_none=True)


class ConferenceDetails(ConferenceSummary):
    plan_stored_by = fields.Str(metadata={"description": "Who stored the newest plan version"})
    plan_stored_at = fields.AwareDateTime()
    organiser_name = fields.Str()
    decided_by = fields.Str(allow_none=True)
    options = fields.List(fields.Nested(OptionSchema))
    programme = fields.List(fields.Nested(TimedPoint))
    purposes = fields.List(fields.Str())
    recipients = fields.List(fields.Str())
    signer = fields.Nested(SignerSchema, allow_none=True)
    contact = fields.Nested(ContactSchema, allow_none=True)


class UnitSchema(Schema):
    key = fields.Str()
    name = fields.Str()
    level = fields.Str()
    parent = fields.Str(allow_none=True)


class UnitList(Schema):
    items = fields.List(fields.Nested(UnitSchema))


class UnitName(Schema):
    key = fields.Str()
    name = fields.Str()


class UnitNames(Schema):
    items = fields.List(fields.Nested(UnitName))

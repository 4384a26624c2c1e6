"""What the routes of nominations take and give."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.awards.nominations.model import LARGEST, STATES
from services.awards.quotas.model import KINDS

KEY = r"^([a-z0-9][a-z0-9_-]{0,199})?$"
_NO_CONTROL = validate.Regexp(r"^[^\x00-\x1f\x7f\ud800-\udfff]*$", error="Contains a control character.")


def key_field(**kwargs: Any) -> fields.Str:
    """A key of the plan; an empty one counts as none."""
    return fields.Str(validate=validate.Regexp(KEY, error="Not a key."), **kwargs)


def text_field(**kwargs: Any) -> fields.Str:
    return fields.Str(allow_none=True, validate=validate.Length(max=4_000), **kwargs)


class UsageSchema(Schema):
    unit = fields.Str()
    unit_name = fields.Str()
    kind = fields.Str(validate=validate.OneOf(KINDS))
    quota = fields.Int()
    used = fields.Int(metadata={"description": "Proposed and approved within the quota"})
    left = fields.Int()
    beyond = fields.Int(metadata={"description": "Beyond the quota, each with a recorded reason"})
    proposed = fields.Int()
    approved = fields.Int()
    rejected = fields.Int()
    withdrawn = fields.Int()


class QuotaList(Schema):
    items = fields.List(fields.Nested(UsageSchema))


class UnitFilter(Schema):
    unit = key_field(load_default="")


class FilterSchema(UnitFilter):
    """What a list is narrowed to."""

    kind = fields.Str(load_default="", validate=validate.OneOf(["", *KINDS]))
    state = fields.Str(load_default="", validate=validate.OneOf(["", *STATES]))
    q = fields.Str(load_default="", validate=[validate.Length(max=200), _NO_CONTROL])


class ListSchema(FilterSchema):
    cursor = fields.Str(load_default="", validate=validate.Length(max=2_000))
    limit = fields.Int(load_default=50, validate=validate.Range(min=1, max=500))


class ReviewSchema(Schema):
    verdict = fields.Str()
    reason = fields.Str(allow_none=True)
    by = fields.Str()
    at = fields.AwareDateTime()


class NominationSchema(Schema):
    id = fields.UUID()
    unit = fields.Str()
    unit_name = fields.Str()
    kind = fields.Str(validate=validate.OneOf(KINDS))
    name = fields.Str()
    representative = fields.Str(allow_none=True)
    position = fields.Str(allow_none=True)
    achievement = fields.Str()
    order = fields.Int(allow_none=True)
    override_reason = fields.Str(allow_none=True)
    state = fields.Str(validate=validate.OneOf(STATES))
    version = fields.Int()
    created_at = fields.AwareDateTime()
    created_by = fields.Str()


class NominationDetail(NominationSchema):
    reviews = fields.List(fields.Nested(ReviewSchema))


class NominationList(Schema):
    total = fields.Int()
    items = fields.List(fields.Nested(NominationSchema))
    next = fields.Str(allow_none=True)


class ChangeSchema(Schema):
    """What is not sent stays; null takes a value back."""

    kind = fields.Str(validate=validate.OneOf(KINDS))
    name = fields.Str(validate=validate.Length(max=4_000))
    representative = text_field()
    position = text_field()
    achievement = fields.Str(validate=validate.Length(max=4_000))
    order = fields.Int(allow_none=True, strict=True, validate=validate.Range(1, LARGEST - 1))
    override_reason = text_field()


class ProposalSchema(ChangeSchema):
    """`unit` empty: the organiser, or the caller's own unit."""

    unit = key_field(load_default=None, allow_none=True)
    kind = fields.Str(required=True, validate=validate.OneOf(KINDS))
    name = fields.Str(required=True, validate=validate.Length(max=4_000))
    achievement = fields.Str(required=True, validate=validate.Length(max=4_000))


class RejectionSchema(Schema):
    reason = fields.Str(required=True, validate=[validate.Length(max=1_000), validate.Regexp(r"\s*\S")])


class ApprovalSchema(Schema):
    nominations = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=500))


class ApprovedSchema(Schema):
    approved = fields.Int()

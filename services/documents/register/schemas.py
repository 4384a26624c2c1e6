"""Documents as JSON."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.documents.register.model import STATUSES
from shared.jobs.queue import STATES


class DocumentSummary(Schema):
    """One document. `outdated`: it tells of another layout or time; `holds`: why it cannot be issued yet."""

    id = fields.UUID()
    requirement = fields.Str()
    type = fields.Str()
    type_name = fields.Str()
    subject = fields.Str()
    status = fields.Str(validate=validate.OneOf(STATUSES))
    edited = fields.Bool()
    outdated = fields.Bool()
    holds = fields.Str(allow_none=True)
    numbered = fields.Bool(metadata={"description": "Whether this type gets a number"})
    code = fields.Str(allow_none=True, metadata={"description": "Number and symbol: 05/KH-MTTQ-BTT"})
    number = fields.Int(allow_none=True)
    symbol = fields.Str()
    issued_on = fields.Date(allow_none=True)
    issued_by = fields.Str(allow_none=True)
    supersedes = fields.UUID(allow_none=True)
    superseded_by = fields.UUID(allow_none=True)
    recall_reason = fields.Str(allow_none=True)


class RequiredDocument(Schema):
    """A document that the option needs (`in_force`), or was issued under another one, with its documents."""

    key = fields.Str()
    type = fields.Str()
    type_name = fields.Str()
    subject = fields.Str()
    drafted_by = fields.Str()
    drafted_by_name = fields.Str()
    to = fields.List(fields.Str())
    per = fields.Str(allow_none=True)
    in_force = fields.Bool()
    numbered = fields.Bool()
    documents = fields.List(fields.Nested(DocumentSummary))


class RequiredDocuments(Schema):
    revision = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(RequiredDocument))


class FileSchema(Schema):
    format = fields.Str()
    sha256 = fields.Str()
    engine = fields.Str()
    engine_version = fields.Str()
    made_at = fields.AwareDateTime()


class DocumentDetail(DocumentSummary):
    """`content`: the document itself; `files`: what is rendered of this version, by `render_job`."""

    conference = fields.Str()
    drafted_by = fields.Str()
    drafted_by_name = fields.Str()
    version = fields.Int()
    plan_version = fields.Int()
    revision = fields.Int()
    changed_at = fields.AwareDateTime()
    changed_by = fields.Str()
    content = fields.Dict(keys=fields.Str())
    files = fields.List(fields.Nested(FileSchema))
    render_job = fields.UUID(allow_none=True)
    render_state = fields.Str(allow_none=True, validate=validate.OneOf(STATES))


class BlockSchema(Schema):
    """A block of the body: its `kind` says which other members it has (GET shows examples)."""

    class Meta:
        unknown = "include"

    kind = fields.Str(required=True)


class AgencyPart(Schema):
    name = fields.Str(required=True)
    parent_lines = fields.List(fields.Str())
    full_name = fields.Str()


class SignPart(Schema):
    authority = fields.Str()
    position = fields.Str()
    name = fields.Str()


class AnnexPart(Schema):
    title = fields.Str(required=True)
    body = fields.List(fields.Nested(BlockSchema), required=True)


class DraftChange(Schema):
    """The parts of a draft that are rewritten; what is absent stays."""

    subject = fields.Str(validate=validate.Length(min=1, max=1000))
    body = fields.List(fields.Nested(BlockSchema))
    addressees = fields.List(fields.Str())
    legal_bases = fields.List(fields.Str())
    recipients = fields.List(fields.Str())
    archive_line = fields.Str()
    sign = fields.Nested(SignPart)
    annexes = fields.List(fields.Nested(AnnexPart))
    urgency = fields.Str()
    decider = fields.Str()
    place = fields.Str()
    agency = fields.Nested(AgencyPart)

    @validates_schema
    def check_any(self, data: dict[str, object], **_kwargs: object) -> None:
        if not data:
            raise ValidationError("Không có gì để thay đổi (nothing to change).")


class IssueOrder(Schema):
    issued_on = fields.Date(metadata={"description": "Today, if absent; never later"})


class RecallOrder(Schema):
    reason = fields.Str(
        required=True,
        validate=[
            validate.Length(max=1000),
            validate.Regexp(r"(?s).*\S", error="Hãy ghi lý do (a reason is needed)."),
        ],
    )


class RegisterRow(DocumentSummary):
    drafted_by_name = fields.Str()
    signer = fields.Str()


class Register(Schema):
    items = fields.List(fields.Nested(RegisterRow))

"""What the routes of papers take and give."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate
from werkzeug.datastructures import FileStorage

from services.documents.papers.model import LONGEST_AUTHOR, LONGEST_TITLE, STATES, clean_text

HIGHEST_ORDER = 999
_NO_CONTROL = validate.Regexp(r"^[^\x00-\x08\x0e-\x1f\x7f]*$", error="Contains a control character.")


def _line(longest: int, description: str) -> fields.Str:
    """A text of one line, not blank."""
    return fields.Str(
        required=True,
        validate=[_check_not_blank, validate.Length(max=longest), _NO_CONTROL],
        metadata={"description": description},
    )


def _check_not_blank(text: str) -> None:
    if not text.strip():
        raise ValidationError("Must not be blank.")


def _check_is_file(value: Any) -> None:
    if not isinstance(value, FileStorage):
        raise ValidationError("Not a file.")


class _CleanTexts(Schema):
    @post_load
    def clean(self, texts: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: clean_text(text) if isinstance(text, str) else text for name, text in texts.items()}


class PaperForm(_CleanTexts):
    title = _line(LONGEST_TITLE, "Title of the paper")
    author = _line(LONGEST_AUTHOR, "Who wrote and presents it")
    file = fields.Raw(
        required=True,
        validate=_check_is_file,
        metadata={"type": "string", "format": "binary", "description": "A .docx, .pdf or .odt file"},
    )


class Withdrawal(_CleanTexts):
    reason = _line(500, "Why the version is taken back")


class SpeakerChange(Schema):
    speaking = fields.Int(
        required=True,
        allow_none=True,
        strict=True,
        validate=validate.Range(min=1, max=HIGHEST_ORDER),
        metadata={"description": "Place in the order of speaking"},
    )


class PaperFilter(Schema):
    state = fields.Str(load_default="", validate=validate.OneOf(["", *STATES]))
    speaking = fields.Bool(
        load_default=False, metadata={"description": "Only those to be presented, in their order"}
    )


class PaperRow(Schema):
    """A unit and its newest standing version; `version` and what belongs to it is null without one."""

    unit = fields.Str()
    unit_name = fields.Str()
    asked = fields.Bool()
    state = fields.Str(validate=validate.OneOf(STATES))
    paper = fields.UUID(allow_none=True)
    version = fields.UUID(allow_none=True)
    title = fields.Str(allow_none=True)
    author = fields.Str(allow_none=True)
    submitted_at = fields.AwareDateTime(allow_none=True)
    filename = fields.Str(allow_none=True)
    media_type = fields.Str(allow_none=True)
    size = fields.Int(allow_none=True, metadata={"description": "Bytes"})
    versions = fields.Int(metadata={"description": "How many were sent, those withdrawn included"})
    speaking = fields.Int(allow_none=True)


class PaperVersion(Schema):
    id = fields.UUID()
    number = fields.Int()
    title = fields.Str()
    author = fields.Str()
    filename = fields.Str()
    media_type = fields.Str()
    size = fields.Int()
    sha256 = fields.Str()
    submitted_at = fields.AwareDateTime()
    submitted_by = fields.Str()
    late = fields.Bool()
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    withdrawn_by = fields.Str(allow_none=True)
    withdrawn_reason = fields.Str(allow_none=True)


class PaperSchema(PaperRow):
    due = fields.AwareDateTime(allow_none=True)
    provisional = fields.Bool()
    overdue = fields.Bool(metadata={"description": "A paper sent now would be late"})
    etag = fields.Str(metadata={"description": "What If-Match names when the order is changed"})
    history = fields.List(fields.Nested(PaperVersion), metadata={"description": "Newest first"})


class PaperCounts(Schema):
    """Units asked, by state."""

    awaited = fields.Int()
    submitted = fields.Int()
    late = fields.Int()
    missing = fields.Int()


class PaperList(Schema):
    revision = fields.Int(allow_none=True)
    plan_version = fields.Int()
    due = fields.AwareDateTime(allow_none=True, metadata={"description": "Null: no papers are asked for"})
    provisional = fields.Bool()
    counts = fields.Nested(PaperCounts)
    items = fields.List(fields.Nested(PaperRow))

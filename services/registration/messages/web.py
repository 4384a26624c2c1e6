"""Routes of outgoing messages: how far they are; send a failed one again, cancel a waiting one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from services.registration.delegates.access import own_unit
from services.registration.delegates.schemas import key_field
from services.registration.messages.commands import cancel_message, resend_message, start_sending
from services.registration.messages.model import (
    KINDS,
    LONGEST_REASON,
    PROBLEMS,
    STATES,
    UnknownMessage,
)
from services.registration.messages.queries import count_messages, get_message, list_messages, narrow
from services.registration.plan.queries import get_view
from shared.http.calls import Call, reads, writes
from shared.http.cursors import decode, encode
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem, prefers_english
from shared.revisions.following import current_revision

bp = Blueprint("messages", __name__, description="Messages to persons, and what became of them")


class MessagesQuery(Schema):
    state = fields.Str(load_default="", validate=validate.OneOf(["", *STATES]))
    kind = fields.Str(load_default="", validate=validate.OneOf(["", *KINDS]))
    unit = key_field(load_default="")
    cursor = fields.Str(load_default="", validate=validate.Length(max=2_000))
    limit = fields.Int(load_default=50, validate=validate.Range(min=1, max=500))


class MessageSchema(Schema):
    id = fields.UUID()
    kind = fields.Str(validate=validate.OneOf(KINDS))
    channel = fields.Str()
    person = fields.UUID()
    name = fields.Str(allow_none=True)
    unit = fields.Str()
    unit_name = fields.Str()
    group = fields.Str()
    group_name = fields.Str()
    invitation = fields.UUID(allow_none=True)
    revision = fields.Int()
    state = fields.Str(validate=validate.OneOf(STATES))
    attempts = fields.Int()
    problem = fields.Str(allow_none=True)
    problem_code = fields.Str(allow_none=True)
    detail = fields.Str(allow_none=True, metadata={"description": "What the carrier said"})
    subject = fields.Str(allow_none=True)
    created_at = fields.AwareDateTime()
    sent_at = fields.AwareDateTime(allow_none=True)
    changed_by = fields.Str()
    reason = fields.Str()


class MessageCounts(Schema):
    queued = fields.Int()
    sending = fields.Int()
    sent = fields.Int()
    failed = fields.Int()
    cancelled = fields.Int()


class MessagesSchema(Schema):
    channel = fields.Str(metadata={"description": "The notifier; `console` writes to nobody"})
    counts = fields.Nested(MessageCounts)
    items = fields.List(fields.Nested(MessageSchema))
    next = fields.Str(allow_none=True)


class ResendOrder(Schema):
    reason = fields.Str(
        required=True,
        validate=[
            validate.Length(min=1, max=LONGEST_REASON),
            validate.Regexp(
                r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]*\Z", error="Contains a control character."
            ),
        ],
    )


@bp.route("/conferences/<key>/messages")
@reads("names:read")
@bp.arguments(MessagesQuery, location="query")
@bp.response(200, MessagesSchema)
def get_messages(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """The newest first, with how many are in which state."""
    view, unit = get_view(call.session, key), own_unit(call, given["unit"])
    wanted = narrow(view, state=given["state"], kind=given["kind"], unit=unit)
    before = _position(given["cursor"])
    items, following = list_messages(call.session, wanted, limit=given["limit"], before=before)
    return {
        "channel": call.context.outgoing.plugin.name,
        "counts": count_messages(call.session, narrow(view, kind=given["kind"], unit=unit)),
        "items": [_shown(item) for item in items],
        "next": encode({"i": str(following)}) if following else None,
    }


@bp.route("/messages/<uuid:message>:resend", methods=["POST"])
@writes("names:write")
@bp.arguments(ResendOrder)
@bp.response(200, MessageSchema)
def post_resend(call: Call, given: dict[str, Any], message: UUID) -> dict[str, Any]:
    """Send a message that failed once more, under the same Message-ID."""
    found = _find(call, message)
    resend_message(call.session, message, call.actor.name, given["reason"].strip())
    conference = found["conference"]
    start_sending(call.session, conference, current_revision(call.session, conference))
    return _shown(get_message(call.session, message))


@bp.route("/messages/<uuid:message>:cancel", methods=["POST"])
@writes("names:write")
@bp.response(200, MessageSchema)
def post_cancel(call: Call, message: UUID) -> dict[str, Any]:
    """Do not send a message that still waits."""
    _find(call, message)
    cancel_message(call.session, message, call.actor.name)
    return _shown(get_message(call.session, message))


def _find(call: Call, message: UUID) -> dict[str, Any]:
    """Raises UnknownMessage, also for one of another unit than the caller's."""
    found = get_message(call.session, message)
    if call.actor.unit not in (None, found["unit"]):
        raise UnknownMessage
    return found


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    problem = PROBLEMS.get(item["problem"] or "")
    text = (problem.en if prefers_english() else problem.vi) if problem else None
    return {
        **item,
        "person": item["person_id"],
        "invitation": item["invitation_id"],
        "problem": text,
        "problem_code": item["problem"],
    }


def _position(cursor: str) -> UUID | None:
    position = decode(cursor)
    if position is None:
        return None
    try:
        return UUID(str(position["i"]))
    except (KeyError, ValueError):
        error = FieldError(
            "/query/cursor", "invalid-value", "Con trỏ trang không đúng", "Not a cursor of this list"
        )
        raise Problem(INVALID, errors=[error]) from None

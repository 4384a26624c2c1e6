"""Answering by link, without signing in; making and revoking links."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate

from services.registration.answers.commands import answer_invitation, make_link, revoke_links
from services.registration.answers.model import ANSWERS, LONGEST_NOTE, Invitation
from services.registration.answers.queries import get_invitation, has_answered_elsewhere, unit_key_of
from services.registration.people.model import UnknownDelegate
from services.registration.plan.model import local_time
from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint

bp = Blueprint("answers", __name__, description="Links to answer an invitation by, and the answers")


def check_note(text: str) -> None:
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\r\t" for char in text):
        raise ValidationError("Contains a control character.")


class AnswerSchema(Schema):
    answer = fields.Str(required=True, validate=validate.OneOf(ANSWERS))
    note = fields.Str(load_default="", validate=[validate.Length(max=LONGEST_NOTE), check_note])


class InvitationSchema(Schema):
    """What the link shows: the delegate's own name and place, and the answer so far."""

    conference = fields.Str()
    title = fields.Str()
    name = fields.Str()
    group_name = fields.Str()
    unit_name = fields.Str()
    site_name = fields.Str(allow_none=True)
    room = fields.Str(allow_none=True)
    address = fields.Str(allow_none=True)
    starts_at = fields.AwareDateTime(allow_none=True)
    answer = fields.Str(allow_none=True)
    note = fields.Str(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    state = fields.Str(validate=validate.OneOf(["open", "closed", "not-current"]))
    asked_again = fields.Bool(metadata={"description": "They answered for another place or time before"})


class LinkSchema(Schema):
    url = fields.Url(require_tld=False)
    expires_at = fields.AwareDateTime()


@bp.route("/rsvp/<token>")
@reads(None)
@bp.response(200, InvitationSchema)
def get_rsvp(call: Call, token: str) -> dict[str, Any]:
    """What the link is for. Looking never answers."""
    invitation = get_invitation(call.session, call.context.links.open(token))
    shown = _shown(invitation, invitation.answer, invitation.note, invitation.answered_at)
    return {**shown, "asked_again": has_answered_elsewhere(call.session, invitation)}


@bp.route("/rsvp/<token>", methods=["POST"])
@writes(None)
@bp.arguments(AnswerSchema)
@bp.response(200, InvitationSchema)
def post_rsvp(call: Call, given: dict[str, Any], token: str) -> dict[str, Any]:
    """Accept or decline, as often as wanted; the same answer again changes nothing."""
    link = call.context.links.open(token)
    answer, note = given["answer"], given["note"]
    invitation, at = answer_invitation(call.session, link, answer, note, call.now)
    return _shown(invitation, answer, note, at)


@bp.route("/delegates/<uuid:place>/rsvp-link", methods=["POST"])
@writes("names:write")
@bp.response(200, LinkSchema)
def post_link(call: Call, place: UUID) -> dict[str, Any]:
    """A link that answers for this delegate, good for 30 days."""
    _check_unit(call, place)
    url, expires_at = call.context.links.make(make_link(call.session, place))
    return {"url": url, "expires_at": expires_at}


@bp.route("/delegates/<uuid:place>/rsvp-link", methods=["DELETE"])
@writes("names:write")
@bp.response(204)
def delete_link(call: Call, place: UUID) -> None:
    """Revoke all links of this place."""
    _check_unit(call, place)
    revoke_links(call.session, place)


def _check_unit(call: Call, place: UUID) -> None:
    """Raises UnknownDelegate for a place that is not the caller's to see."""
    unit = unit_key_of(call.session, place)
    if unit is None or call.actor.unit not in (None, unit):
        raise UnknownDelegate


def _shown(
    invitation: Invitation, answer: str | None, note: str | None, answered_at: datetime | None
) -> dict[str, Any]:
    return {
        "conference": invitation.conference,
        "title": invitation.title,
        "name": invitation.name,
        "group_name": invitation.group_name,
        "unit_name": invitation.unit_name,
        "site_name": invitation.site_name,
        "room": invitation.room,
        "address": invitation.address,
        "starts_at": local_time(invitation.moment, invitation.timezone),
        "answer": answer,
        "note": note,
        "answered_at": answered_at,
        "state": invitation.state,
    }

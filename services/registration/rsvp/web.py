"""Answering by link, without signing in: accept, decline, send somebody; making and revoking links."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.registration.answers.commands import answer_invitation, make_link, revoke_links
from services.registration.answers.model import (
    ANSWERS,
    LONGEST_NOTE,
    STANDINGS,
    Answer,
    Invitation,
    Link,
    LinkExpired,
    PlaceClosed,
)
from services.registration.answers.queries import get_invitation, has_answered_elsewhere, unit_key_of
from services.registration.answers.waiting import positions
from services.registration.delegates.model import PlaceRefused
from services.registration.delegates.persons import read_person, refused
from services.registration.delegates.substituting import substitute_by_link
from services.registration.door.badges import SVG
from services.registration.people.model import UnknownDelegate
from services.registration.plan.model import local_time
from services.registration.plan.queries import get_view
from services.registration.rsvp.queries import Handover, find_handover
from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint

SUBSTITUTED = "substituted"

bp = Blueprint("answers", __name__, description="Links to answer an invitation by, and the answers")


def check_note(text: str) -> None:
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\r\t" for char in text):
        raise ValidationError("Contains a control character.")


class SubstituteSchema(Schema):
    """Who comes instead."""

    name = fields.Str(required=True)
    position = fields.Str(load_default=None, allow_none=True)
    phone = fields.Str(load_default=None, allow_none=True)
    email = fields.Str(load_default=None, allow_none=True)


class AnswerSchema(Schema):
    answer = fields.Str(required=True, validate=validate.OneOf((*ANSWERS, SUBSTITUTED)))
    substitute = fields.Nested(SubstituteSchema, load_default=None, allow_none=True)
    note = fields.Str(load_default="", validate=[validate.Length(max=LONGEST_NOTE), check_note])

    @validates_schema
    def check_substitute(self, data: dict[str, Any], **_options: Any) -> None:
        if (data.get("answer") == SUBSTITUTED) != (data.get("substitute") is not None):
            raise ValidationError("With “substituted”, and only then, say who comes.", "substitute")


class LinkSchema(Schema):
    url = fields.Url(require_tld=False)
    expires_at = fields.AwareDateTime()


class HandoverSchema(Schema):
    name = fields.Str(allow_none=True, metadata={"description": "Null unless sent by this link"})
    at = fields.AwareDateTime()


class WaitingSchema(Schema):
    """Where somebody stands on the waiting list of the site; `position` 1 is the first to be let in."""

    position = fields.Int()
    of = fields.Int()


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
    answer = fields.Str(
        allow_none=True,
        validate=validate.OneOf(STANDINGS),
        metadata={"description": "“waiting”: they would come, and the site has no free seat for them yet"},
    )
    waiting = fields.Nested(WaitingSchema, allow_none=True)
    note = fields.Str(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    state = fields.Str(validate=validate.OneOf(["open", "closed", "not-current", "substituted", "finished"]))
    asked_again = fields.Bool(metadata={"description": "They answered for another place or time before"})
    substitute = fields.Nested(HandoverSchema, allow_none=True)


class AnsweredSchema(InvitationSchema):
    link = fields.Nested(
        LinkSchema, allow_none=True, metadata={"description": "For the substitute: it answers for the place"}
    )


@bp.route("/rsvp/<token>")
@reads(None)
@bp.response(200, InvitationSchema)
def get_rsvp(call: Call, token: str) -> dict[str, Any]:
    """What the link is for. Looking never answers."""
    link = call.context.links.open(token)
    try:
        invitation = get_invitation(call.session, link)
    except LinkExpired:
        handover = find_handover(call.session, link)
        if handover is None:
            raise
        return _handed_over(handover)
    shown = _shown(invitation, _position(call, invitation))
    return {**shown, "asked_again": has_answered_elsewhere(call.session, invitation)}


@bp.route("/rsvp/<token>", methods=["POST"])
@writes(None)
@bp.arguments(AnswerSchema)
@bp.response(200, AnsweredSchema)
@bp.alt_response(
    202, schema=AnsweredSchema, description="No seat is free: the answer is “waiting”, not “accepted”"
)
def post_rsvp(call: Call, given: dict[str, Any], token: str) -> dict[str, Any] | tuple[dict[str, Any], int]:
    """Accept or decline, as often as wanted; or send somebody, after which this link has ended.

    Who accepts when the site is full waits for a seat, in the order of asking. The first of them gets the
    next free seat by itself, and is told; declining leaves the list. Who is sent takes over the seat, or
    the turn on the list, of who sends them.
    """
    link = call.context.links.open(token)
    answer, note = given["answer"], given["note"]
    if answer == SUBSTITUTED:
        return _send(call, link, given["substitute"], note)
    return _answer(call, link, answer, note)


@bp.route("/rsvp/<token>/badge.svg")
@reads(None)
@bp.response(200, content_type=SVG)
def get_rsvp_badge(call: Call, token: str) -> Response:
    """The QR code to be checked in with."""
    invitation = get_invitation(call.session, call.context.links.open(token))
    if invitation.site_id is None:
        raise PlaceClosed
    return Response(call.context.badges.svg(invitation.person), content_type=SVG)


def _answer(call: Call, link: Link, answer: Answer, note: str) -> dict[str, Any] | tuple[dict[str, Any], int]:
    done = answer_invitation(call.session, link, answer, note, call.now)
    now = replace(done.invitation, answer=done.answer, note=note, answered_at=done.at)
    position = _position(call, now)
    shown = {**_shown(now, position), "asked_again": False, "link": None}
    return shown if position is None else (shown, 202)


def _position(call: Call, invitation: Invitation) -> dict[str, int] | None:
    """On the waiting list; None for who does not wait."""
    if invitation.answer != "waiting":
        return None
    view = get_view(call.session, invitation.conference, invitation.revision)
    position, of = positions(call.session, view, [invitation.person])[invitation.person]
    return {"position": position, "of": of}


def _send(call: Call, link: Link, substitute: dict[str, Any], note: str) -> dict[str, Any]:
    facts = read_person(substitute, "substitute")
    try:
        given = substitute_by_link(call.session, link, facts, note, call.now)
    except PlaceRefused as error:
        raise refused({f"substitute/{error.field}": error.flaw}) from None
    handover = find_handover(call.session, link)
    assert handover is not None, "it was just made"
    url, expires_at = call.context.links.make(given)
    return {**_handed_over(handover), "link": {"url": url, "expires_at": expires_at}}


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


def _handed_over(handover: Handover) -> dict[str, Any]:
    """The place as its former holder may see it: nothing of what the substitute answered."""
    return {
        **_shown(replace(handover.invitation, answer=None, note=None, answered_at=None), None),
        "name": handover.name,
        "state": "substituted",
        "asked_again": False,
        "substitute": {"name": handover.substitute, "at": handover.at},
    }


def _shown(invitation: Invitation, waiting: dict[str, int] | None) -> dict[str, Any]:
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
        "answer": invitation.answer,
        "waiting": waiting,
        "note": invitation.note,
        "answered_at": invitation.answered_at,
        "state": invitation.state,
        "substitute": None,
    }

"""Routes of the door: check in, take back, who came last, badges."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.registration.answers.queries import get_place_invitation
from services.registration.door.badges import LONGEST_CODE, SVG, Badges
from services.registration.door.commands import Clerk, check_in, undo_check_in
from services.registration.door.model import AHEAD, EARLIEST, MOST_ITEMS, OUTCOMES, Guest, Item, Result
from services.registration.door.queries import count_present, list_latest
from services.registration.people.model import UnknownDelegate
from services.registration.plan.model import KEY
from services.registration.plan.queries import get_view
from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem

bp = Blueprint("door", __name__, description="Check-in at the door")


def _site(**kwargs: Any) -> fields.Str:
    return fields.Str(validate=validate.Regexp(f"^({KEY.pattern})?$", error="Not a key."), **kwargs)


class ScanSchema(Schema):
    """One scan. `id`: the device's own; the same one may be sent again. One of code, place and person."""

    id = fields.UUID(required=True)
    code = fields.Str(validate=validate.Length(max=LONGEST_CODE))
    place = fields.UUID()
    person = fields.UUID()
    at = fields.AwareDateTime(
        load_default=None, metadata={"description": "When; now if absent. May be long ago, not in the future"}
    )
    site = _site(
        load_default="", metadata={"description": "The door's site: guests of others are sent there"}
    )

    @validates_schema
    def check_one(self, data: dict[str, Any], **_options: Any) -> None:
        if sum(name in data for name in ("code", "place", "person")) != 1:
            raise ValidationError("Give one of code, place and person.", "code")


class ScansSchema(Schema):
    items = fields.List(
        fields.Nested(ScanSchema), required=True, validate=validate.Length(min=1, max=MOST_ITEMS)
    )

    @validates_schema
    def check_ids(self, data: dict[str, Any], **_options: Any) -> None:
        ids = [item["id"] for item in data.get("items", [])]
        if len(set(ids)) < len(ids):
            raise ValidationError("An id stands twice.", "items")


class GuestSchema(Schema):
    place = fields.UUID(allow_none=True)
    person = fields.UUID(allow_none=True)
    name = fields.Str(allow_none=True)
    position = fields.Str(allow_none=True)
    group_name = fields.Str(allow_none=True)
    unit_name = fields.Str(allow_none=True)
    site = fields.Str(allow_none=True)
    site_name = fields.Str(allow_none=True)
    at = fields.AwareDateTime(allow_none=True)


class ScanResultSchema(GuestSchema):
    """`elsewhere`: they are expected at `site`. `duplicate`: they came at `at` already."""

    id = fields.UUID()
    outcome = fields.Str(validate=validate.OneOf(OUTCOMES))
    declined = fields.Bool(metadata={"description": "They had declined, and came"})
    waiting = fields.Bool(metadata={"description": "They wait for a seat: the site is full"})


class ScanResultsSchema(Schema):
    items = fields.List(fields.Nested(ScanResultSchema))


class UndoCheckInSchema(Schema):
    place = fields.UUID(required=True)
    reason = fields.Str(required=True, validate=validate.Length(min=1, max=500))


class PresentQuery(Schema):
    site = _site(load_default="")
    limit = fields.Int(load_default=10, validate=validate.Range(min=1, max=100))


class PresentSchema(Schema):
    revision = fields.Int(allow_none=True)
    named = fields.Int()
    checked_in = fields.Int()
    items = fields.List(fields.Nested(GuestSchema))


@bp.route("/conferences/<key>/check-ins", methods=["POST"])
@writes("door:write")
@bp.arguments(ScansSchema)
@bp.response(200, ScanResultsSchema)
def post_check_ins(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Check people in by code, place or person; a result for each item, in their order."""
    items = [_item(call, number, item) for number, item in enumerate(given["items"])]
    names = "names:read" in call.actor.scopes
    results = check_in(call.session, key, items, _clerk(call))
    return {"items": [_result(result, names=names) for result in results]}


@bp.route("/conferences/<key>/check-ins:undo", methods=["POST"])
@writes("door:write")
@bp.arguments(UndoCheckInSchema)
@bp.response(200, GuestSchema)
def post_undo(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Take a check-in back; it stays on record, with the reason."""
    guest = undo_check_in(call.session, key, given["place"], given["reason"], _clerk(call), call.now)
    return _guest(guest, names="names:read" in call.actor.scopes)


@bp.route("/conferences/<key>/check-ins")
@reads("names:read")
@bp.arguments(PresentQuery, location="query")
@bp.response(200, PresentSchema)
def get_check_ins(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """How many came of how many, and who came last; of one site, or of all."""
    view, site = get_view(call.session, key), given["site"] or None
    unit = call.actor.unit
    items = list_latest(call.session, view, site, unit, given["limit"])
    return {"revision": view.revision, "items": items, **count_present(call.session, view, site, unit)}


@bp.route("/delegates/<uuid:place>/badge.svg")
@reads("names:read")
@bp.response(200, content_type=SVG)
def get_badge(call: Call, place: UUID) -> Response:
    """The QR code with which the person of this place is checked in."""
    invitation = get_place_invitation(call.session, place)
    if invitation is None or call.actor.unit not in (None, invitation.unit):
        raise UnknownDelegate
    badges: Badges = call.context.badges
    return Response(badges.svg(invitation.person), content_type=SVG)


def _item(call: Call, number: int, given: dict[str, Any]) -> Item:
    """Raises Problem 422 for a moment that is still to come, or that no device means."""
    at = given["at"] or call.now
    if at > call.now + AHEAD:
        raise _refused(number, "in-the-future", "Thời điểm này chưa đến", "This moment is still to come")
    if at < EARLIEST:
        raise _refused(number, "too-early", "Thời điểm này quá sớm", "This moment is too early")
    code = given.get("code")
    person = call.context.badges.read(code) if code is not None else given.get("person")
    return Item(given["id"], at, given.get("place"), person, given["site"] or None)


def _refused(number: int, code: str, vi: str, en: str) -> Problem:
    return Problem(INVALID, errors=[FieldError(f"/items/{number}/at", code, vi, en)])


def _clerk(call: Call) -> Clerk:
    return Clerk(call.actor.subject, call.actor.unit)


def _result(result: Result, *, names: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"id": result.id, "outcome": result.outcome, "declined": False, "waiting": False}
    if result.guest is None:
        return told | dict.fromkeys(GuestSchema().fields)
    answered = {name: result.guest.answer == name for name in ("declined", "waiting")}
    return {**told, **_guest(result.guest, names=names), **answered, "at": result.at}


def _guest(guest: Guest, *, names: bool) -> dict[str, Any]:
    return {
        "place": guest.place,
        "person": guest.person,
        "name": guest.name if names else None,
        "position": guest.position if names else None,
        "group_name": guest.group_name,
        "unit_name": guest.unit_name,
        "site": guest.site,
        "site_name": guest.site_name,
        "at": guest.at,
    }

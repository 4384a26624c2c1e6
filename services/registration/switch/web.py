"""Routes of a switch: changes, placements for the other services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog
from flask import Response
from marshmallow import Schema, fields, validate

from services.registration.delegates.access import own_unit
from services.registration.delegates.schemas import key_field, revision_field
from services.registration.door.badges import Badges
from services.registration.invitations.model import Selection
from services.registration.invitations.queries import count_invitations
from services.registration.plan.queries import get_view
from services.registration.switch.placements import CHANGES, stream_placements
from services.registration.switch.queries import get_switch, list_changes, list_groups
from shared.http.calls import Call, reads, wiring
from shared.http.inputs import Blueprint
from shared.sheets.writing import write_ndjson

bp = Blueprint("registration_switch", __name__, description="What a switch changes for persons")

_log = structlog.get_logger(__name__)


class PlaceChanges(Schema):
    group = fields.Str()
    group_name = fields.Str()
    from_site_name = fields.Str(allow_none=True)
    site_name = fields.Str(allow_none=True)
    units = fields.Int()
    places_added = fields.Int()
    places_moved = fields.Int()
    places_withdrawn = fields.Int()
    named_added = fields.Int(allow_none=True)
    named_moved = fields.Int(allow_none=True)
    named_withdrawn = fields.Int(allow_none=True)


class ChangeLine(PlaceChanges):
    """The persons of a line are null where there are more lines than are shown: see `groups`."""

    from_site = fields.Str(allow_none=True)
    site = fields.Str(allow_none=True)


class GroupLine(PlaceChanges):
    """Named are the first of the sites that places leave, and of those that they go to."""

    from_sites = fields.Int(metadata={"description": "How many sites places leave"})
    sites = fields.Int(metadata={"description": "How many sites they go to"})


class InvitationChanges(Schema):
    """What adopting the revision asks to do with invitations, seen from those that were issued."""

    to_issue = fields.Int()
    to_replace = fields.Int()
    to_withdraw = fields.Int()
    issued = fields.Int(metadata={"description": "Issued ones that stay as they are"})


class ChangesSchema(Schema):
    revision = fields.Int()
    base = fields.Int(allow_none=True)
    invitations = fields.Nested(InvitationChanges)
    groups = fields.List(fields.Nested(GroupLine))
    items = fields.List(fields.Nested(ChangeLine), metadata={"description": "The first 500 by site"})


class RevisionQuery(Schema):
    revision = revision_field()


class PlacementQuery(RevisionQuery):
    group = key_field(load_default="")
    unit = key_field(load_default="")
    change = fields.Str(load_default="", validate=validate.OneOf(["", *CHANGES]))


@bp.route("/conferences/<key>/revisions/<int:number>/changes")
@reads("plan:read", patient=True)
@bp.response(200, ChangesSchema)
def get_changes(call: Call, key: str, number: int) -> dict[str, Any]:
    """Places and persons that the revision adds, moves and withdraws, by group and site."""
    view = get_view(call.session, key, number)
    switch = get_switch(call.session, view)
    found = count_invitations(call.session, view, Selection())
    return {
        "revision": number,
        "base": switch.base,
        "invitations": {state: count["routes"] for state, count in found.items()},
        "groups": list_groups(call.session, switch),
        "items": list_changes(call.session, switch),
    }


@bp.route("/conferences/<key>/placements")
@reads("names:read")
@bp.arguments(PlacementQuery, location="query")
@bp.response(200, content_type="application/x-ndjson")
def get_placements(call: Call, given: dict[str, Any], key: str) -> Response:
    """Who sits where, one JSON object a line; with `change`, whom the revision adds, moves or withdraws."""
    switch = get_switch(call.session, get_view(call.session, key, given["revision"]))
    given["unit"] = own_unit(call, given["unit"])
    wanted = {name: given[name] for name in ("group", "unit", "change") if given[name]}
    _log.info("names_read", actor=call.actor.subject, conference=key, revision=switch.view.revision, **wanted)
    database, badges = wiring().database, call.context.badges

    def stream() -> Iterator[bytes]:
        with database.read(patient=True) as session:
            yield from write_ndjson(_with_codes(stream_placements(session, switch, wanted), badges))

    return Response(stream(), content_type="application/x-ndjson")


def _with_codes(items: Iterator[dict[str, Any]], badges: Badges) -> Iterator[dict[str, Any]]:
    """Each with the code of the badge, which invitations bear."""
    return ({**item, "check_in_code": badges.code(item["person"])} for item in items)

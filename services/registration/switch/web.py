"""Routes of a switch: changes, headcounts, placements for the other services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog
from flask import Response
from marshmallow import Schema, fields, validate

from services.registration.delegates.access import own_unit
from services.registration.delegates.schemas import key_field, revision_field
from services.registration.files.exporting import write_ndjson
from services.registration.plan.queries import get_view
from services.registration.switch.placements import CHANGES, stream_placements
from services.registration.switch.queries import get_switch, list_changes, list_headcounts
from shared.http.calls import Call, reads, wiring
from shared.http.inputs import Blueprint

bp = Blueprint(
    "registration_switch", __name__, description="What a switch changes for persons, and headcounts"
)

_log = structlog.get_logger(__name__)


class ChangeLine(Schema):
    group = fields.Str()
    group_name = fields.Str()
    from_site = fields.Str(allow_none=True)
    from_site_name = fields.Str(allow_none=True)
    site = fields.Str(allow_none=True)
    site_name = fields.Str(allow_none=True)
    units = fields.Int()
    places_added = fields.Int()
    places_moved = fields.Int()
    places_withdrawn = fields.Int()
    named_added = fields.Int()
    named_moved = fields.Int()
    named_withdrawn = fields.Int()


class ChangesSchema(Schema):
    revision = fields.Int()
    base = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(ChangeLine))


class Figures(Schema):
    seats = fields.Int()
    capacity = fields.Int(allow_none=True)
    named = fields.Int()
    accepted = fields.Int()
    declined = fields.Int()
    unanswered = fields.Int()


class HeadcountLine(Figures):
    site = fields.Str()
    site_name = fields.Str()


class HeadcountsSchema(Schema):
    revision = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(HeadcountLine))
    totals = fields.Nested(Figures)


class RevisionQuery(Schema):
    revision = revision_field()


class PlacementQuery(RevisionQuery):
    group = key_field(load_default="")
    unit = key_field(load_default="")
    change = fields.Str(load_default="", validate=validate.OneOf(["", *CHANGES]))


@bp.route("/conferences/<key>/revisions/<int:number>/changes")
@reads("plan:read")
@bp.response(200, ChangesSchema)
def get_changes(call: Call, key: str, number: int) -> dict[str, Any]:
    """Places and persons that the revision adds, moves and withdraws, by group and site."""
    switch = get_switch(call.session, get_view(call.session, key, number))
    return {"revision": number, "base": switch.base, "items": list_changes(call.session, switch)}


@bp.route("/conferences/<key>/headcounts")
@reads("plan:read")
@bp.arguments(RevisionQuery, location="query")
@bp.response(200, HeadcountsSchema)
def get_headcounts(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Seats, persons and answers of each site of the current, or another prepared, revision."""
    view = get_view(call.session, key, given["revision"])
    items = list_headcounts(call.session, view)
    totals = {name: sum(item[name] or 0 for item in items) for name in Figures().fields}
    return {"revision": view.revision, "items": items, "totals": totals}


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
    database = wiring().database

    def stream() -> Iterator[bytes]:
        with database.read() as session:
            yield from write_ndjson(stream_placements(session, switch, wanted))

    return Response(stream(), content_type="application/x-ndjson")

"""Routes of venue: plugins, sites, the board, what a revision changes."""

from __future__ import annotations

import json
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields
from sqlalchemy import Row

from services.venue import queries
from services.venue.tables import site_id
from shared.http.calls import Call, reads
from shared.http.inputs import Blueprint, RevisionWanted
from shared.http.problems import ProblemType
from shared.revisions.following import UNKNOWN_REVISION, UnknownRevision, current_revision, get_prepared

bp = Blueprint("venue", __name__, description="Venue plugins, layouts, sites")

PROBLEMS: dict[type[Exception], ProblemType] = {
    UnknownRevision: UNKNOWN_REVISION,
}


class SiteSchema(Schema):
    id = fields.UUID()
    key = fields.Str()
    name = fields.Str()
    kind = fields.Str()
    unit = fields.Str(allow_none=True)
    room = fields.Str()
    address = fields.Str()
    capacity = fields.Int(allow_none=True)
    seats = fields.Int()
    over = fields.Int()


class BoardSite(SiteSchema):
    line_test = fields.Str()
    tested_at = fields.AwareDateTime(allow_none=True)


class SiteList(Schema):
    revision = fields.Int(allow_none=True)
    option = fields.Str(allow_none=True)
    items = fields.List(fields.Nested(SiteSchema))


class Board(Schema):
    revision = fields.Int(allow_none=True)
    option = fields.Str(allow_none=True)
    starts_at = fields.Str(allow_none=True)
    items = fields.List(fields.Nested(BoardSite))


class SiteChanges(Schema):
    revision = fields.Int()
    base = fields.Int(allow_none=True)
    opened = fields.List(fields.Nested(SiteSchema))
    closed = fields.List(fields.Nested(SiteSchema))
    kept = fields.Int()
    overruns = fields.List(fields.Nested(SiteSchema))


@bp.route("/plugins")
@reads("plan:read")
def get_plugins(call: Call) -> dict[str, Any]:
    """Loaded venue plugins with their settings as JSON schema, and those refused, with the reason."""
    loaded = call.context.loaded
    return {
        "items": [
            {
                "name": plugin.name,
                "contract": plugin.contract,
                "places": sorted(plugin.places),
                "settings_schema": _json_schema(plugin.settings_schema),
            }
            for plugin in loaded.by_name.values()
        ],
        "refused": [
            {"name": r.name, "distribution": r.distribution, "reason": r.reason} for r in loaded.refused
        ],
    }


@bp.route("/conferences/<key>/sites")
@reads("plan:read")
@bp.arguments(RevisionWanted, location="query")
@bp.response(200, SiteList)
def get_sites(call: Call, wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """Sites of a revision, in layout order; none before the first decision."""
    return _list(call, key, wanted.get("revision"), _site)


@bp.route("/conferences/<key>/board")
@reads("plan:read")
@bp.arguments(RevisionWanted, location="query")
@bp.response(200, Board)
def get_board(call: Call, wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """Sites with the state of their line test; what was not tested is never shown as fine."""
    board = _list(call, key, wanted.get("revision"), _board_site)
    return {**board, "starts_at": _starts_at(call, key, board["revision"])}


@bp.route("/conferences/<key>/revisions/<int:number>/changes")
@reads("plan:read")
@bp.response(200, SiteChanges)
def get_changes(call: Call, key: str, number: int) -> dict[str, Any]:
    """Sites opened and closed against the base, and where seats exceed the capacity."""
    revision = get_prepared(call.session, key, number)
    old, new = revision.base_layout_id, revision.layout_id
    return {
        "revision": number,
        "base": revision.base,
        "opened": [_site(key, row) for row in queries.list_missing(call.session, new, old)],
        "closed": [_site(key, row) for row in queries.list_missing(call.session, old, new)],
        "kept": (revision.counts or {})["sites_kept"],
        "overruns": [_site(key, row) for row in queries.list_overruns(call.session, new)],
    }


def _list(call: Call, key: str, number: int | None, shown: Any) -> dict[str, Any]:
    if number is None and current_revision(call.session, key) is None:
        if queries.newest_plan(call.session, key) is None:
            raise UnknownRevision(None)
        return {"revision": None, "option": None, "items": []}
    revision = get_prepared(call.session, key, number)
    rows = queries.list_sites(call.session, revision.layout_id)
    return {
        "revision": revision.number,
        "option": revision.option,
        "items": [shown(key, row) for row in rows],
    }


def _starts_at(call: Call, key: str, number: int | None) -> str | None:
    """By the revision's own plan version; before the first decision, by the newest."""
    if number is None:
        plan = queries.newest_plan(call.session, key)
    else:
        plan = queries.get_plan(call.session, key, get_prepared(call.session, key, number).plan_version)
    start: str | None = plan.head["starts_at"] if plan is not None else None
    return start


def _site(conference: str, row: Row[Any]) -> dict[str, Any]:
    over = max(0, row.seats - row.capacity) if row.capacity is not None else 0
    return {**row._mapping, "id": site_id(conference, row.key), "over": over}


def _board_site(conference: str, row: Row[Any]) -> dict[str, Any]:
    state = "not_tested" if row.line_test else "not_required"
    return {**_site(conference, row), "line_test": state, "tested_at": None}


def _json_schema(schema: type[Schema]) -> dict[str, Any]:
    """A JSON Schema that stands alone: apispec points into an OpenAPI document."""
    spec = APISpec("settings", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    spec.components.schema("Settings", schema=schema)
    text = json.dumps(spec.to_dict()["components"]["schemas"])
    return {
        "$defs": json.loads(text.replace("#/components/schemas/", "#/$defs/")),
        "$ref": "#/$defs/Settings",
    }

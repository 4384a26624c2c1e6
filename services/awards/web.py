"""Routes of awards: where they are presented, and what a revision does to that."""

from __future__ import annotations

from collections import Counter
from typing import Any

from marshmallow import Schema, fields

from services.awards import queries
from shared.http.calls import Call, reads
from shared.http.inputs import Blueprint, RevisionWanted
from shared.http.problems import ProblemType
from shared.revisions.following import UNKNOWN_REVISION, UnknownRevision, current_revision, get_prepared

bp = Blueprint("awards", __name__, description="Awards and their presentation")

PROBLEMS: dict[type[Exception], ProblemType] = {
    UnknownRevision: UNKNOWN_REVISION,
}


class PresentationSchema(Schema):
    unit = fields.Str()
    unit_name = fields.Str()
    kind = fields.Str()
    count = fields.Int()
    site = fields.Str(allow_none=True)


class PresentationChange(PresentationSchema):
    from_site = fields.Str(allow_none=True)
    change = fields.Str()
    provisional = fields.Bool()


class PresentationList(Schema):
    revision = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(PresentationSchema))


class PresentationChanges(Schema):
    revision = fields.Int()
    base = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(PresentationChange))


@bp.route("/conferences/<key>/presentations")
@reads("plan:read")
@bp.arguments(RevisionWanted, location="query")
@bp.response(200, PresentationList)
def get_presentations(call: Call, wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """Quota slots by unit, kind and site in the order of presentation; `site` null: deferred.

    None before the first decision.
    """
    number = wanted.get("revision")
    if number is None and current_revision(call.session, key) is None and queries.is_known(call.session, key):
        return {"revision": None, "items": []}
    revision = get_prepared(call.session, key, number)
    names = queries.unit_names(call.session, key, revision.plan_version)
    items = [
        {"unit": unit, "unit_name": names[unit], "kind": kind, "site": site, "count": count}
        for (unit, kind), sites in queries.placement_of(call.session, revision).items()
        for site, count in Counter(sites).items()
    ]
    return {"revision": revision.number, "items": items}


@bp.route("/conferences/<key>/revisions/<int:number>/changes")
@reads("plan:read")
@bp.response(200, PresentationChanges)
def get_changes(call: Call, key: str, number: int) -> dict[str, Any]:
    """Presentations kept, moved and deferred against the base; provisional until nominations exist."""
    revision = get_prepared(call.session, key, number)
    names = queries.unit_names(call.session, key, revision.plan_version)
    items = [
        {
            "unit": change.unit,
            "unit_name": names[change.unit],
            "kind": change.kind,
            "count": count,
            "from_site": change.from_site,
            "site": change.site,
            "change": change.change,
            "provisional": True,
        }
        for change, count in queries.changes_of(call.session, revision).items()
    ]
    return {"revision": number, "base": revision.base, "items": items}

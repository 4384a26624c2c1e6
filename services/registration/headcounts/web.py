"""Routes of headcounts: computed, and reported by the sites."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.registration.headcounts.commands import report_headcount
from services.registration.headcounts.model import FIGURES, LARGEST_COUNT, UnknownSite
from services.registration.headcounts.queries import find_site, list_headcounts, list_reports
from services.registration.plan.model import LARGEST
from services.registration.plan.queries import get_view
from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint

bp = Blueprint("headcounts", __name__, description="How many people each site has")


class FiguresSchema(Schema):
    seats = fields.Int()
    capacity = fields.Int(allow_none=True)
    named = fields.Int()
    accepted = fields.Int()
    waiting = fields.Int(metadata={"description": "For a seat: the site is full"})
    declined = fields.Int()
    unanswered = fields.Int()
    expected = fields.Int(metadata={"description": "Named, and neither declined nor waiting"})
    checked_in = fields.Int()
    reported = fields.Int(allow_none=True, metadata={"description": "By the site itself"})


class HeadcountLine(FiguresSchema):
    site = fields.Str()
    site_name = fields.Str()
    unit = fields.Str(allow_none=True)
    reported_at = fields.AwareDateTime(allow_none=True)
    reported_by = fields.Str(allow_none=True)
    note = fields.Str(allow_none=True)
    difference = fields.Int(allow_none=True, metadata={"description": "Reported less expected"})


class HeadcountsSchema(Schema):
    revision = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(HeadcountLine))
    totals = fields.Nested(FiguresSchema)


class RevisionQuery(Schema):
    revision = fields.Int(load_default=None, validate=validate.Range(min=1, max=LARGEST))


class HeadcountReportSchema(Schema):
    count = fields.Int(required=True, strict=True, validate=validate.Range(min=0, max=LARGEST_COUNT))
    note = fields.Str(load_default="", validate=validate.Length(max=500))


class ComputedSchema(Schema):
    named = fields.Int()
    accepted = fields.Int()
    waiting = fields.Int(metadata={"description": "For a seat: the site is full"})
    declined = fields.Int()
    unanswered = fields.Int()
    expected = fields.Int()
    checked_in = fields.Int()


class PastHeadcountSchema(Schema):
    reported = fields.Int()
    note = fields.Str()
    computed = fields.Nested(ComputedSchema, metadata={"description": "As counted at that moment"})
    revision = fields.Int()
    at = fields.AwareDateTime()
    by_name = fields.Str()


class HeadcountReportsSchema(Schema):
    revision = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(PastHeadcountSchema))


@bp.route("/conferences/<key>/headcounts")
@reads("plan:read", patient=True)
@bp.arguments(RevisionQuery, location="query")
@bp.response(200, HeadcountsSchema)
def get_headcounts(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Seats, persons, answers and check-ins of each site of the current, or another prepared, revision."""
    view = get_view(call.session, key, given["revision"])
    items = list_headcounts(call.session, view)
    names = ("seats", "capacity", *FIGURES, "reported")
    totals = {name: sum(item[name] or 0 for item in items) for name in names}
    shown = [_seen(call, item) for item in items]
    return {"revision": view.revision, "items": shown, "totals": totals}


@bp.route("/conferences/<key>/headcounts/<site>:report", methods=["POST"])
@writes("names:write")
@bp.arguments(HeadcountReportSchema)
@bp.response(201, HeadcountLine)
def post_report(call: Call, given: dict[str, Any], key: str, site: str) -> dict[str, Any]:
    """The site's unit says how many people it has; earlier reports stay on record."""
    view = get_view(call.session, key)
    report_headcount(call.session, view, site, given["count"], given["note"].strip(), call.actor, call.now)
    found = find_site(call.session, view, site)
    return list_headcounts(call.session, view, found["site_id"] if found else 0)[0]


@bp.route("/conferences/<key>/headcounts/<site>/reports")
@reads("plan:read")
@bp.response(200, HeadcountReportsSchema)
def get_reports(call: Call, key: str, site: str) -> dict[str, Any]:
    """All reports of a site for the current start, the newest first; a unit's own site only."""
    view = get_view(call.session, key)
    found = find_site(call.session, view, site)
    if found is None or call.actor.unit not in (None, found["unit"]):
        raise UnknownSite
    items = list_reports(call.session, found["site_id"], view.moment)
    return {"revision": view.revision, "items": items}


def _seen(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    """A unit sees of the others how many they are, and not who said what about it."""
    if call.actor.unit in (None, item["unit"]):
        return item
    return {**item, "reported_by": None, "note": None}

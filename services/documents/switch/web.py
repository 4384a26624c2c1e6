"""What a revision does to papers and invitations."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.documents.plan.queries import count_routes
from services.documents.register.queries import count_issued
from services.documents.switch import queries
from shared.http.calls import Call, reads
from shared.http.inputs import Blueprint
from shared.revisions.following import get_prepared

bp = Blueprint("documents_switch", __name__, description="What a decision does to documents")

SHOWN_CHANGES = 500


class Totals(Schema):
    """Invitations in force before and after, and what the switch asks to do with them."""

    before = fields.Int()
    after = fields.Int()
    issue = fields.Int()
    replace = fields.Int()
    withdraw = fields.Int()


class InvitationChange(Schema):
    group = fields.Str()
    unit = fields.Str()
    from_site = fields.Str(allow_none=True)
    site = fields.Str(allow_none=True)
    seats = fields.Int()
    change = fields.Str()


class DocumentChanges(Schema):
    revision = fields.Int()
    base = fields.Int(allow_none=True)
    totals = fields.Nested(Totals)
    documents_issued = fields.Int()
    documents_to_replace = fields.Int()
    items = fields.List(fields.Nested(InvitationChange))


@bp.route("/conferences/<key>/revisions/<int:number>/changes")
@reads("plan:read")
@bp.response(200, DocumentChanges)
def get_changes(call: Call, key: str, number: int) -> dict[str, Any]:
    """Invitations to issue, replace and withdraw against the base; the first 500 one by one."""
    revision = get_prepared(call.session, key, number)
    counts = revision.counts or {}
    rows = queries.list_changes(call.session, revision, SHOWN_CHANGES)
    totals = {name: counts[f"invitations_to_{name}"] for name in queries.CHANGES}
    totals["before"] = count_routes(call.session, revision.base_layout_id)
    totals["after"] = count_routes(call.session, revision.layout_id)
    return {
        "revision": number,
        "base": revision.base,
        "totals": totals,
        "documents_issued": count_issued(call.session, key),
        "documents_to_replace": counts["documents_to_replace"],
        "items": [row._mapping for row in rows],
    }

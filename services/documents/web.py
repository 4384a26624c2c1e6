"""Routes of documents: which ones the option needs, and what a revision does to papers and invitations."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.documents import queries
from services.documents.model import TYPE_NAMES, UnknownConference
from shared.http.calls import Call, reads
from shared.http.inputs import Blueprint
from shared.http.problems import ProblemType
from shared.revisions.following import UNKNOWN_REVISION, UnknownRevision, get_prepared

bp = Blueprint("documents", __name__, description="Official documents")

SHOWN_CHANGES = 500

PROBLEMS: dict[type[Exception], ProblemType] = {
    UnknownConference: ProblemType(
        404, "unknown-conference", "Không có hội nghị «{conference}»", "No conference “{conference}”"
    ),
    UnknownRevision: UNKNOWN_REVISION,
}


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


class RequiredDocument(Schema):
    key = fields.Str()
    type = fields.Str()
    type_name = fields.Str()
    subject = fields.Str()
    drafted_by = fields.Str()
    drafted_by_name = fields.Str()
    to = fields.List(fields.Str())
    per = fields.Str(allow_none=True)


class RequiredDocuments(Schema):
    revision = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(RequiredDocument))


@bp.route("/conferences/<key>/documents")
@reads("plan:read")
@bp.response(200, RequiredDocuments)
def get_documents(call: Call, key: str) -> dict[str, Any]:
    """Documents that the current option needs, in plan order."""
    current, rows, names = queries.list_required(call.session, key)
    return {
        "revision": current.number if current is not None else None,
        "items": [
            {
                **row._mapping,
                "type_name": TYPE_NAMES.get(row.type, row.type),
                "drafted_by_name": names.get(row.drafted_by, row.drafted_by),
            }
            for row in rows
        ],
    }


@bp.route("/conferences/<key>/revisions/<int:number>/changes")
@reads("plan:read")
@bp.response(200, DocumentChanges)
def get_changes(call: Call, key: str, number: int) -> dict[str, Any]:
    """Invitations to issue, replace and withdraw against the base; the first 500 one by one."""
    revision = get_prepared(call.session, key, number)
    counts = revision.counts or {}
    rows = queries.list_changes(call.session, revision, SHOWN_CHANGES)
    totals = {name: counts[f"invitations_to_{name}"] for name in queries.CHANGES}
    totals["before"] = queries.count_routes(call.session, revision.base_layout_id)
    totals["after"] = queries.count_routes(call.session, revision.layout_id)
    return {
        "revision": number,
        "base": revision.base,
        "totals": totals,
        "documents_issued": queries.count_issued(call.session, key),
        "documents_to_replace": counts["documents_to_replace"],
        "items": [row._mapping for row in rows],
    }

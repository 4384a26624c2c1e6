"""Routes of official documents: what is required, one document, its life, its files, the register."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, request, send_file
from sqlalchemy import RowMapping

from services.documents.plan.model import UNNUMBERED, Requirement, in_force, type_name
from services.documents.plan.queries import PlanInForce, get_plan, list_requirements
from services.documents.register import commands, queries, schemas
from services.documents.register.files import last_job, rendered_file
from services.documents.register.model import (
    DRAFT,
    ISSUED,
    RECALLED,
    SUPERSEDED,
    UnknownDocument,
    code_of,
    is_outdated,
)
from services.documents.register.sheet import HEADINGS, WIDTHS, register_rows
from services.documents.typesetting.reading import read_document
from services.documents.typesetting.rendering import preview
from shared.http.calls import Call, check_if_match, reads, writes
from shared.http.downloads import DOCX, PDF, XLSX, stored_file, workbook
from shared.http.inputs import Blueprint
from shared.http.problems import FORBIDDEN, Problem
from shared.jobs.web import JobStarted

bp = Blueprint("documents", __name__, description="Official documents")

PUBLIC = (ISSUED, SUPERSEDED, RECALLED)


@bp.route("/conferences/<key>/documents")
@reads("plan:read")
@bp.response(200, schemas.RequiredDocuments)
def get_documents(call: Call, key: str) -> dict[str, Any]:
    """Documents that the current option needs, in plan order, each with its draft and what was issued;
    then what was issued and the option no longer needs. Somebody of one unit sees no drafts."""
    plan = get_plan(call.session, key)
    by_requirement: dict[str, list[RowMapping]] = {}
    for row in queries.list_documents(call.session, key):
        if _visible(call, row):
            by_requirement.setdefault(row["requirement"], []).append(row)
    every = list_requirements(call.session, key, plan.version)
    needed = in_force(every, plan.option)
    items = [_required(plan, one, by_requirement.pop(one.key, []), needed=True) for one in needed]
    items += [_no_longer_required(plan, rows) for rows in by_requirement.values()]
    return {"revision": plan.revision.number if plan.revision else None, "items": items}


@bp.route("/documents/<uuid:id>")
@reads("names:read")
@bp.response(200, schemas.DocumentDetail)
def get_document(call: Call, id: UUID) -> Any:
    """One document with its content and the files of its present version."""
    row = _shown(call, id)
    return _detail(call, row), 200, {"ETag": _etag(row)}


@bp.route("/documents/<uuid:id>", methods=["PATCH"])
@writes("documents:write", if_match="needed")
@bp.arguments(schemas.DraftChange)
@bp.response(200, schemas.DocumentDetail)
def patch_document(call: Call, changes: dict[str, Any], id: UUID) -> Any:
    """Rewrite parts of a draft; from then on no job writes over it. Needs If-Match."""
    draft = _held(call, id)
    check_if_match(_etag(draft).strip('"'))
    for part in {"sign", "agency"} & changes.keys():
        changes[part] = {**draft["content"][part], **changes[part]}
    row = commands.amend_draft(call.session, draft, changes, by=call.actor.name, now=call.now)
    return _detail(call, row), 200, {"ETag": _etag(row)}


@bp.route("/documents/<uuid:id>:issue", methods=["POST"])
@writes("documents:issue", if_match="taken")
@bp.arguments(schemas.IssueOrder)
@bp.response(200, schemas.DocumentDetail)
def post_issue(call: Call, order: dict[str, Any], id: UUID) -> Any:
    """Give a draft the next number of its register and a day; the final files follow in a job. With
    If-Match only as it was read."""
    draft = _held(call, id)
    if request.if_match:
        check_if_match(_etag(draft).strip('"'))
    today = _today(call, draft)
    day = order.get("issued_on") or today
    row = commands.issue_document(call.session, draft, day, today=today, by=call.actor.name, now=call.now)
    return _detail(call, row), 200, {"ETag": _etag(row)}


@bp.route("/documents/<uuid:id>:supersede", methods=["POST"])
@writes("documents:issue")
@bp.response(200, schemas.DocumentDetail)
def post_supersede(call: Call, id: UUID) -> Any:
    """A draft with the same text that replaces an issued document once it is issued itself."""
    issued = _held(call, id)
    row = commands.start_replacement(call.session, issued, by=call.actor.name, now=call.now)
    return _detail(call, row), 200, {"ETag": _etag(row)}


@bp.route("/documents/<uuid:id>:recall", methods=["POST"])
@writes("documents:issue")
@bp.arguments(schemas.RecallOrder)
@bp.response(200, schemas.DocumentDetail)
def post_recall(call: Call, order: dict[str, Any], id: UUID) -> Any:
    """Declare that an issued document no longer holds; its number stays taken."""
    issued = _held(call, id)
    reason = order["reason"].strip()
    row = commands.recall_document(call.session, issued, reason, by=call.actor.name, now=call.now)
    return _detail(call, row), 200, {"ETag": _etag(row)}


@bp.route("/documents/<uuid:id>:redraft", methods=["POST"])
@writes("documents:write")
@bp.response(202, JobStarted)
def post_redraft(call: Call, id: UUID) -> dict[str, Any]:
    """Compose a draft again from the plan; what people wrote into it is lost."""
    draft = _held(call, id)
    return {"job": commands.draft_anew(call.session, draft, by=call.actor.name, now=call.now)}


@bp.route("/documents/<uuid:id>:render", methods=["POST"])
@writes("documents:write")
@bp.response(202, JobStarted)
def post_render(call: Call, id: UUID) -> dict[str, Any]:
    """Make the Word file and the PDF of a document as it is now."""
    return {"job": commands.ask_for_files(call.session, _held(call, id))}


@bp.route("/documents/<uuid:id>.pdf")
@reads("names:read")
@bp.response(200, content_type=PDF)
def get_pdf(call: Call, id: UUID) -> Response:
    """The stored PDF of the present version; 409 `not-rendered` while there is none."""
    return _file(call, id, "pdf", PDF)


@bp.route("/documents/<uuid:id>.docx")
@reads("names:read")
@bp.response(200, content_type=DOCX)
def get_docx(call: Call, id: UUID) -> Response:
    """The stored Word file of the present version; 409 `not-rendered` while there is none."""
    return _file(call, id, "docx", DOCX)


@bp.route("/documents/<uuid:id>/preview.pdf")
@reads("names:read")
@bp.response(200, content_type=PDF)
def get_preview(call: Call, id: UUID) -> Response:
    """The document as a PDF at once; the final file may be made by another engine."""
    row = _shown(call, id)
    content = preview(read_document(row["content"]))
    response: Response = send_file(BytesIO(content), mimetype=PDF, download_name=f"{_name(row)}.pdf")
    return response


@bp.route("/conferences/<key>/register")
@reads("plan:read")
@bp.response(200, schemas.Register)
def get_register(call: Call, key: str) -> dict[str, Any]:
    """The outgoing register: every document that got a number, in the order of issue."""
    plan = get_plan(call.session, key)
    return {
        "items": [
            {
                **_summary(plan, row),
                "drafted_by_name": _unit_name(plan, row["drafted_by"]),
                "signer": row["content"]["sign"]["name"],
            }
            for row in queries.list_register(call.session, key)
        ]
    }


@bp.route("/conferences/<key>/register.xlsx")
@reads("plan:read")
@bp.response(200, content_type=XLSX)
def get_register_sheet(call: Call, key: str) -> Response:
    """The outgoing register as a workbook."""
    plan = get_plan(call.session, key)
    rows = register_rows(queries.list_register(call.session, key), plan.unit_names)
    return workbook(HEADINGS, rows, f"so-van-ban-di-{key}.xlsx", WIDTHS)


def _shown(call: Call, id: UUID) -> RowMapping:
    row = queries.get_document(call.session, id)
    if not _visible(call, row):
        raise UnknownDocument
    return row


def _held(call: Call, id: UUID) -> RowMapping:
    """The document, locked, for somebody who may change it: nobody who is bound to one unit."""
    if call.actor.unit is not None:
        raise Problem(FORBIDDEN, scope="documents:write")
    return queries.get_document(call.session, id, lock=True)


def _visible(call: Call, row: RowMapping) -> bool:
    """Drafts are the organiser's own matter; what was issued is for everybody it is addressed to."""
    return call.actor.unit is None or row["status"] in PUBLIC


def _today(call: Call, row: RowMapping) -> date:
    zone = get_plan(call.session, row["conference"]).timezone
    return call.now.astimezone(ZoneInfo(zone)).date()


def _etag(row: RowMapping) -> str:
    return f'"{row["version"]}"'


def _name(row: RowMapping) -> str:
    """ "KH-05-2021", or "KH-du-thao" for a draft."""
    if row["number"] is None:
        return f"{row['type']}-du-thao"
    return f"{row['type']}-{row['number']:02d}-{row['year']}"


def _file(call: Call, id: UUID, format: str, kind: str) -> Response:
    row = _shown(call, id)
    path = rendered_file(call.session, call.context.files, row, format)
    return stored_file(path, kind, f"{_name(row)}.{format}")


def _unit_name(plan: PlanInForce, unit: str) -> str:
    return plan.unit_names.get(unit, unit)


def _summary(plan: PlanInForce, row: RowMapping) -> dict[str, Any]:
    live = row["status"] in (DRAFT, ISSUED)
    return {
        **row,
        "type_name": type_name(row["type"]),
        "numbered": row["type"] not in UNNUMBERED,
        "code": code_of(row["number"], row["symbol"]),
        "outdated": live and is_outdated(row, queries.truth_of(plan)),
    }


def _detail(call: Call, row: RowMapping) -> dict[str, Any]:
    plan = get_plan(call.session, row["conference"])
    files = queries.list_files(call.session, row["id"], row["version"])
    job = last_job(call.session, row)
    return {
        **_summary(plan, row),
        "drafted_by_name": _unit_name(plan, row["drafted_by"]),
        "files": [file._mapping for file in files],
        "render_job": job["id"] if job is not None else None,
        "render_state": job["state"] if job is not None else None,
    }


def _required(plan: PlanInForce, one: Requirement, rows: list[RowMapping], *, needed: bool) -> dict[str, Any]:
    return {
        "key": one.key,
        "type": one.type,
        "type_name": type_name(one.type),
        "subject": one.subject,
        "drafted_by": one.drafted_by,
        "drafted_by_name": _unit_name(plan, one.drafted_by),
        "to": one.to,
        "per": one.per,
        "in_force": needed,
        "numbered": one.type not in UNNUMBERED,
        "documents": [_summary(plan, row) for row in rows],
    }


def _no_longer_required(plan: PlanInForce, rows: list[RowMapping]) -> dict[str, Any]:
    last = rows[0]
    key, type, subject, unit = (last[name] for name in ("requirement", "type", "subject", "drafted_by"))
    return _required(plan, Requirement(key, type, subject, unit, (), (), None), rows, needed=False)

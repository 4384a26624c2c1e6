"""Routes of papers (tham luận): who is asked, what was sent, send, take back, choose who speaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import Row

from services.documents.papers import queries
from services.documents.papers.commands import Sender, choose_speaker, submit_paper, withdraw_version
from services.documents.papers.content import KINDS, TOO_LARGE, FileRefused, kind_of
from services.documents.papers.model import (
    STATES,
    AlreadyWithdrawn,
    Draft,
    NoPaper,
    NotAsked,
    OrderTaken,
    OtherUnit,
    UnknownPaper,
    UnknownUnit,
    is_late,
    safe_name,
    state_of,
)
from services.documents.papers.queries import Asked, get_asked
from services.documents.papers.schemas import (
    PaperFilter,
    PaperForm,
    PaperList,
    PaperRow,
    PaperSchema,
    SpeakerChange,
    Withdrawal,
)
from shared.http.calls import Call, check_if_match, reads, writes
from shared.http.downloads import XLSX, stored_file, workbook
from shared.http.inputs import Blueprint
from shared.http.openapi import FILE
from shared.http.problems import INVALID, FieldError, Problem, ProblemType

bp = Blueprint("papers", __name__, description="Papers (tham luận) that units are asked for")

PROBLEMS: dict[type[Exception], ProblemType] = {
    UnknownUnit: ProblemType(
        404, "unknown-unit", "Kế hoạch không có đơn vị «{unit}»", "The plan has no unit “{unit}”"
    ),
    UnknownPaper: ProblemType(404, "unknown-paper", "Không có bài tham luận này", "There is no such paper"),
    OtherUnit: ProblemType(
        403,
        "not-your-unit",
        "Chỉ được làm việc với đơn vị của mình",
        "Only your own unit is yours to see and change",
    ),
    NotAsked: ProblemType(
        409,
        "not-asked",
        "Kế hoạch không yêu cầu {unit_name} gửi tham luận",
        "The plan asks {unit_name} for no paper",
    ),
    NoPaper: ProblemType(409, "no-paper", "{unit_name} chưa có tham luận", "{unit_name} has no paper yet"),
    AlreadyWithdrawn: ProblemType(
        409, "already-withdrawn", "Bản này đã được rút trước đó", "This version was withdrawn before"
    ),
    OrderTaken: ProblemType(
        409,
        "order-taken",
        "Thứ tự {order} đã dành cho {unit_name}",
        "{unit_name} speaks at number {order} already",
    ),
}
FILE_TOO_LARGE = ProblemType(413, "too-large", TOO_LARGE.vi, TOO_LARGE.en)
HEADINGS = (
    "Đơn vị",
    "Tình trạng",
    "Tên tham luận",
    "Người trình bày",
    "Gửi lúc",
    "Tệp",
    "Số bản",
    "Thứ tự trình bày",
)
WIDTHS = (38, 14, 60, 30, 20, 40, 8, 16)
_STATES_TOLD = {"awaited": "Chưa gửi", "submitted": "Đã gửi", "late": "Gửi muộn", "missing": "Quá hạn"}


@bp.route("/conferences/<key>/papers")
@reads("names:read")
@bp.arguments(PaperFilter, location="query")
@bp.response(200, PaperList)
def get_papers(call: Call, wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """One row per unit asked for a paper, in plan order; then those that sent one unasked."""
    asked = get_asked(call.session, key)
    rows = _rows(call, asked, call.actor.unit)
    counts = Counter(row["state"] for row in rows if row["asked"])
    return {
        "revision": asked.plan.revision.number if asked.plan.revision else None,
        "plan_version": asked.plan.version,
        "due": asked.due,
        "provisional": asked.provisional,
        "counts": {state: counts[state] for state in STATES},
        "items": _narrowed(rows, wanted),
    }


@bp.route("/conferences/<key>/papers.xlsx")
@reads("names:read")
@bp.arguments(PaperFilter, location="query")
@bp.response(200, content_type=XLSX)
def get_workbook(call: Call, wanted: dict[str, Any], key: str) -> Response:
    """The same list as a workbook; times in the conference's zone."""
    asked = get_asked(call.session, key)
    lines = (_line(asked, row) for row in _narrowed(_rows(call, asked, call.actor.unit), wanted))
    return workbook(HEADINGS, lines, f"tham-luan-{key}.xlsx", WIDTHS)


@bp.route("/conferences/<key>/papers/<unit>")
@reads("names:read")
@bp.response(200, PaperSchema)
def get_paper(call: Call, key: str, unit: str) -> Any:
    """One unit's paper with all its versions, newest first."""
    _check_unit(call, unit)
    return _told(call, get_asked(call.session, key), unit)


@bp.route("/conferences/<key>/papers/<unit>", methods=["POST"])
@writes("papers:write")
@bp.arguments(PaperForm, location="multipart")
@bp.response(201, PaperSchema)
@bp.alt_response(200, schema=PaperSchema, description="This very version stands already")
def post_paper(call: Call, form: dict[str, Any], key: str, unit: str) -> Any:
    """Send a paper, or a newer version of it (.docx, .pdf or .odt, at most 20 MB). Late ones are marked."""
    _check_unit(call, unit)
    asked = get_asked(call.session, key)
    draft = _kept_draft(call, form)
    by = Sender(call.actor.name, bound=call.actor.unit is not None)
    _, is_new = submit_paper(call.session, asked, unit, draft, by=by, now=call.now)
    body, _, headers = _told(call, asked, unit)
    return body, 201 if is_new else 200, headers


@bp.route("/conferences/<key>/papers/<unit>", methods=["PATCH"])
@writes("documents:write", if_match="needed")
@bp.arguments(SpeakerChange)
@bp.response(200, PaperSchema)
def patch_paper(call: Call, change: dict[str, Any], key: str, unit: str) -> Any:
    """Choose the paper to be presented, at which place in the order; null takes that back."""
    _check_unit(call, unit)
    asked = get_asked(call.session, key)
    check_if_match(_told(call, asked, unit)[0]["etag"])
    choose_speaker(call.session, asked, unit, change["speaking"])
    return _told(call, asked, unit)


@bp.route("/papers/<uuid:id>/file")
@reads("names:read")
@bp.response(200, content_type=KINDS[0].media_type, description="The file as it was sent")
@bp.alt_response(200, schema=FILE, content_type=KINDS[1].media_type)
@bp.alt_response(200, schema=FILE, content_type=KINDS[2].media_type)
def get_file(call: Call, id: UUID) -> Response:
    """The file of one version, to be saved."""
    version = queries.get_version(call.session, id)
    _check_unit(call, version.unit)
    path = call.context.files.path(version.sha256)
    response = stored_file(path, version.media_type, version.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@bp.route("/papers/<uuid:id>:withdraw", methods=["POST"])
@writes("papers:write")
@bp.arguments(Withdrawal)
@bp.response(200, PaperSchema)
def post_withdrawal(call: Call, body: dict[str, Any], id: UUID) -> Any:
    """Take one version back, with a reason; the version before it counts again."""
    version = queries.get_version(call.session, id)
    _check_unit(call, version.unit)
    withdraw_version(call.session, id, reason=body["reason"], by=call.actor.name, now=call.now)
    return _told(call, get_asked(call.session, version.conference), version.unit)


def _check_unit(call: Call, unit: str) -> None:
    if call.actor.unit is not None and call.actor.unit != unit:
        raise OtherUnit


def _kept_draft(call: Call, form: dict[str, Any]) -> Draft:
    """The file looked into and stored. Raises Problem 413 and 422 at `/file`."""
    content, name = form["file"].read(), form["file"].filename or ""
    try:
        kind = kind_of(name, content)
    except FileRefused as refused:
        flaw = refused.flaw
        error = FieldError("/file", flaw.code, flaw.vi, flaw.en)
        raise Problem(FILE_TOO_LARGE if flaw is TOO_LARGE else INVALID, errors=[error]) from None
    return Draft(
        title=form["title"],
        author=form["author"],
        filename=safe_name(name, kind.suffix),
        media_type=kind.media_type,
        size=len(content),
        sha256=call.context.files.put(content),
    )


def _told(call: Call, asked: Asked, unit: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """A unit's row with its versions, and the ETag. Raises UnknownUnit."""
    row = next(iter(_rows(call, asked, unit)), None) or _nothing(asked, unit)
    versions = queries.list_versions(call.session, asked.conference, unit)
    standing = sum(version.withdrawn_at is None for version in versions)
    etag = f"{len(versions)}-{standing}-{row['speaking'] or 0}"
    shown = [{**v._mapping, "late": is_late(v.submitted_at, asked.due)} for v in versions]
    deadline = {
        "due": asked.due,
        "provisional": asked.provisional,
        "overdue": is_late(call.now, asked.due),
    }
    return {**row, **deadline, "etag": etag, "history": shown}, 200, {"ETag": f'"{etag}"'}


def _rows(call: Call, asked: Asked, unit: str | None) -> list[dict[str, Any]]:
    return [_row(call, asked, row) for row in queries.list_papers(call.session, asked, unit)]


def _row(call: Call, asked: Asked, row: Row[Any]) -> dict[str, Any]:
    return {
        **row._mapping,
        "unit_name": asked.plan.unit_names.get(row.unit, row.unit),
        "asked": row.position is not None,
        "state": state_of(row.submitted_at, asked.due, call.now),
        "versions": row.versions or 0,
    }


def _nothing(asked: Asked, unit: str) -> dict[str, Any]:
    """The row of a unit that is asked for nothing and has sent nothing. Raises UnknownUnit."""
    empty = dict.fromkeys(PaperRow().fields)
    named = {"unit": unit, "unit_name": asked.name_of(unit)}
    return {**empty, **named, "asked": False, "state": "awaited", "versions": 0}


def _narrowed(rows: Iterable[dict[str, Any]], wanted: dict[str, Any]) -> list[dict[str, Any]]:
    found = [row for row in rows if wanted["state"] in ("", row["state"])]
    if wanted["speaking"]:
        chosen = [row for row in found if row["speaking"] is not None]
        return sorted(chosen, key=lambda row: int(row["speaking"]))
    return found


def _line(asked: Asked, row: dict[str, Any]) -> tuple[Any, ...]:
    sent = row["submitted_at"]
    return (
        row["unit_name"],
        _STATES_TOLD[row["state"]],
        row["title"],
        row["author"],
        sent.astimezone(asked.zone).strftime("%H:%M %d/%m/%Y") if sent else None,
        row["filename"],
        row["versions"] or None,
        row["speaking"],
    )

"""Routes of certificates: how they look, make them, take them out; and the public's check of a code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, ValidationError, fields, validate, validates

from services.awards.certificates import commands, queries
from services.awards.certificates.model import (
    FRAMES,
    PAPERS,
    STATES,
    NotRendered,
    UnknownBatch,
    UnknownCode,
    is_background,
    standing,
)
from services.awards.decision.queries import (
    current_decision,
    find_recipient,
    get_current,
    get_decision,
    is_honoured,
)
from services.awards.nominations.commands import hold_campaign
from services.awards.quotas.access import OTHER_UNIT, reviews
from services.awards.quotas.queries import current_plan
from services.awards.switch.model import NotRecipients
from shared.http.calls import Call, check_if_match, reads, writes
from shared.http.downloads import PDF, ZIP, stored_file
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem
from shared.jobs.queue import UnknownJob, get_job
from shared.jobs.web import JobSchema
from shared.jobs.web import shown as job_shown

bp = Blueprint("certificates", __name__, description="Merit certificates (bằng khen)")

_COLOUR = validate.Regexp(r"^#[0-9a-f]{6}$", error="Not a colour like #a8741a.")
_LINE = validate.Regexp(r"^[^\x00-\x1f\x7f]*$", error="Contains a control character.")
_MM = validate.Range(100, 1_200)


class DesignSchema(Schema):
    """Null `width_mm` and `height_mm`: the paper's; null `giver` and `place`: from the plan.

    `background`: a PNG or JPEG under everything, as a data URI.
    """

    paper = fields.Str(required=True, validate=validate.OneOf(list(PAPERS)))
    width_mm = fields.Int(load_default=None, allow_none=True, strict=True, validate=_MM)
    height_mm = fields.Int(load_default=None, allow_none=True, strict=True, validate=_MM)
    word = fields.Str(load_default="BẰNG KHEN", validate=[validate.Length(1, 40), _LINE])
    giver = fields.List(
        fields.Str(validate=[validate.Length(1, 200), _LINE]),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 3),
    )
    place = fields.Str(load_default=None, allow_none=True, validate=[validate.Length(max=100), _LINE])
    frame = fields.Str(load_default="ornate", validate=validate.OneOf(FRAMES))
    pattern = fields.Bool(load_default=True)
    colour = fields.Str(load_default="#a8741a", validate=_COLOUR)
    title_colour = fields.Str(load_default="#b3131e", validate=_COLOUR)
    background = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=4_000_000))

    @validates("background")
    def check_background(self, value: str | None, **_: Any) -> None:
        if value is not None and not is_background(value):
            raise ValidationError("Cần ảnh PNG hoặc JPEG (a PNG or JPEG as a data URI).")


class RenderSchema(Schema):
    """`recipients`: everybody of the decision if absent."""

    recipients = fields.List(
        fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(1, 20_000)
    )


class StartedSchema(Schema):
    job = fields.UUID()
    batch = fields.UUID()


class BatchSchema(Schema):
    """`draft`: made without the decision's number; `current`: of the decision that holds."""

    id = fields.UUID()
    decision = fields.UUID()
    current = fields.Bool()
    draft = fields.Bool()
    subset = fields.Bool(metadata={"description": "Made for some of the recipients only"})
    number = fields.Str(allow_none=True)
    total = fields.Int()
    made_at = fields.AwareDateTime()
    made_by = fields.Str()
    finished_at = fields.AwareDateTime(allow_none=True)
    engine = fields.Str(allow_none=True)
    engine_version = fields.Str(allow_none=True)
    pdf_sha256 = fields.Str(allow_none=True)
    zip_sha256 = fields.Str(allow_none=True)
    job = fields.Nested(JobSchema, allow_none=True)


class BatchList(Schema):
    items = fields.List(fields.Nested(BatchSchema))


class VerifiedSchema(Schema):
    """`number` and `issued_on` null, state `draft`: the decision has no number yet; `recalled`: it had that
    number, and was recalled."""

    name = fields.Str()
    title = fields.Str()
    number = fields.Str(allow_none=True)
    issued_on = fields.Date(allow_none=True)
    state = fields.Str(validate=validate.OneOf(STATES))


@bp.route("/conferences/<key>/certificate-design")
@reads("plan:read")
@bp.response(200, DesignSchema)
def get_design(call: Call, key: str) -> Any:
    """How the conference's certificates look."""
    current_plan(call.session, key)
    design, version = queries.design_of(call.session, key)
    return design, 200, {"ETag": f'"{version}"'}


@bp.route("/conferences/<key>/certificate-design", methods=["PUT"])
@writes("awards:write", if_match="needed")
@bp.arguments(DesignSchema)
@bp.response(200, DesignSchema)
def put_design(call: Call, given: dict[str, Any], key: str) -> Any:
    """Change it; certificates that are made stay as they are."""
    _need_council(call)
    current_plan(call.session, key)
    hold_campaign(call.session, key)
    check_if_match(str(queries.design_of(call.session, key)[1]))
    commands.set_design(call.session, key, given, by=call.actor.name, now=call.now)
    design, version = queries.design_of(call.session, key)
    return design, 200, {"ETag": f'"{version}"'}


@bp.route("/conferences/<key>/certificates:render", methods=["POST"])
@writes("awards:write")
@bp.arguments(RenderSchema)
@bp.response(202, StartedSchema)
def post_render(call: Call, given: dict[str, Any], key: str) -> dict[str, UUID]:
    """Make the certificates of the decision that holds; drafts while it has no number."""
    _need_council(call)
    current_plan(call.session, key)
    try:
        batch, job = commands.start_batch(
            call.session, key, given["recipients"], by=call.actor.name, now=call.now
        )
    except NotRecipients as error:
        raise _not_recipients(error) from None
    return {"job": job, "batch": batch}


@bp.route("/conferences/<key>/certificates")
@reads("plan:read")
@bp.response(200, BatchList)
def get_batches(call: Call, key: str) -> dict[str, Any]:
    """What was made, the newest first."""
    current_plan(call.session, key)
    decision = current_decision(call.session, key)
    newest = decision.id if decision else None
    return {"items": [_batch(call, row, newest) for row in queries.list_batches(call.session, key)]}


@bp.route("/certificates/<uuid:batch>.pdf")
@reads("names:read")
@bp.response(200, content_type=PDF)
def get_pdf(call: Call, batch: UUID) -> Response:
    """All certificates of a batch in one file, in the order of the annex."""
    return _file(call, batch, "pdf", PDF)


@bp.route("/certificates/<uuid:batch>.zip")
@reads("names:read")
@bp.response(200, content_type=ZIP)
def get_zip(call: Call, batch: UUID) -> Response:
    """An archive with one PDF per certificate."""
    return _file(call, batch, "zip", ZIP)


@bp.route("/certificates/<uuid:batch>/<uuid:recipient>.pdf")
@reads("names:read")
@bp.response(200, content_type=PDF)
def get_single(call: Call, batch: UUID, recipient: UUID) -> Response:
    """One certificate."""
    content, row = queries.get_file(call.session, batch, recipient)
    if call.actor.unit not in (None, row["unit"]):
        raise UnknownBatch
    name = f"bang-khen-{row['order']:04d}.pdf"
    return stored_file(call.context.files.path(content), PDF, name, inline=True)


@bp.route("/verify/<code>")
@reads(None)
@bp.response(200, VerifiedSchema)
def get_verification(call: Call, code: str) -> dict[str, Any]:
    """What the public may know of a certificate: name, title, decision and whether it holds."""
    row = find_recipient(call.session, call.context.codes.read(code))
    if row is None:
        raise UnknownCode
    decision = get_decision(call.session, row["decision"])
    newest = get_current(call.session, row["conference"])
    honoured = is_honoured(call.session, newest.id, row["nomination"])
    state, paper = standing(decision.paper, newest.paper, honoured=honoured)
    return {
        "name": row["name"],
        "title": queries.title_of(call.session, decision.id),
        "number": paper.text if paper else None,
        "issued_on": paper.issued_on if paper else None,
        "state": state,
    }


def _batch(call: Call, row: Any, newest: UUID | None) -> dict[str, Any]:
    kept = (
        "id",
        "decision",
        "draft",
        "total",
        "made_at",
        "made_by",
        "finished_at",
        "engine",
        "engine_version",
    )
    try:
        job = job_shown(get_job(call.session, row["job"]))
    except UnknownJob:
        job = None
    return {
        **{name: row[name] for name in kept},
        "current": row["decision"] == newest,
        "subset": row["wanted"] is not None,
        "number": (row["facts"] or {}).get("number"),
        "pdf_sha256": row["pdf"],
        "zip_sha256": row["zip"],
        "job": job,
    }


def _file(call: Call, batch: UUID, ending: str, kind: str) -> Response:
    """Raises UnknownBatch, NotRendered."""
    if call.actor.unit is not None:
        raise Problem(OTHER_UNIT)
    row = queries.get_batch(call.session, batch)
    if row[ending] is None:
        raise NotRendered
    name = f"bang-khen-{row['conference']}.{ending}"
    return stored_file(call.context.files.path(row[ending]), kind, name, inline=ending == "pdf")


def _need_council(call: Call) -> None:
    if not reviews(call):
        raise Problem(OTHER_UNIT)


def _not_recipients(error: NotRecipients) -> Problem:
    vi, en = "Không có trong quyết định khen thưởng", "Not honoured by the decision"
    errors = [FieldError(f"/recipients/{place}", "not-a-recipient", vi, en) for place in error.unknown]
    return Problem(INVALID, errors=errors)

"""Routes of personal invitation letters: have them made, see how far they are, take them home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy import RowMapping

from services.documents.invitations import queries
from services.documents.invitations.commands import ask_for_letters
from services.documents.invitations.model import LettersNotReady, NothingToInvite, UnknownBatch
from services.documents.plan.queries import get_plan
from shared.http.calls import Call, reads, writes
from shared.http.downloads import PDF, ZIP, stored_file
from shared.http.inputs import LARGEST_INT, Blueprint
from shared.http.problems import ProblemType, prefers_english
from shared.jobs.queue import STATES
from shared.revisions.following import get_prepared

bp = Blueprint("invitation_letters", __name__, description="Personal invitation letters, in bulk")

PROBLEMS: dict[type[Exception], ProblemType] = {
    NothingToInvite: ProblemType(
        409,
        "nothing-to-invite",
        "Phương án này không mời thành phần hoặc đơn vị đó",
        "This option invites nobody of that group or unit",
    ),
    UnknownBatch: ProblemType(
        404, "unknown-batch", "Không có đợt giấy mời này", "There is no such batch of letters"
    ),
    LettersNotReady: ProblemType(
        409, "letters-not-ready", "Giấy mời của đợt này chưa tạo xong", "The letters are not made yet"
    ),
}
_KEY = validate.Regexp(r"\A([a-z0-9][a-z0-9_-]*)?\Z")

_log = structlog.get_logger(__name__)


class LettersWanted(Schema):
    revision = fields.Int(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=LARGEST_INT),
        metadata={"description": "The current one if absent"},
    )
    group = fields.Str(load_default="", validate=[_KEY, validate.Length(max=100)])
    unit = fields.Str(load_default="", validate=[_KEY, validate.Length(max=100)])


class LettersStarted(Schema):
    batch = fields.UUID()
    job = fields.UUID()


class LetterFile(Schema):
    format = fields.Str(validate=validate.OneOf(["pdf", "zip"]))
    sha256 = fields.Str()
    size = fields.Int(metadata={"description": "Bytes"})
    pages = fields.Int()
    engine = fields.Str()
    engine_version = fields.Str()


class BatchSchema(Schema):
    id = fields.UUID()
    revision = fields.Int()
    group = fields.Str(metadata={"description": "Blank: all groups"})
    unit = fields.Str(metadata={"description": "Blank: all units"})
    unit_name = fields.Str()
    letters = fields.Int(allow_none=True, metadata={"description": "Null until they are counted"})
    number = fields.Str(allow_none=True, metadata={"description": "Null while the letters are drafts"})
    provisional = fields.Bool(allow_none=True, metadata={"description": "The start is not fixed"})
    job = fields.UUID()
    state = fields.Str(validate=validate.OneOf(STATES))
    done = fields.Int()
    total = fields.Int()
    problem = fields.Str(allow_none=True)
    files = fields.List(fields.Nested(LetterFile))
    created_at = fields.AwareDateTime()
    created_by = fields.Str()
    finished_at = fields.AwareDateTime(allow_none=True)


class BatchList(Schema):
    revision = fields.Int(allow_none=True, metadata={"description": "The current one"})
    items = fields.List(fields.Nested(BatchSchema))


@bp.route("/conferences/<key>/invitation-letters:render", methods=["POST"])
@writes("names:read names:write", "names:read documents:write")
@bp.arguments(LettersWanted)
@bp.response(202, LettersStarted)
def post_letters(call: Call, wanted: dict[str, Any], key: str) -> dict[str, UUID]:
    """Make a letter for each named place, and one per unit and group for the places without a name."""
    revision = get_prepared(call.session, key, wanted["revision"])
    unit = call.actor.unit if call.actor.unit is not None else wanted["unit"]
    batch, job = ask_for_letters(
        call.session, revision, wanted["group"], unit, by=call.actor.name, now=call.now
    )
    return {"batch": batch, "job": job}


@bp.route("/conferences/<key>/invitation-letters")
@reads("names:read")
@bp.response(200, BatchList)
def get_batches(call: Call, key: str) -> dict[str, Any]:
    """The newest hundred batches, each with its job and its files."""
    plan = get_plan(call.session, key)
    rows = queries.list_batches(call.session, key, call.actor.unit)
    files = queries.list_files(call.session, [row["id"] for row in rows])
    return {
        "revision": plan.revision.number if plan.revision is not None else None,
        "items": [_shown(row, files.get(row["id"], []), plan.unit_names) for row in rows],
    }


@bp.route("/conferences/<key>/invitation-letters/<uuid:batch>.pdf")
@reads("names:read")
@bp.response(200, content_type=PDF)
def get_pdf(call: Call, key: str, batch: UUID) -> Response:
    """All letters of a batch in one file."""
    return _file(call, key, batch, "pdf", PDF)


@bp.route("/conferences/<key>/invitation-letters/<uuid:batch>.zip")
@reads("names:read")
@bp.response(200, content_type=ZIP)
def get_zip(call: Call, key: str, batch: UUID) -> Response:
    """The letters of a batch, each a file of its own."""
    return _file(call, key, batch, "zip", ZIP)


def _file(call: Call, key: str, batch: UUID, format: str, kind: str) -> Response:
    row = queries.get_batch(call.session, key, batch, call.actor.unit)
    path = call.context.files.path(queries.get_file(call.session, row, format))
    _log.info("names_read", actor=call.actor.subject, conference=key, batch=str(batch))
    scope = "-".join(filter(None, (row["unit"], row["group"])))
    name = "-".join(filter(None, ("giay-moi", scope, f"b{row['revision']}")))
    return stored_file(path, kind, f"{name}.{format}")


def _shown(row: RowMapping, files: list[RowMapping], unit_names: dict[str, str]) -> dict[str, Any]:
    problem = row["problem_en"] if prefers_english() else row["problem_vi"]
    return {**row, "problem": problem, "files": files, "unit_name": unit_names.get(row["unit"], row["unit"])}

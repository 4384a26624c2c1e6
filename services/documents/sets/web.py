"""Routes of paper sets: ask for one, fetch it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from services.documents.sets.model import SetNotReady, UnknownSet
from shared.http.calls import Call, reads, writes
from shared.http.downloads import ZIP, stored_file
from shared.http.inputs import Blueprint, RevisionWanted
from shared.http.problems import FORBIDDEN, Problem, ProblemTable, ProblemType
from shared.jobs.queue import UnknownJob, enqueue, get_job
from shared.jobs.web import JobStarted
from shared.revisions.following import get_prepared

bp = Blueprint("sets", __name__, description="The whole paper set of an option")

KIND = "compose_set"
PROBLEMS: ProblemTable = {
    UnknownSet: ProblemType(404, "unknown-set", "Không có bộ văn bản này", "There is no such paper set"),
    SetNotReady: ProblemType(
        409, "set-not-ready", "Bộ văn bản chưa làm xong", "The paper set is not there yet"
    ),
}


@bp.route("/conferences/<key>/paper-sets", methods=["POST"])
@writes("documents:write")
@bp.arguments(RevisionWanted)
@bp.response(202, JobStarted)
def post_set(call: Call, wanted: dict[str, Any], key: str) -> dict[str, UUID]:
    """Make every document that a prepared revision needs (the current one if none is named)."""
    _refuse_bound(call)
    revision = get_prepared(call.session, key, wanted.get("revision"))
    payload = {"revision": revision.number}
    return {"job": enqueue(call.session, KIND, payload, conference=key, once=f"{key}/{revision.number}")}


@bp.route("/paper-sets/<uuid:job>.zip")
@reads("documents:write")
@bp.response(200, content_type=ZIP)
def get_set(call: Call, job: UUID) -> Response:
    """The set as a ZIP: a Word file and a PDF of each document."""
    _refuse_bound(call)
    try:
        row = get_job(call.session, job)
    except UnknownJob:
        raise UnknownSet from None
    if row["kind"] != KIND:
        raise UnknownSet
    if row["state"] != "done":
        raise SetNotReady
    name = f"van-ban-{row['conference']}-{row['payload']['revision']}.zip"
    return stored_file(call.context.files.path(row["result"]["file"]), ZIP, name)


def _refuse_bound(call: Call) -> None:
    """A set holds drafts, which are the organiser's own matter."""
    if call.actor.unit is not None:
        raise Problem(FORBIDDEN, scope="documents:write")

"""Routes of background jobs, the same for every service that has some."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint
from shared.http.problems import FORBIDDEN, Problem, ProblemTable, ProblemType, prefers_english
from shared.jobs import queue

PROBLEMS: ProblemTable = {
    queue.UnknownJob: ProblemType(404, "unknown-job", "Không có việc này", "There is no such job"),
    queue.JobEnded: ProblemType(409, "job-ended", "Việc này đã kết thúc", "The job has ended"),
    queue.JobNotFailed: ProblemType(
        409, "job-not-failed", "Chỉ làm lại việc bị lỗi hoặc đã hủy", "Only a failed job is run again"
    ),
}


class JobSchema(Schema):
    id = fields.UUID()
    kind = fields.Str()
    conference = fields.Str()
    revision = fields.Int(allow_none=True)
    state = fields.Str(validate=validate.OneOf(queue.STATES))
    done = fields.Int()
    total = fields.Int()
    result = fields.Dict(allow_none=True)
    problem = fields.Str(allow_none=True)
    created_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)


class JobList(Schema):
    items = fields.List(fields.Nested(JobSchema))


class JobFilter(Schema):
    kind = fields.Str(load_default="")
    state = fields.Str(load_default="", validate=validate.OneOf(["", *queue.STATES]))


class JobStarted(Schema):
    """What a route that starts long work answers (202)."""

    job = fields.UUID()


def jobs_blueprint(name: str, *, read: str, write: str) -> Blueprint:
    """`name` of the service; the scopes to see its jobs, and to cancel or retry them."""
    bp = Blueprint(f"{name}_jobs", __name__, description="Background work")

    @bp.route("/jobs/<uuid:job>")
    @reads(read)
    @bp.response(200, JobSchema)
    def get_job(call: Call, job: UUID) -> dict[str, Any]:
        """How far a job is."""
        return shown(queue.get_job(call.session, job))

    @bp.route("/jobs")
    @reads(read)
    @bp.arguments(JobFilter, location="query")
    @bp.response(200, JobList)
    def get_all_jobs(call: Call, wanted: dict[str, str]) -> dict[str, Any]:
        """The newest hundred jobs of the service."""
        return _listed(call, None, wanted)

    @bp.route("/conferences/<key>/jobs")
    @reads(read)
    @bp.arguments(JobFilter, location="query")
    @bp.response(200, JobList)
    def get_jobs(call: Call, wanted: dict[str, str], key: str) -> dict[str, Any]:
        """The newest hundred jobs of a conference."""
        return _listed(call, key, wanted)

    @bp.route("/jobs/<uuid:job>:cancel", methods=["POST"])
    @writes(write)
    @bp.response(200, JobSchema)
    def post_cancel(call: Call, job: UUID) -> dict[str, Any]:
        """Stop a job; what it made so far stays. Not for somebody of one unit: jobs are the house's."""
        _refuse_bound(call, write)
        return shown(queue.cancel_job(call.session, job))

    @bp.route("/jobs/<uuid:job>:retry", methods=["POST"])
    @writes(write)
    @bp.response(200, JobSchema)
    def post_retry(call: Call, job: UUID) -> dict[str, Any]:
        """Run a failed or cancelled job again; it goes on where it can. Not for somebody of one unit."""
        _refuse_bound(call, write)
        return shown(queue.retry_job(call.session, job))

    return bp


def _refuse_bound(call: Call, scope: str) -> None:
    if call.actor.unit is not None:
        raise Problem(FORBIDDEN, scope=scope)


def _listed(call: Call, conference: str | None, wanted: dict[str, str]) -> dict[str, Any]:
    rows = queue.list_jobs(call.session, conference, kind=wanted["kind"], state=wanted["state"])
    return {"items": [shown(row) for row in rows]}


def shown(row: Any) -> dict[str, Any]:
    """A job as JSON, its problem in the caller's language."""
    return {**row, "problem": row["problem_en"] if prefers_english() else row["problem_vi"]}
